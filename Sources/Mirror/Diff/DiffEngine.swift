/// Compares trees of one repository: which files differ, which moved, and by how many lines.
///
/// The results are those of `git diff --numstat -M` without attributes, text conversion or configuration. An engine
/// stays on one thread. Its caches are bounded in bytes and outlive a comparison, so neighbouring commits compared one
/// after the other share much work.
public final class DiffEngine {
  /// The version of the rules, to be stored with results: it grows whenever any result may differ.
  ///
  /// Version 1 follows git 2.39.5: its limit of 1000 for renames, its span hashes (changed in git 2.44) and its Myers
  /// heuristics. One rule differs: a blob of more than 512 MiB is always binary and is never renamed with edits.
  public static let algorithmVersion = 1

  private let repository: Repository
  private let reader: ObjectReader
  private let blobs: BlobSource
  private let spans = SpanTable()
  private let counter = LineCounter()
  private let memo = CountMemo()

  /// Makes an engine over an open repository, which it keeps open.
  public init(_ repository: Repository) {
    self.repository = repository
    reader = ObjectReader(repository)
    blobs = BlobSource(reader)
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
    var renames = RenamePass(found, blobs: blobs, spans: spans)
    try renames.run()
    var result: [FileChange] = []
    result.reserveCapacity(found.changes.count)
    for (index, change) in found.changes.enumerated() where !renames.isUsedSource(index) {
      if let source = renames.sourceOfDestination[index] {
        var pair = change
        (pair.oldID, pair.oldMode) = (found.changes[source].oldID, found.changes[source].oldMode)
        result.append(
          try fileChange(pair, path: found.path(index), oldPath: found.path(source)))
      } else {
        result.append(try fileChange(change, path: found.path(index), oldPath: nil))
      }
    }
    return result
  }

  /// The id of the tree of a commit.
  ///
  /// - Throws: ``DiffError/missingObject(_:expected:path:)`` or ``DiffError/unexpectedKind(_:expected:found:path:)``.
  public func tree(of commit: ObjectID) throws(DiffError) -> ObjectID {
    guard case .object(let object) = try reader.read(commit, limit: DiffLimits.bigFileBytes) else {
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
    let count = try lineCount(change, path: path, oldPath: oldPath ?? path)
    return FileChange(
      path: Array(path), oldPath: oldPath.map { Array($0) }, status: status,
      oldMode: change.oldMode.rawValue, newMode: change.newMode.rawValue,
      oldBlob: change.oldMode.isNone ? nil : change.oldID,
      newBlob: change.newMode.isNone ? nil : change.newID,
      additions: count?.additions, deletions: count?.deletions, isBinary: count == nil)
  }

  /// The lines added and removed; `nil` for a binary file.
  private func lineCount(
    _ change: TreeChange, path: ArraySlice<UInt8>, oldPath: ArraySlice<UInt8>
  ) throws(DiffError) -> LineCount? {
    let key = CountMemo.Key(change)
    if let known = memo[key] { return known.count }
    // The newer content comes first: packs keep it whole and the older one as a difference to it.
    let new = try text(change.newMode, change.newID, path)
    let old = try text(change.oldMode, change.oldID, oldPath)
    let count = count(old, new, isSame: change.oldID == change.newID)
    memo[key] = CountMemo.Result(count: count)
    return count
  }

  private func count(_ old: Text, _ new: Text, isSame: Bool) -> LineCount? {
    guard case .bytes(let oldObject) = old, case .bytes(let newObject) = new else { return nil }
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    return withExtendedLifetime((oldObject, newObject)) {
      let oldBytes = oldObject?.bytes ?? none
      let newBytes = newObject?.bytes ?? none
      if TextScan.isBinary(oldBytes) || TextScan.isBinary(newBytes) { return nil }
      if isSame, oldObject != nil, newObject != nil {
        return LineCount(additions: 0, deletions: 0)
      }
      if oldObject == nil {
        return LineCount(additions: TextScan.lineCount(newBytes), deletions: 0)
      }
      if newObject == nil {
        return LineCount(additions: 0, deletions: TextScan.lineCount(oldBytes))
      }
      return counter.count(old: oldBytes, new: newBytes)
    }
  }

  private enum Text {
    /// Bytes to compare; `nil` where there is no file on this side.
    case bytes(ObjectBytes?)
    case tooBig
  }

  /// What git compares: the bytes of a blob, or a line that names a submodule's commit.
  private func text(
    _ mode: FileMode, _ id: ObjectID, _ path: ArraySlice<UInt8>
  ) throws(DiffError) -> Text {
    if mode.isNone { return .bytes(nil) }
    if mode.isSubmodule {
      let line = Array("Subproject commit \(id)\n".utf8)
      guard let bytes = ObjectBytes.copy(of: line, kind: .blob) else {
        throw .outOfMemory(byteCount: line.count)
      }
      return .bytes(bytes)
    }
    guard let bytes = try blobs.content(of: id, at: path) else { return .tooBig }
    return .bytes(bytes)
  }
}
