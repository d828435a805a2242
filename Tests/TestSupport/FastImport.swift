/// A stream of commits for `git fast-import`.
public struct FastImport {
  /// One change of a commit's tree.
  public enum Edit {
    /// Writes a file or the target of a symbolic link; modes are "100644", "100755" and "120000".
    case write([UInt8], mode: String = "100644", content: [UInt8])
    /// Points a submodule at a commit, by its 40 digits.
    case submodule([UInt8], commit: String)
    /// Removes a file or directory.
    case delete([UInt8])
    /// Moves a file or directory.
    case move([UInt8], to: [UInt8])
    /// Removes everything.
    case deleteAll
  }

  /// The stream so far.
  public private(set) var bytes: [UInt8] = []
  private var time = 1_700_000_000

  /// Makes an empty stream.
  public init() {}

  /// Adds a commit on a branch. The time of each is a minute after that of the one before.
  ///
  /// - Parameters:
  ///   - ref: As "refs/heads/main".
  ///   - parents: Names of commits, the first of which is the one that the edits start from; empty to go on from the
  ///     branch as this stream left it.
  public mutating func commit(
    on ref: String = "refs/heads/main", message: String = "change", parents: [String] = [],
    _ edits: [Edit]
  ) {
    time += 60
    line("commit \(ref)")
    line("author A U Thor <author@example.com> \(time) +0000")
    line("committer C O Mitter <committer@example.com> \(time) +0000")
    data(Array(message.utf8))
    for (index, parent) in parents.enumerated() {
      line("\(index == 0 ? "from" : "merge") \(parent)")
    }
    for edit in edits { add(edit) }
    line("")
  }

  private mutating func add(_ edit: Edit) {
    switch edit {
    case .write(let path, let mode, let content):
      line("M \(mode) inline \(Self.quote(path))")
      data(content)
    case .submodule(let path, let commit): line("M 160000 \(commit) \(Self.quote(path))")
    case .delete(let path): line("D \(Self.quote(path))")
    case .move(let old, let new): line("R \(Self.quote(old)) \(Self.quote(new))")
    case .deleteAll: line("deleteall")
    }
  }

  private mutating func data(_ content: [UInt8]) {
    line("data \(content.count)")
    bytes += content
    line("")
  }

  private mutating func line(_ text: String) {
    bytes += Array(text.utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  private static func quote(_ path: [UInt8]) -> String {
    var text = "\""
    for byte in path {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        text += "\\" + String(UnicodeScalar(byte))
      case 0x20...0x7e: text += String(UnicodeScalar(byte))
      default: text += "\\" + [6, 3, 0].map { String((byte >> $0) & 7) }.joined()
      }
    }
    return text + "\""
  }
}
