/// The bounds of a comparison of two trees.
public enum DiffLimits {
  /// The deepest nesting of directories that is followed.
  public static let treeDepth = 4096
  /// The most files in which two trees may differ.
  public static let changes = 1_000_000
  /// The most bytes that the paths of all changed files may have together.
  public static let pathBytes = 64 << 20
  /// Blobs of more bytes are binary without being loaded, as git's `core.bigFileThreshold` has it.
  public static let bigFileBytes = 512 << 20
  /// Inexact renames are sought while destinations × sources is at most this number squared: git's default
  /// `diff.renameLimit`.
  public static let renames = 1000
}
