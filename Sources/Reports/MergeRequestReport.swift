import Cache
import Foundation

/// Merge requests in the forms of `mrs` and `mr`.
public enum MergeRequestReport {
  /// The JSON object of one merge request, without its files.
  public static func json(
    _ request: CachedMergeRequest, repository: String, baseURL: String
  ) -> JSONValue {
    .object(members(request, repository, baseURL))
  }

  /// The JSON object of one merge request with its files.
  public static func json(
    _ request: CachedMergeRequest, files: [CachedFile], repository: String, baseURL: String
  ) -> JSONValue {
    var members = members(request, repository, baseURL)
    members.append(("description", .string(request.description)))
    members.append(("files", .array(files.map(\.json))))
    return .object(members)
  }

  private static func members(
    _ request: CachedMergeRequest, _ repository: String, _ baseURL: String
  ) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("repository", .string(repository)), ("baseUrl", .string(baseURL)),
      ("mergeRequest", .integer(request.iid)),
      ("id", .integer(request.gitlabID)), ("title", .string(request.title)),
      ("state", .string(request.state)), ("draft", .bool(request.isDraft)),
      (
        "author",
        .object([
          ("name", .optional(request.authorName)), ("username", .optional(request.authorUsername)),
        ])
      ),
      ("createdAt", .time(request.createdAt)), ("updatedAt", .time(request.updatedAt)),
      ("mergedAt", .time(request.mergedAt)), ("closedAt", .time(request.closedAt)),
      ("targetBranch", .string(request.targetBranch)),
      ("sourceBranch", .string(request.sourceBranch)),
      ("labels", .array(request.labels.map(JSONValue.string))), ("url", .optional(request.webURL)),
      ("base", .optional(request.baseSHA)), ("head", .optional(request.headSHA)),
      ("mergeCommit", .optional(request.mergeCommitSHA)),
      ("squashCommit", .optional(request.squashCommitSHA)),
      (
        "totals",
        request.totals.map {
          .object([
            ("files", .integer($0.files)), ("additions", .integer($0.additions)),
            ("deletions", .integer($0.deletions)),
          ])
        } ?? .null
      ),
      ("complete", .bool(request.incomplete == nil)),
    ]
    if let reason = request.incomplete { members.append(("reason", .string(reason))) }
    return members
  }

  /// A table, a line a merge request.
  public static func text(_ requests: [CachedMergeRequest]) -> String {
    var table = TextTable(columns: [
      .right("MR"), .left("state"), .right("files"), .right("+"), .right("-"), .left("changed"),
      .left("author"), .left("title"),
    ])
    for request in requests {
      let totals = request.totals
      table.add([
        "!\(request.iid)", TerminalText.safe(request.state),
        totals.map { "\($0.files)" } ?? "?", totals.map { "\($0.additions)" } ?? "?",
        totals.map { "\($0.deletions)" } ?? "?", String(UTCTime.text(request.updatedAt).prefix(10)),
        TerminalText.shortened(TerminalText.safe(request.authorName ?? "-"), to: 20),
        TerminalText.shortened(TerminalText.safe(request.title), to: 60),
      ])
    }
    return table.text
  }

  /// One merge request for people: its facts, then its files.
  public static func text(
    _ request: CachedMergeRequest, files: [CachedFile], repository: String
  ) -> String {
    var lines = [
      "!\(request.iid) \(TerminalText.safe(request.title))",
      "\(TerminalText.safe(repository)), \(request.state), "
        + "\(TerminalText.safe(request.sourceBranch)) -> \(TerminalText.safe(request.targetBranch))"
        + (request.authorName.map { ", by \(TerminalText.safe($0))" } ?? ""),
    ]
    if let mergedAt = request.mergedAt { lines.append("merged \(UTCTime.text(mergedAt))") }
    if let url = request.webURL { lines.append(TerminalText.safe(url)) }
    if let base = request.baseSHA, let head = request.headSHA {
      lines.append("diff \(base.prefix(12))..\(head.prefix(12))")
    }
    let stats = FileStats(repository: repository, request, files)
    return lines.joined(separator: "\n") + "\n\n" + stats.text()
  }
}
