/// Reads files of one repository's trees, on one thread.
///
/// Serves whoever looks into files beyond counting their lines: which lines a change touched, and in which functions.
public final class ContentReader {
  private let repository: Repository
  private let reader: ObjectReader

  /// Makes a reader over an open repository, which it keeps open.
  public init(_ repository: Repository) {
    self.repository = repository
    reader = ObjectReader(repository, packs: PackSet(repositoryPath: repository.path))
  }

  /// The content of a text file, as long as it is held.
  public final class Text {
    private let object: ObjectBytes

    fileprivate init(_ object: ObjectBytes) { self.object = object }

    /// The number of bytes.
    public var byteCount: Int { object.count }

    /// A copy of the bytes.
    public var bytes: [UInt8] { Array(object.bytes) }

    /// Calls a body with the bytes.
    public func withSpan<Value>(_ body: (Span<UInt8>) throws -> Value) rethrows -> Value {
      try object.withSpan(from: 0, body)
    }
  }

  /// Reads a blob; `nil` where it is missing, no blob, binary, or has more bytes than the limit.
  public func text(_ id: ObjectID, limit: Int) -> Text? {
    guard case .object(let object) = try? reader.read(id, limit: limit), object.kind == .blob,
      !TextScan.isBinary(object.bytes)
    else { return nil }
    return Text(object)
  }

  /// The blob of a file in a tree; `nil` where there is none.
  ///
  /// - Throws: ``DiffError`` for a tree that is damaged.
  public func blob(at path: [UInt8], in tree: ObjectID) throws(DiffError) -> ObjectID? {
    var next = tree
    let names = path.split(separator: UInt8(ascii: "/"))
    guard names.count <= DiffLimits.treeDepth else { return nil }
    for (depth, name) in names.enumerated() {
      guard case .object(let object) = try reader.read(next, limit: DiffLimits.treeBytes),
        object.kind == .tree
      else { return nil }
      var cursor = try TreeCursor(object, id: next)
      while !cursor.isAtEnd, !cursor.name.elementsEqual(name) { try cursor.advance() }
      guard !cursor.isAtEnd else { return nil }
      let isLast = depth == names.count - 1
      guard cursor.mode.isDirectory != isLast, !cursor.mode.isSubmodule else { return nil }
      next = cursor.entryID
      if isLast { return next }
    }
    return nil
  }

  /// Lists the files, symbolic links and submodules of a tree, in git's order, as bytes; at most
  /// ``Repository/maximumPaths``.
  ///
  /// - Throws: ``DiffError`` for a tree that is missing or damaged.
  public func paths(in tree: ObjectID) throws(DiffError) -> [[UInt8]] {
    var walk = TreeWalk(reader)
    let found = try walk.changes(from: nil, to: tree)
    return found.changes.indices.prefix(Repository.maximumPaths).map { Array(found.path($0)) }
  }
}
