import Cache
import Correlation
import Foundation
import Mirror
import Sync
import TestSupport
import Testing

/// A cached project on a small repository, without any GitLab.
private final class Fixture {
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
  func commit(_ files: [String: String], message: String = "change") throws -> String {
    time += 3600
    var stream = "commit refs/heads/main\ncommitter Ada <ada@example.com> \(time) +0000\n"
    stream += "data \(message.utf8.count)\n\(message)\n"
    if try !upstream.gitText("for-each-ref", "refs/heads/main").isEmpty {
      stream += "from refs/heads/main^0\n"
    }
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
    _ title: String, _ files: [String: String], author: String = "ada", message: String? = nil
  ) throws -> Int64 {
    iid += 1
    let base = try upstream.gitText("rev-parse", "refs/heads/main")
    let head = try commit(files, message: message ?? title)
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

private let pool = """
  #include "pool.h"

  static int
  pool_take (Pool *pool)
  {
    int size = 1;
    return size;
  }

  static int
  pool_free (Pool *pool)
  {
    int left = 2;
    return left;
  }
  """

private let trace =
  "#0  pool_take (pool=0x0) at /builds/acme/shop/src/pool.c:6\n#1  main () at src/main.c:3\n"

@Suite struct AnalyzerTests {
  private let fixture: Fixture

  init() throws {
    fixture = try Fixture()
    try fixture.commit([
      "src/pool.c": pool, "src/main.c": "int main () {\n  return 0;\n}\n", "README.md": "x",
    ])
  }

  @Test func `who wrote the line comes before who changed the file later`() throws {
    let culprit = try fixture.merge(
      "Take more", ["src/pool.c": pool.replacingOccurrences(of: "size = 1", with: "size = pool->n")]
    )
    let later = pool.replacingOccurrences(of: "size = 1", with: "size = pool->n")
      .replacingOccurrences(of: "left = 2", with: "left = 3")
    try fixture.merge("Free more", ["src/pool.c": "/* first */\n" + later])
    let analysis = try fixture.analyze(
      trace.replacingOccurrences(of: "pool.c:6", with: "pool.c:7"))
    let best = try #require(analysis.suspects.first)
    #expect(best.mergeRequest.iid == culprit)
    #expect(best.function == "pool_take")
    #expect(best.lines == 7...7)
    #expect(best.snippet.contains { $0.isNamed && $0.isChanged && $0.number == 7 })
    #expect(analysis.hasGoodSuspect)
    #expect(best.evidence.contains { $0.kind == "line" })
  }

  @Test func `comments, bots and what was reverted are not suspected`() throws {
    try fixture.merge("Document", ["src/pool.c": "/* A pool. */\n" + pool])
    try fixture.merge(
      "Bump", ["src/main.c": "int main () {\n  return 1;\n}\n"], author: "renovate-bot")
    let broken = pool.replacingOccurrences(of: "size = 1", with: "size = 0")
    try fixture.merge("Break the pool badly", ["src/pool.c": broken])
    let head = try fixture.upstream.gitText("rev-parse", "refs/heads/main")
    try fixture.merge(
      "Take it back", ["src/pool.c": pool],
      message: "Revert \"Break the pool badly\"\n\nThis reverts commit \(head).\n")
    let analysis = try fixture.analyze(trace)
    let reasons = Dictionary(
      uniqueKeysWithValues: analysis.exonerations.map { ($0.mergeRequest.title, $0.reason) })
    #expect(reasons["Document"] == "it changed comments alone")
    #expect(reasons["Bump"] == "its author is a bot")
    #expect(reasons["Break the pool badly"]?.hasPrefix("it was reverted by ") == true)
    #expect(analysis.suspects.map(\.mergeRequest.title) == ["Take it back"])
  }

  @Test func `later merges, and an empty window, give no suspect`() throws {
    try fixture.merge("Change", ["src/pool.c": pool + "\n"])
    let analysis = try fixture.analyze(trace, at: Date(timeIntervalSince1970: 1_758_000_000))
    #expect(analysis.suspects.isEmpty)
    #expect(!analysis.hasGoodSuspect)
    #expect(analysis.explanation == "No merge request was merged in the window.")
  }

  @Test func `prose finds the merge request that speaks of it`() throws {
    try fixture.merge(
      "Round the totals of invoices", ["src/invoice.c": "int invoice_total (void) { return 1; }\n"])
    try fixture.merge("Paint the door", ["src/door.c": "int door (void) { return 2; }\n"])
    for number in 1...8 {
      try fixture.merge("Other \(number)", ["src/other\(number).c": "int other = \(number);\n"])
    }
    let analysis = try fixture.analyze(
      "Since yesterday the totals on invoices are rounded wrongly.")
    #expect(analysis.suspects.first?.mergeRequest.title == "Round the totals of invoices")
  }

  @Test func `hostile text is answered, twice alike`() throws {
    try fixture.merge("Change", ["src/pool.c": pool + "\n"])
    let text =
      "\u{0}\"' OR * NEAR( src/../../pool.c:99999999999 #0 \(String(repeating: "(", count: 5_000))"
    let one = try fixture.analyze(text)
    #expect(one.suspects.count <= 1)
    let two = try fixture.analyze(text)
    #expect("\(one)" == "\(two)")
  }
}
