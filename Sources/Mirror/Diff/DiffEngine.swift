/// Compares trees of one repository: which files differ, which moved, and by how many lines.
///
/// The results are those of `git diff --numstat -M` without attributes, text conversion or configuration. An engine
/// stays on one thread. Its caches are bounded in bytes and outlive a comparison, so neighbouring commits compared one
/// after the other share much work.
public final class DiffEngine {
  /// The version of the rules, to be stored with results: it grows whenever any result may differ.
  ///
  /// Version 1 follows git 2.39.5: its limit of 1000 for renames, its span hashes (changed in git 2.44) and its Myers
  /// heuristics. Where it differs from git for the sake of memory, ``FileChange/precision`` says so; besides, blobs of
  /// more than 32 MiB that are stored as differences are not renamed with edits, nor any of more than 512 MiB.
  public static let algorithmVersion = 1

  private let reader: ObjectReader
  private let blobs: BlobSource
  private lazy var spans = SpanTable()
  let contents: ContentComparison
  private let recollection: Recollection?
  private let isCancelled: () -> Bool
  /// Who compares the files of a large comparison, instead of this thread alone.
  var helpers: DiffHelpers?

  /// Makes an engine over an open repository, which it keeps open.
  ///
  /// - Parameter memory: What is known of contents already, and learns what is found.
  public convenience init(_ repository: Repository, memory: (any ContentMemory)? = nil) {
    self.init(
      LateRepository(repository), packs: PackSet(repositoryPath: repository.path), memory: memory
    ) { false }
  }

  /// Makes an engine over the packs of a bare repository, which is opened for what they do not hold; a comparison tells
  /// where that fails.
  public convenience init(repositoryPath: String) {
    self.init(
      LateRepository(path: repositoryPath), packs: PackSet(repositoryPath: repositoryPath),
      memory: nil
    ) { false }
  }

  /// Makes an engine over packs that several engines share. It gives a comparison up with ``DiffError/cancelled`` once
  /// that is asked for.
  init(
    _ repository: LateRepository, packs: PackSet, memory: (any ContentMemory)?,
    keptByteCount: Int = PackReader.keptByteCount, isCancelled: @escaping () -> Bool
  ) {
    reader = ObjectReader(repository, packs: packs, keptByteCount: keptByteCount)
    blobs = BlobSource(reader)
    recollection = memory.map { Recollection($0) }
    contents = ContentComparison(blobs, recollection: recollection)
    self.isCancelled = isCancelled
  }

  /// Lists the files that differ between two trees, in git's order: by path in the new tree, deleted files by theirs.
  ///
  /// - Parameters:
  ///   - old: The id of a tree; `nil` for the empty tree.
  ///   - new: The id of a tree; `nil` for the empty tree.
  /// - Throws: ``DiffError/missingObject(_:expected:path:)`` where a tree or blob that has to be read is not there.
  public func changes(
    from old: ObjectID?, to new: ObjectID?
  ) throws(DiffError) -> [FileChange] {
    var walk = TreeWalk(reader)
    let found = try walk.changes(from: old, to: new)
    recollection?.begin(found.changes)
    defer { recollection?.end() }
    var renames = RenamePass(
      found, blobs: blobs, spans: spans, recollection: recollection, isCancelled: isCancelled)
    try renames.run()
    recollection?.add(renames.contentPairs)
    var files: [ChangedFile] = []
    files.reserveCapacity(found.changes.count)
    for (index, change) in found.changes.enumerated() where !renames.isUsedSource(index) {
      var file = ChangedFile(change: change, path: found.path(index), oldPath: nil)
      if let source = renames.sourceOfDestination[index] {
        file.change.oldID = found.changes[source].oldID
        file.change.oldMode = found.changes[source].oldMode
        file.oldPath = found.path(source)
      }
      files.append(file)
    }
    if let helpers, files.count >= Self.filesToShare {
      return try helpers.compare(files, memory: recollection?.shared)
    }
    return try compare(files)
  }

  /// A file of a comparison before its contents are compared.
  struct ChangedFile: Sendable {
    var change: TreeChange
    var path: ArraySlice<UInt8>
    var oldPath: ArraySlice<UInt8>?
  }

  /// So many files of one comparison are shared by several threads, where these have nothing else to do.
  private static let filesToShare = 256

  /// About how much work a file is: the bytes that its newer content takes where it is stored, before compression; 0
  /// where that is not known without more ado.
  func storedByteCount(of file: ChangedFile) -> Int {
    let change = file.change
    let (mode, id) =
      change.newMode.isNone ? (change.oldMode, change.oldID) : (change.newMode, change.newID)
    return mode.isSubmodule ? 0 : reader.storedByteCount(of: id) ?? 0
  }

  /// Compares the contents of some files of a comparison that another engine began.
  func compareApart(_ files: some Collection<ChangedFile>) throws(DiffError) -> [FileChange] {
    recollection?.begin(files.map(\.change))
    defer { recollection?.end() }
    return try compare(files)
  }

  /// Compares the contents of some files.
  private func compare(_ files: some Collection<ChangedFile>) throws(DiffError) -> [FileChange] {
    var result: [FileChange] = []
    result.reserveCapacity(files.count)
    for file in files {
      if isCancelled() { throw .cancelled }
      result.append(try fileChange(file.change, path: file.path, oldPath: file.oldPath))
    }
    return result
  }

  /// The id of the tree of a commit.
  ///
  /// - Throws: ``DiffError/missingObject(_:expected:path:)`` or ``DiffError/unexpectedKind(_:expected:found:path:)``.
  public func tree(of commit: ObjectID) throws(DiffError) -> ObjectID {
    guard case .object(let object) = try reader.read(commit, limit: DiffLimits.comparedBytes)
    else {
      throw .missingObject(commit, expected: .commit, path: [])
    }
    guard object.kind == .commit else {
      throw .unexpectedKind(commit, expected: .commit, found: object.kind, path: [])
    }
    let label = Array("tree ".utf8)
    let line = object.bytes.prefix(label.count + 2 * ObjectID.byteCount)
    guard line.starts(with: label), let tree = ObjectID(hexBytes: line.dropFirst(label.count))
    else {
      throw .corruptObject(commit, reason: "a commit that does not begin with its tree")
    }
    return tree
  }

  private func fileChange(
    _ change: TreeChange, path: ArraySlice<UInt8>, oldPath: ArraySlice<UInt8>?
  ) throws(DiffError) -> FileChange {
    let status: FileChange.Status =
      if change.oldMode.isNone {
        .added
      } else if change.newMode.isNone {
        .deleted
      } else if oldPath != nil {
        .renamed
      } else {
        change.oldMode.hasType(of: change.newMode) ? .modified : .typeChanged
      }
    let result = try contents.compare(change, path: path, oldPath: oldPath ?? path)
    var file = FileChange(
      path: Array(path), oldPath: oldPath.map { Array($0) }, status: status,
      oldMode: change.oldMode.rawValue, newMode: change.newMode.rawValue,
      oldBlob: change.oldMode.isNone ? nil : change.oldID,
      newBlob: change.newMode.isNone ? nil : change.newID,
      additions: nil, deletions: nil, isBinary: false)
    switch result {
    case .binary: file.isBinary = true
    case .uncounted: file.precision = .uncounted
    case .text(let count):
      file.additions = count.additions
      file.deletions = count.deletions
      if !count.isCompared { file.precision = .totals }
    }
    return file
  }
}
