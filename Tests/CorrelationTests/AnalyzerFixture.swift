import Cache
import Correlation
import Foundation
import Mirror
import Sync
import TestSupport

/// A cached project on a small repository, without any GitLab.
final class AnalyzerFixture {
  static let now = Date(timeIntervalSince1970: 1_760_000_000)

  let upstream: GitFixture
  let directory: URL
  let cache: CacheStore
  private var iid: Int64 = 0
  private var time = 1_759_000_000

  init() throws {
    upstream = try GitFixture()
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("analyzer-\(UUID().uuidString)")
    cache = try CacheStore(directory: directory.path, access: .readWrite)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  /// Commits files on main and returns the commit.
  @discardableResult
  func commit(
    _ files: [String: String], removing removed: [String] = [], message: String = "change"
  ) throws -> String {
    time += 3600
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

  private struct Merged {
    var request: CachedMergeRequest
    var base: String
    var head: String
  }
  private var merged: [Merged] = []

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
      Merged(
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
    let mirror = MirrorDirectory(cache: directory.path, host: "test", projectID: 1)
    try FileManager.default.createDirectory(
      atPath: directory.path + "/mirrors/test", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: upstream.path, toPath: mirror.path)
    let project = try cache.beginSync(
      .init(
        host: "test", projectID: 1, baseURL: "https://test", path: "acme/shop",
        defaultBranch: "main", webURL: nil, lookbackDays: 30), at: Self.now)
    _ = try cache.storeMergeRequests(merged.map(\.request), project: project.id)
    let repository = try Repository(bareAt: mirror.path)
    let engine = DiffEngine(repository)
    for item in merged {
      let trees = try [item.base, item.head].map {
        try engine.tree(of: ObjectID(hex: $0) ?? .emptyTree)
      }
      let files = try engine.changes(from: trees[0], to: trees[1]).map { CachedFile($0) }
      let key = DiffKey(
        oldTree: "\(trees[0])", newTree: "\(trees[1])", algorithm: DiffEngine.algorithmVersion)
      try cache.storeDiffs(
        [
          (
            .mergeRequest(iid: item.request.iid, base: item.base, head: item.head, start: nil),
            .computed(key, files)
          )
        ], project: project.id, at: Self.now)
    }
    try MergeRequestIndexer(cache: cache, project: project, workers: 1).run(
      isCancelled: { false }, progress: { _, _ in })
    return project
  }

  private var made: CachedProject?

  func analyze(_ symptom: String, revision: String? = nil, at: Date = now) throws -> Analysis {
    let project = try made ?? project()
    made = project
    let query = AnalysisQuery(
      symptom: Symptom.parse(symptom), scopes: [AnalysisScope(project: project)], at: at,
      lookbackDays: 30, revision: revision)
    return try Analyzer(cache: cache).analyze(query)
  }
}
