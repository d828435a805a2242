/// Why two trees could not be compared.
public enum DiffError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An object that the comparison needs is not in the repository: fetch it and compare again. `path` is where the
  /// object stands in the tree, empty for the tree itself or a commit.
  case missingObject(ObjectID, expected: ObjectKind, path: [UInt8])
  /// An object is there, but it is something else than its place says.
  case unexpectedKind(ObjectID, expected: ObjectKind, found: ObjectKind, path: [UInt8])
  /// An object cannot be decoded.
  case corruptObject(ObjectID, reason: String)
  /// Directories are nested deeper than ``DiffLimits/treeDepth``.
  case treeTooDeep(limit: Int)
  /// Directories on one path have more bytes together than ``DiffLimits/treeBytes``.
  case treeTooLarge(limit: Int)
  /// The trees differ in more files, or in longer paths, than ``DiffLimits`` allows.
  case tooManyChanges(limit: Int)
  /// The repository could not be opened.
  case repositoryUnavailable(String)
  /// There was no memory left.
  case outOfMemory(byteCount: Int)
  /// The caller asked to stop.
  case cancelled

  /// One sentence for a log or a person.
  public var description: String {
    switch self {
    case .missingObject(let id, let expected, let path):
      "\(expected) \(id)\(Self.place(path)) is missing from the repository"
    case .unexpectedKind(let id, let expected, let found, let path):
      "\(id)\(Self.place(path)) is a \(found), not a \(expected)"
    case .corruptObject(let id, let reason): "object \(id) is corrupt: \(reason)"
    case .treeTooDeep(let limit): "directories are nested deeper than \(limit)"
    case .treeTooLarge(let limit): "directories on one path have more than \(limit) bytes"
    case .tooManyChanges(let limit):
      "the trees differ in more than \(limit) files or bytes of paths"
    case .repositoryUnavailable(let reason): "the repository cannot be read: \(reason)"
    case .outOfMemory(let byteCount): "no memory for \(byteCount) bytes"
    case .cancelled: "the comparison was cancelled"
    }
  }

  private static func place(_ path: [UInt8]) -> String {
    path.isEmpty ? "" : " at '\(String(decoding: path, as: UTF8.self))'"
  }
}
