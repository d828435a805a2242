import Cache
import Foundation
import Mirror

/// The per-file stats of one merge request, commit or range, ready to be written in any form.
public struct FileStats: Sendable {
  /// What was compared.
  public enum Subject: Sendable, Equatable {
    /// A merge request's base with its head.
    case mergeRequest(iid: Int64, base: String?, head: String?)
    /// A commit's first parent with it; nothing where it has none.
    case commit(sha: String, parent: String?)
    /// A range's base with its head.
    case range(base: String, head: String)
  }

  /// The repository's path.
  public var repository: String
  /// The address of its instance; `nil` leaves it out.
  public var baseURL: String?
  /// What was compared.
  public var subject: Subject
  /// The files in git's order.
  public var files: [CachedFile]
  /// Why there are no files; `nil` where they are complete.
  public var incomplete: String?

  /// Makes stats of their parts.
  public init(repository: String, subject: Subject, files: [CachedFile], incomplete: String?) {
    self.repository = repository
    self.subject = subject
    self.files = files
    self.incomplete = incomplete
  }

  /// The stats of a cached merge request.
  public init(repository: String, _ request: CachedMergeRequest, _ files: [CachedFile]) {
    self.init(
      repository: repository,
      subject: .mergeRequest(iid: request.iid, base: request.baseSHA, head: request.headSHA),
      files: files, incomplete: request.incomplete)
  }

  /// The stats of a merge request of the window.
  public init(repository: String, _ request: WindowMergeRequest, _ files: [CachedFile]) {
    self.init(
      repository: repository,
      subject: .mergeRequest(iid: request.iid, base: request.baseSHA, head: request.headSHA),
      files: files, incomplete: request.incomplete)
  }

  /// The stats of a commit of the window.
  public init(repository: String, _ commit: WindowCommit, _ files: [CachedFile]) {
    self.init(
      repository: repository, subject: .commit(sha: commit.sha, parent: commit.parentSHA),
      files: files, incomplete: commit.incomplete)
  }

  /// The object of the design's JSON.
  public var json: JSONValue {
    var members: [(String, JSONValue)] = [("repository", .string(repository))]
    if let baseURL { members.append(("baseUrl", .string(baseURL))) }
    switch subject {
    case .mergeRequest(let iid, let base, let head):
      members += [
        ("mergeRequest", .integer(iid)), ("base", .optional(base)), ("head", .optional(head)),
      ]
    case .commit(let sha, let parent):
      members += [("commit", .string(sha)), ("parent", .optional(parent))]
    case .range(let base, let head):
      members += [("base", .string(base)), ("head", .string(head))]
    }
    let totals = DiffTotals(files)
    members += [
      ("files", .array(files.map(\.json))),
      (
        "totals",
        .object([
          ("files", .integer(totals.files)), ("additions", .integer(totals.additions)),
          ("deletions", .integer(totals.deletions)),
        ])
      ),
      ("complete", .bool(shortfall == nil)),
    ]
    if let shortfall { members.append(("reason", .string(shortfall))) }
    return .object(members)
  }

  /// Why the numbers are not all of git's.
  private var shortfall: String? {
    if let incomplete { return incomplete }
    let count = files.count { $0.precision != nil }
    return count == 0
      ? nil
      : Count.of(count, "file is", "files are") + " too large to be compared line by line"
  }

  /// The bytes of `git diff --numstat [-z] -M` over the same trees.
  public func numstat(nullTerminated: Bool) -> [UInt8] {
    var output: [UInt8] = []
    appendNumstat(nullTerminated: nullTerminated, to: &output)
    return output
  }

  private func appendNumstat(nullTerminated: Bool, to output: inout [UInt8]) {
    for file in files {
      Numstat.append(
        path: file.path, oldPath: file.oldPath, additions: file.additions,
        deletions: file.deletions, nullTerminated: nullTerminated, to: &output)
    }
  }

  /// The bytes of `git diff-tree --stdin --root -r -M --numstat [-z]` for this commit, or for this head with the base as its
  /// parent: a line with the id, then the files; nothing where no file differs.
  public func numstatEntry(nullTerminated: Bool) -> [UInt8] {
    guard !files.isEmpty else { return [] }
    let id =
      switch subject {
      case .mergeRequest(_, _, let head): head ?? ""
      case .commit(let sha, _): sha
      case .range(_, let head): head
      }
    var output = Array((id + (nullTerminated ? "\0" : "\n")).utf8)
    appendNumstat(nullTerminated: nullTerminated, to: &output)
    return output
  }

  /// A table for people: a line a file, in the order of ``files``, and the sums.
  public func text() -> String {
    if let incomplete { return "no diff: \(TerminalText.safe(incomplete))\n" }
    var table = TextTable(columns: [.right("+"), .right("-"), .left("file")])
    for file in files {
      table.add([
        file.additions.map(String.init) ?? "bin", file.deletions.map(String.init) ?? "bin",
        file.displayPath,
      ])
    }
    let totals = DiffTotals(files)
    return table.text
      + [
        Count.of(totals.files, "file"), Count.of(totals.additions, "addition"),
        Count.of(totals.deletions, "deletion"),
      ].joined(separator: ", ") + "\n"
  }
}

extension CachedFile {
  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("path", .string(String(decoding: path, as: UTF8.self))),
      ("oldPath", .optional(oldPath.map { String(decoding: $0, as: UTF8.self) })),
      ("status", .string(status.rawValue)), ("additions", .optional(additions)),
      ("deletions", .optional(deletions)), ("binary", .bool(isBinary)),
    ]
    if let precision { members.append(("precision", .string(precision.rawValue))) }
    if String(validating: path, as: UTF8.self) == nil {
      members.append(("pathBase64", .string(Data(path).base64EncodedString())))
    }
    if let oldPath, String(validating: oldPath, as: UTF8.self) == nil {
      members.append(("oldPathBase64", .string(Data(oldPath).base64EncodedString())))
    }
    return .object(members)
  }

  var displayPath: String {
    let new = TerminalText.safe(String(decoding: path, as: UTF8.self))
    guard let oldPath else { return new }
    return TerminalText.safe(String(decoding: oldPath, as: UTF8.self)) + " => " + new
  }
}
