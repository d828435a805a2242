/// The text that `git diff --numstat` prints, byte for byte, with git's default `core.quotePath`.
public enum Numstat {
  /// Prints changes in their order.
  ///
  /// - Parameter nullTerminated: As `-z`: raw paths ended by NUL, a rename as an empty path and its two paths.
  ///   Otherwise lines, where odd paths are quoted and a rename is shortened to `a/{b => c}/d`.
  public static func format(_ changes: [FileChange], nullTerminated: Bool) -> [UInt8] {
    var output: [UInt8] = []
    for change in changes {
      append(
        path: change.path, oldPath: change.oldPath, additions: change.additions,
        deletions: change.deletions, nullTerminated: nullTerminated, to: &output)
    }
    return output
  }

  /// Prints one file; `nil` counts stand for a binary one.
  public static func append(
    path: [UInt8], oldPath: [UInt8]?, additions: Int?, deletions: Int?, nullTerminated: Bool,
    to output: inout [UInt8]
  ) {
    append(additions, to: &output)
    append(deletions, to: &output)
    if nullTerminated {
      if let oldPath {
        output.append(0)
        output.append(contentsOf: oldPath)
        output.append(0)
      }
      output.append(contentsOf: path)
      output.append(0)
    } else {
      if let oldPath {
        output.append(contentsOf: QuotedPath.rename(from: oldPath, to: path))
      } else {
        output.append(contentsOf: QuotedPath.quoted(path) ?? path)
      }
      output.append(UInt8(ascii: "\n"))
    }
  }

  private static func append(_ count: Int?, to output: inout [UInt8]) {
    if let count {
      output.append(contentsOf: String(count).utf8)
    } else {
      output.append(UInt8(ascii: "-"))
    }
    output.append(UInt8(ascii: "\t"))
  }
}
