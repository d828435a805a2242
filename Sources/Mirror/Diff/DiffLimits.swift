/// The bounds of a comparison of two trees.
public enum DiffLimits {
  /// The deepest nesting of directories that is followed.
  public static let treeDepth = 4096
  /// The most files in which two trees may differ.
  public static let changes = 250_000
  /// The most bytes that the paths of all changed files may have together.
  public static let pathBytes = 24 << 20
  /// The most bytes that the directories on one path may have together.
  public static let treeBytes = 48 << 20
  /// Blobs of more bytes are binary without being loaded, as git's `core.bigFileThreshold` has it.
  public static let bigFileBytes = 512 << 20
  /// Blobs of more bytes are not compared line by line, see ``FileChange/Precision``. git compares them up to its
  /// limit of big files, in as much memory as that takes.
  public static let comparedBytes = 32 << 20
  /// The most lines that two texts may differ in, between the first and the last difference, to be compared.
  public static let comparedLines = 750_000
  /// Inexact renames are sought while destinations × sources is at most this number squared: git's default
  /// `diff.renameLimit`.
  public static let renames = 1000
}
