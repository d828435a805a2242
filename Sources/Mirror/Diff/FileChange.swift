/// How one file differs between two trees.
public struct FileChange: Sendable, Equatable {
  /// What happened to the file.
  public enum Status: String, Sendable {
    /// It is new.
    case added
    /// It is gone.
    case deleted
    /// Its content or its mode changed.
    case modified
    /// It moved, perhaps with edits.
    case renamed
    /// It was copied. Comparisons without copy detection do not give it.
    case copied
    /// It was a file, symbolic link or submodule and became another of these.
    case typeChanged
  }

  /// How the lines were counted.
  public enum Precision: String, Sendable {
    /// As git counts them.
    case exact
    /// A text too large to be compared: all lines that could not be compared count as removed and added. They were
    /// counted in passing, without loading the text.
    case totals
    /// A file too large to be compared that is stored as a difference to another one, and could only be counted by
    /// loading it. There are no counts, and whether it is text is not known.
    case uncounted
  }

  /// The path, in the bytes of the tree; for a deleted file, that of the old tree.
  public var path: [UInt8]
  /// The path in the old tree, for a renamed file only.
  public var oldPath: [UInt8]?
  /// What happened to the file.
  public var status: Status
  /// The mode in the old tree as git canonicalises it (`0o100644`, `0o100755`, `0o120000`, `0o160000`); 0 for none.
  public var oldMode: UInt32
  /// The mode in the new tree, in the same form.
  public var newMode: UInt32
  /// The content in the old tree: a blob, or a commit for a submodule.
  public var oldBlob: ObjectID?
  /// The content in the new tree, in the same form.
  public var newBlob: ObjectID?
  /// The lines added; `nil` for a binary or uncounted file.
  public var additions: Int?
  /// The lines removed; `nil` for a binary or uncounted file.
  public var deletions: Int?
  /// Whether git takes one of the two sides for binary.
  public var isBinary: Bool
  /// How the lines were counted: exactly, but for texts beyond ``DiffLimits``.
  public var precision: Precision

  /// Makes a change from its parts.
  public init(
    path: [UInt8], oldPath: [UInt8]? = nil, status: Status, oldMode: UInt32, newMode: UInt32,
    oldBlob: ObjectID?, newBlob: ObjectID?, additions: Int?, deletions: Int?, isBinary: Bool,
    precision: Precision = .exact
  ) {
    self.path = path
    self.oldPath = oldPath
    self.status = status
    self.oldMode = oldMode
    self.newMode = newMode
    self.oldBlob = oldBlob
    self.newBlob = newBlob
    self.additions = additions
    self.deletions = deletions
    self.isBinary = isBinary
    self.precision = precision
  }
}
