/// What a server leaves out of a pack. Objects that are wanted by their ids come all the same.
public enum ObjectFilter: Sendable, Equatable {
  /// The contents of files.
  case noBlobs
  /// Directories, and with them the contents of files.
  case noTrees
  /// The contents of files of so many bytes or more.
  case noLargeBlobs(byteCount: Int)

  /// The words of git-rev-list(1), `--filter`.
  var specification: String {
    switch self {
    case .noBlobs: "blob:none"
    case .noTrees: "tree:0"
    case .noLargeBlobs(let byteCount): "blob:limit=\(byteCount)"
    }
  }
}
