import Cache
import Correlation
import Crypto
import Foundation

/// What an answer stood on in the cache, in digests, so that a later replay can tell what has changed.
public struct AnalysisBasis: Codable, Equatable, Sendable {
  /// A merge request of the window.
  public struct Entry: Codable, Equatable, Sendable {
    /// The project's name in the answer.
    public var repository: String
    /// Its number in the project.
    public var mergeRequest: Int64
    /// A digest of what people wrote and GitLab tells of it.
    public var text: String
    /// A digest of the files and contents that it changed.
    public var change: String
  }

  /// The version of the rules.
  public var algorithm: Int
  /// The merge requests that were merged in the window, by project and number.
  public var window: [Entry]
  /// Those of them that may have broken it, as `group/project!12@<head>`.
  public var candidates: [String]

  /// Reads the window of a query.
  ///
  /// - Throws: `CacheError`.
  public init(_ query: AnalysisQuery, _ analysis: Analysis, in cache: CacheStore) throws {
    algorithm = Analyzer.algorithmVersion
    candidates = analysis.considered
    window = []
    let start = query.at.addingTimeInterval(-Double(query.lookbackDays) * 86400)
    let names = query.names
    var seen: Set<Int64> = []
    for project in query.scopes.map(\.project) where seen.insert(project.id).inserted {
      let merged = try cache.merged(project: project.id, from: start, until: query.at)
      let files = try cache.fileChanges(diffs: merged.compactMap(\.diffID))
      for request in merged.sorted(by: { $0.iid < $1.iid }) {
        window.append(
          Entry(
            repository: names.name(of: project), mergeRequest: request.iid,
            text: Self.digest(of: request),
            change: Self.digest(of: request, request.diffID.flatMap { files[$0] } ?? [])))
      }
    }
  }

  private static func digest(of request: CachedMergeRequest) -> String {
    digest(
      .array([
        .string(request.title), .string(request.description), .string(request.state),
        .optional(request.authorName), .optional(request.authorUsername),
        .time(request.mergedAt), .string(request.targetBranch), .optional(request.webURL),
        .array(request.labels.map(JSONValue.string)),
      ]))
  }

  private static func digest(
    of request: CachedMergeRequest, _ files: [CachedFileChange]
  ) -> String {
    let commits = [
      request.mergeCommitSHA, request.squashCommitSHA, request.baseSHA, request.headSHA,
    ]
    return digest(
      .array([
        .array(commits.map(JSONValue.optional)),
        .array(
          files.map { file in
            .array([
              .string(hex(file.path)), .string(hex(file.oldPath ?? [])),
              .optional(file.additions), .optional(file.deletions),
              .string(hex(file.oldBlob ?? [])), .string(hex(file.newBlob ?? [])),
              .string("\(file.effect)"),
            ])
          }),
      ]))
  }

  /// The first half of a SHA-256: enough to tell contents apart, and a capsule is half as long.
  private static func digest(_ value: JSONValue) -> String {
    hex(SHA256.hash(data: value.digestedLine).prefix(16))
  }

  private static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// A seal over bytes: all of their SHA-256.
  static func seal(_ bytes: Data) -> String { hex(SHA256.hash(data: bytes)) }
}
