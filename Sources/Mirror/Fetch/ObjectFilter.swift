/// What a server leaves out of a pack, in the words of git-rev-list(1), `--filter`.
public enum ObjectFilter: String, Sendable {
  /// The contents of files.
  case noBlobs = "blob:none"
}
