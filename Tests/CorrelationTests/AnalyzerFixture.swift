import Cache
import Foundation
import TestSupport

@testable import Correlation

/// A cached project on a small repository, without any GitLab.
final class AnalyzerFixture {
  static let now = Date(timeIntervalSince1970: 1_760_000_000)

  let upstream: GitFixture
  let directory: URL
  let cache: CacheStore
  private let path: String
  private let id: Int64
  private var iid: Int64 = 0
  private var time = 1_759_000_000

  init(_ path: String = "acme/shop", id: Int64 = 1) throws {
    (self.path, self.id) = (path, id)
    upstream = try GitFixture()
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("analyzer-\(UUID().uuidString)")
    cache = try CacheStore(directory: directory.path, access: .readWrite)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  /// Commits files on main and returns the commit.
  ///
  /// - Parameter past: When, in seconds since 1970; `nil` for an hour after the last.
  @discardableResult
  func commit(
    _ files: [String: String], removing removed: [String] = [], message: String = "change",
    at past: Int? = nil
  ) throws -> String {
    if past == nil { time += 3600 }
    let time = past ?? time
    var stream = "commit refs/heads/main\ncommitter Ada <ada@example.com> \(time) +0000\n"
    stream += "data \(message.utf8.count)\n\(message)\n"
    if try !upstream.gitText("for-each-ref", "refs/heads/main").isEmpty {
      stream += "from refs/heads/main^0\n"
    }
    for path in removed.sorted() { stream += "D \(path)\n" }
    for (path, text) in files.sorted(by: { $0.key < $1.key }) {
      stream += "M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n"
    }
    try upstream.git("fast-import", "--quiet", "--force", input: Array(stream.utf8))
    return try upstream.gitText("rev-parse", "refs/heads/main")
  }

  private var merged: [LandedMergeRequest] = []

  /// Lands a merge request that changes files.
  @discardableResult
  func merge(
    _ title: String, _ files: [String: String], removing removed: [String] = [],
    author: String = "ada", message: String? = nil
  ) throws -> Int64 {
    iid += 1
    let base = try upstream.gitText("rev-parse", "refs/heads/main")
    let head = try commit(files, removing: removed, message: message ?? title)
    let at = Date(timeIntervalSince1970: Double(time))
    merged.append(
      LandedMergeRequest(
        request: CachedMergeRequest(
          iid: iid, gitlabID: iid, title: title, description: "", state: "merged", isDraft: false,
          authorName: author, authorUsername: author, createdAt: at, updatedAt: at, mergedAt: at,
          closedAt: nil, targetBranch: "main", sourceBranch: "b\(iid)", sourceProjectID: 1,
          labels: [], webURL: nil, mergeCommitSHA: nil, squashCommitSHA: nil), base: base,
        head: head))
    return iid
  }

  /// Fills the cache and looks into what was merged.
  func project() throws -> CachedProject {
    try project(in: cache)
  }

  private func project(in cache: CacheStore) throws -> CachedProject {
    try cache.add(merged, of: upstream, as: path, id: id, lookbackDays: 30, at: Self.now)
  }

  private var made: CachedProject?
  /// Other projects in the cache, by their paths.
  private var added: [String: CachedProject] = [:]

  func analyze(_ symptom: String, revision: String? = nil, at: Date = now) throws -> Analysis {
    try Analyzer(cache: cache).analyze(query(symptom, revision: revision, at: at))
  }

  /// Asks about parts of the project, each with its branch.
  func analyze(
    _ symptom: String, in parts: [(folders: [String], branch: String)]
  ) throws -> Analysis {
    var query = try query(symptom, revision: nil, at: Self.now)
    let project = query.scopes[0].project
    query.scopes = parts.map {
      AnalysisScope(project: project, pathPrefixes: $0.folders, branch: $0.branch)
    }
    return try Analyzer(cache: cache).analyze(query)
  }

  /// Asks about the project and others together.
  func analyze(_ symptom: String, with others: [AnalyzerFixture]) throws -> Analysis {
    var query = try query(symptom, revision: nil, at: Self.now)
    for other in others where added[other.path] == nil {
      added[other.path] = try other.project(in: cache)
    }
    query.scopes += others.compactMap { added[$0.path] }.map { AnalysisScope(project: $0) }
    return try Analyzer(cache: cache).analyze(query)
  }

  /// What is observed on the merge requests, by their iids.
  func observe(_ symptom: String) throws -> [Int64: Observations] {
    let query = try query(symptom, revision: nil, at: Self.now)
    let found = try Investigation(query.scopes[0], named: "acme/shop", query: query, cache: cache)
    return Dictionary(
      uniqueKeysWithValues: zip(
        found?.candidates.map(\.request.iid) ?? [], found?.observations ?? []))
  }

  private func query(_ symptom: String, revision: String?, at: Date) throws -> AnalysisQuery {
    let project = try made ?? project()
    made = project
    return AnalysisQuery(
      symptom: Symptom.parse(symptom), scopes: [AnalysisScope(project: project)], at: at,
      lookbackDays: 30, revision: revision)
  }
}
