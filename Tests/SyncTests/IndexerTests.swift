import Cache
import Foundation
import Mirror
import Sync
import TestSupport
import Testing

/// A cache with merge requests and their diffs, as a sync leaves them before they are looked into.
private final class IndexFixture {
  static let now = Date(timeIntervalSince1970: 1_760_000_000)

  let upstream: GitFixture
  let directory: URL
  let cache: CacheStore
  private(set) var project: CachedProject
  private var iid: Int64 = 0

  init(_ files: [String: String]) throws {
    upstream = try GitFixture()
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("indexer-\(UUID().uuidString)")
    cache = try CacheStore(directory: directory.path, access: .readWrite)
    let mirrors = directory.appendingPathComponent("mirrors/test")
    try FileManager.default.createDirectory(at: mirrors, withIntermediateDirectories: true)
    let mirror = MirrorDirectory(cache: directory.path, host: "test", projectID: 1)
    try FileManager.default.createSymbolicLink(
      atPath: mirror.path, withDestinationPath: upstream.path)
    project = try cache.beginSync(
      .init(
        host: "test", projectID: 1, baseURL: "https://test", path: "acme/shop",
        defaultBranch: "main", webURL: nil, lookbackDays: 30), at: Self.now)
    try commit(files, "Begin")
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  @discardableResult
  func commit(_ files: [String: String], _ message: String) throws -> String {
    var stream = "commit refs/heads/main\ncommitter Ada <ada@example.com> 1759000000 +0000\n"
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

  /// Stores a merged merge request of one commit a step.
  @discardableResult
  func merge(_ title: String, _ steps: [(files: [String: String], message: String)]) throws -> Int64
  {
    let base = try upstream.gitText("rev-parse", "refs/heads/main")
    for step in steps { try commit(step.files, step.message) }
    return try merge(title, base: base, head: try upstream.gitText("rev-parse", "refs/heads/main"))
  }

  /// Stores a merged merge request of the commits that are there.
  @discardableResult
  func merge(_ title: String, base: String, head: String) throws -> Int64 {
    iid += 1
    try store(iid, title, updatedAt: Self.now)
    let engine = DiffEngine(try Repository(bareAt: upstream.path))
    let trees = try [base, head].map { try engine.tree(of: ObjectID(hex: $0) ?? .emptyTree) }
    let changes = try engine.changes(from: trees[0], to: trees[1]).map { CachedFile($0) }
    let key = DiffKey(
      oldTree: "\(trees[0])", newTree: "\(trees[1])", algorithm: DiffEngine.algorithmVersion)
    try cache.storeDiffs(
      [
        (
          .mergeRequest(iid: iid, base: base, head: head, start: nil), .computed(key, changes)
        )
      ], project: project.id, at: Self.now)
    return iid
  }

  func store(_ iid: Int64, _ title: String, updatedAt: Date) throws {
    _ = try cache.storeMergeRequests(
      [
        CachedMergeRequest(
          iid: iid, gitlabID: iid, title: title, description: "", state: "merged", isDraft: false,
          authorName: "Ada", authorUsername: "ada", createdAt: Self.now, updatedAt: updatedAt,
          mergedAt: Self.now, closedAt: nil, targetBranch: "main", sourceBranch: "b\(iid)",
          sourceProjectID: 1, labels: [], webURL: nil, mergeCommitSHA: nil, squashCommitSHA: nil)
      ], project: project.id)
  }

  func index() throws -> Int {
    try MergeRequestIndexer(cache: cache, project: project, workers: 2).run(
      isCancelled: { false }, progress: { _, _ in })
  }

  func words(_ iids: some Sequence<Int64>, _ tokens: String...) throws -> [Int64: IndexedWords] {
    try cache.words(project: project.id, iids: Set(iids), matching: tokens)
  }

  func changes(_ iid: Int64) throws -> [(file: CachedFileChange, hunks: [CachedHunk])] {
    guard let diff = try cache.mergeRequest(project: project.id, iid: iid)?.diffID else {
      return []
    }
    let hunks = try cache.hunks(diffs: [diff])[diff] ?? [:]
    return try cache.fileChanges(diff: diff).map { ($0, hunks[$0.position] ?? []) }
  }
}

private let pool = """
  int
  pool_take (Pool *pool)
  {
    int size = 1;
    return size;
  }

  int
  pool_free (Pool *pool)
  {
    return 0;
  }
  """

@Suite struct IndexerTests {
  private let fixture: IndexFixture

  init() throws { fixture = try IndexFixture(["src/pool.c": pool, "README.md": "A pool.\n"]) }

  @Test func `hunks have their lines, their function and what they do`() throws {
    let changed =
      "/* Pools. */\n"
      + pool.replacingOccurrences(of: "size = 1", with: "size = 2")
      .replacingOccurrences(of: "return 0", with: "return  0")
    let iid = try fixture.merge("Take more", [(["src/pool.c": changed], "Take more")])
    #expect(try fixture.index() == 1)
    let found = try #require(try fixture.changes(iid).first)
    #expect(found.file.effect == .code)
    #expect(found.file.oldBlob?.count == 20)
    #expect(found.hunks.map(\.effect) == [.comments, .code, .formatting])
    #expect(found.hunks.map(\.function) == [nil, "pool_take", "pool_free"])
    #expect(found.hunks[1].old == 3..<4)
    #expect(found.hunks[1].new == 4..<5)
    #expect(found.hunks[1].functionLines == 1..<7)
  }

  @Test func `comments alone, white space alone and generated files are told`() throws {
    let comments = try fixture.merge("Comment", [(["src/pool.c": "// Pools.\n" + pool], "c")])
    let spaces = try fixture.merge(
      "Indent",
      [
        (
          [
            "src/pool.c": "// Pools.\n"
              + pool.replacingOccurrences(of: "  int size", with: "\tint size")
          ],
          "s"
        )
      ])
    let generated = try fixture.merge("Generate", [(["src/pool_pb2.py": "x = 1\n"], "g")])
    #expect(try fixture.index() == 3)
    #expect(try fixture.changes(comments).map(\.file.effect) == [.comments])
    #expect(try fixture.changes(spaces).map(\.file.effect) == [.formatting])
    #expect(try fixture.changes(generated).map(\.file.effect) == [.generated])
  }

  @Test func `only what is new or has changed is looked into again`() throws {
    let iid = try fixture.merge("Take more", [(["src/pool.c": pool + "\n"], "Take more")])
    #expect(try fixture.index() == 1)
    #expect(try fixture.index() == 0)
    try fixture.store(iid, "Take even more", updatedAt: IndexFixture.now.addingTimeInterval(60))
    #expect(try fixture.index() == 1)
    let words = try fixture.words([iid], "even")
    #expect(words[iid]?.title == "take even more ")
  }

  @Test func `messages of commits are found, each by itself`() throws {
    let iid = try fixture.merge(
      "Various",
      [
        (["a.c": "int a;\n"], "Paint the door\n\nNothing else."),
        (
          ["b.c": "int b;\n"], "Round totals\n\nInvoices had wrong cents.\n\nReviewed-by: Zoe <z@e>"
        ),
        (["c.c": "int c;\n"], "Move the window"),
      ])
    try fixture.merge("Other", [(["d.c": "int d;\n"], "Say hello")])
    #expect(try fixture.index() == 2)
    let found = try fixture.words(1...9, "totals", "invoices")
    #expect(found.keys.sorted() == [iid])
    #expect(
      found[iid]?.commits == [
        .init(title: "round totals ", body: "invoices had wrong cents ")
      ])
    #expect(try fixture.words(1...9, "zoe").isEmpty)
    #expect(try fixture.words(2...9, "totals").isEmpty)
    #expect(try fixture.words([], "totals").isEmpty)
  }

  @Test func `a branch that has merged main since has the messages of its own commits alone`()
    throws
  {
    try fixture.commit(["p.c": "int p;\n"], "Teach the parser")
    let main = try fixture.commit(["q.c": "int q;\n"], "Teach the lexer")
    var stream = ""
    for (number, step) in [
      ("Round totals", "from \(main)~2\n"), ("Merge branch 'main'", "merge \(main)\n"),
      ("Round taxes", ""),
    ].enumerated() {
      stream +=
        "commit refs/heads/topic\ncommitter Ada <ada@example.com> 175900000\(number) +0000\n"
      stream += "data \(step.0.utf8.count)\n\(step.0)\n\(step.1)"
      stream += "M 100644 inline t\(number).c\ndata 1\n.\n"
    }
    try fixture.upstream.git("fast-import", "--quiet", input: Array(stream.utf8))
    let head = try fixture.upstream.gitText("rev-parse", "refs/heads/topic")
    let iid = try fixture.merge("Various", base: main, head: head)
    #expect(try fixture.index() == 1)
    #expect(try fixture.words([iid], "round")[iid]?.commits.count == 2)
    #expect(try fixture.words([iid], "teach", "begin").isEmpty)
  }

  @Test func `looking into it again replaces the words of its commits`() throws {
    let iid = try fixture.merge("Various", [(["a.c": "int a;\n"], "Paint the door")])
    #expect(try fixture.index() == 1)
    try fixture.store(iid, "Various", updatedAt: IndexFixture.now.addingTimeInterval(60))
    #expect(try fixture.index() == 1)
    #expect(try fixture.words([iid], "paint")[iid]?.commits.count == 1)
  }

  @Test func `names of changed functions are words, and go with the project`() throws {
    let iid = try fixture.merge(
      "Tidy", [(["src/pool.c": pool.replacingOccurrences(of: "size = 1", with: "size = 2")], "t")])
    #expect(try fixture.index() == 1)
    #expect(try fixture.words(1...9, "take")[iid]?.functions == "pool take pooltake ")
    #expect(try fixture.words(1...9, "free").isEmpty)
    try fixture.cache.removeProject(fixture.project.id)
    #expect(try fixture.words(1...9, "take", "t").isEmpty)
  }

  @Test func `tokens that are no words find nothing and break nothing`() throws {
    try fixture.merge("Tidy", [(["a.c": "int a;\n"], "Tidy")])
    #expect(try fixture.index() == 1)
    for tokens in [[], ["\"", "a\" OR \"b"], ["NEAR("], ["*"]] {
      #expect(
        try fixture.cache.words(project: fixture.project.id, iids: [1], matching: tokens).isEmpty)
    }
  }
}
