/// What a git object is. The numbers are those of git's packs and of `git_object_t`.
public enum ObjectKind: UInt8, Sendable {
  /// A commit.
  case commit = 1
  /// A directory.
  case tree = 2
  /// The content of a file or the target of a symbolic link.
  case blob = 3
  /// An annotated tag.
  case tag = 4
}
