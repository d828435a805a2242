import Cache
import Foundation
import GitLabDouble
import HTTP
import Mirror
import Reports
import Sync
import Synchronization
import TestSupport
import Testing

@Suite struct WindowTests {
  private let body = (1...80).map { "line \($0)\n" }.joined()

  /// A project with files that only commits before the window touched, and three merge requests.
  private func prepared() async throws -> SyncFixture {
    let fixture = try await SyncFixture()
    try fixture.commit(
      "main", ["old.txt": body, "a.txt": body, "move.txt": body + "m\n"], daysAgo: 90)
    try fixture.commit("main", ["old.txt": body + "old\n"], daysAgo: 80)
    try fixture.commit("main", ["old.txt": "short\n", "b.txt": "b\n"], daysAgo: 70)
    for index in 0..<3 {
      try await fixture.open("topic\(index)", ["a.txt": body + "\(index)\n", "new\(index)": "x\n"])
    }
    try fixture.commit("main", ["a.txt": body + "main\n"], daysAgo: 2)
    return fixture
  }

  private func target(_ fixture: SyncFixture, _ content: MirrorContent) -> SyncTarget {
    var target = fixture.target()
    target.content = content
    return target
  }

  private func sync(_ fixture: SyncFixture, _ content: MirrorContent) async throws -> SyncSummary {
    try await fixture.sync(target(fixture, content))[0].result.get()
  }

  /// Runs git in the mirror.
  private func git(_ fixture: SyncFixture, _ arguments: [String]) throws -> String {
    let path = fixture.mirror.path
    let arguments = ["--git-dir", path] + arguments
    let result = try ChildProcess.run(
      ["git"] + arguments,
      environment: [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": path, "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
      ], input: [])
    #expect(result.status == 0, "\(result.errorText)")
    return String(decoding: result.output, as: UTF8.self)
  }

  private func missing(_ fixture: SyncFixture) throws -> Int {
    try git(fixture, ["rev-list", "--objects", "--all", "--missing=print"])
      .split(separator: "\n").count { $0.hasPrefix("?") }
  }

  /// The objects of a revision's tree that the mirror lacks.
  private func missing(_ fixture: SyncFixture, of revision: String) throws -> Int {
    try git(fixture, ["rev-list", "--objects", "--missing=print", "\(revision)^{tree}"])
      .split(separator: "\n").count { $0.hasPrefix("?") }
  }

  private func fetches(_ fixture: SyncFixture) -> [String] {
    fixture.double.log.requests.filter { $0.gitCommand == "fetch" }.map { request in
      let filter = request.body.split(separator: "filter ").dropFirst().first
      return filter.map { String($0.prefix { $0 != "\n" }) } ?? "all"
    }
  }

  private func expectGitsStats(_ fixture: SyncFixture, count: Int) throws {
    let project = try fixture.cached()
    var seen = 0
    try fixture.cache.forEachMergeRequest(project: project.id) { request, files in
      let (base, head) = try (#require(request.baseSHA), #require(request.headSHA))
      #expect(request.incomplete == nil)
      #expect(
        try FileStats(repository: "acme/shop", request, files).numstat(nullTerminated: true)
          == fixture.upstream.git("diff", "--numstat", "-z", "-M", base, head))
      seen += 1
    }
    #expect(seen == count)
    try fixture.cache.forEachCommit(project: project.id, since: .distantPast) { commit, files in
      #expect(commit.incomplete == nil)
      let base = try #require(commit.parentSHA)
      #expect(
        try FileStats(repository: "acme/shop", commit, files).numstat(nullTerminated: true)
          == fixture.upstream.git("diff", "--numstat", "-z", "-M", base, commit.sha))
    }
  }

  @Test func `the window comes with git's stats, its trees and its blobs in one batch each`()
    async throws
  {
    let fixture = try await prepared()
    let summary = try await sync(fixture, .windowOnly)
    #expect(summary.incomplete == 0)
    #expect(summary.commits == 1)
    try expectGitsStats(fixture, count: 3)
    // Branches, heads, the files of the window's commits, the trees of older bases, the blobs that these lack.
    #expect(fetches(fixture) == ["tree:0", "tree:0", "blob:limit=262144", "blob:none", "all"])
    // The trees of the two oldest commits.
    #expect(try missing(fixture) == 2)
    #expect(try missing(fixture, of: "main") == 0)
    _ = try git(fixture, ["fsck", "--full"])
    await fixture.stop()
  }

  @Test func `of large files that no diff reads those of source code come`() async throws {
    let fixture = try await prepared()
    let large = String(repeating: "int x;\n", count: 40_000)
    let parent = try fixture.upstream.gitText("rev-parse", "main~1")
    let tip = try fixture.commit(
      "main", ["dir/large.c": large, "dir/large.png": large + "png", "dir/small.png": "png"],
      from: [parent], daysAgo: 65)
    try fixture.commit("main", ["new.txt": "new\n"], from: [tip], daysAgo: 2)
    _ = try await sync(fixture, .windowOnly)
    #expect(try missing(fixture, of: "main") == 1)
    let repository = try Repository(bareAt: fixture.mirror.path)
    for (path, isThere) in [("large.c", true), ("large.png", false), ("small.png", true)] {
      let id = try #require(
        ObjectID(hex: fixture.upstream.gitText("rev-parse", "main:dir/\(path)")))
      #expect(repository.contains(id) == isThere, "\(path)")
    }
    try fixture.commit("main", ["dir/large.png": "small\n"], daysAgo: 1)
    _ = try await sync(fixture, .windowOnly)
    try expectGitsStats(fixture, count: 3)
    await fixture.stop()
  }

  @Test func `later syncs bring what is new, and its trees with it`() async throws {
    let fixture = try await prepared()
    _ = try await sync(fixture, .windowOnly)
    let before = fetches(fixture).count
    _ = try await sync(fixture, .windowOnly)
    #expect(fetches(fixture).count == before)
    try fixture.commit("main", ["dir/a.txt": body, "a.txt": body + "new\n"], daysAgo: 0.5)
    try await fixture.open("later", ["dir/b.txt": body, "old.txt": "later\n"], daysAgo: 0.5)
    let summary = try await sync(fixture, .windowOnly)
    #expect(fetches(fixture)[before...] == ["blob:none", "blob:none", "all"])
    // Two commits, two trees each, and the two files of contents that are new.
    #expect(summary.objects == 8)
    try expectGitsStats(fixture, count: 4)
    #expect(try missing(fixture, of: "main") == 0)
    _ = try git(fixture, ["fsck", "--full"])
    await fixture.stop()
  }

  @Test func `what a merge alone made is there, and what reverts bring back from old history`()
    async throws
  {
    let fixture = try await prepared()
    try fixture.commit("main", ["keep/deep/a.txt": body], daysAgo: 60)
    try fixture.commit("main", ["keep/deep/a.txt": body + "other\n"], daysAgo: 59)
    _ = try await sync(fixture, .windowOnly)
    let main = try fixture.upstream.gitText("rev-parse", "main")
    let topic = try fixture.commit("side", ["side.txt": "s\n"], from: [main], daysAgo: 0.6)
    try fixture.commit("main", ["merged.txt": "by hand\n"], from: [main, topic], daysAgo: 0.5)
    // A tree of old history, which the server may take for one that the mirror has.
    try fixture.commit("main", ["keep/deep/a.txt": body], daysAgo: 0.4)
    _ = try await sync(fixture, .windowOnly)
    try expectGitsStats(fixture, count: 3)
    #expect(try missing(fixture, of: "main") == 0)
    #expect(try missing(fixture, of: "main~1") == 0)
    await fixture.stop()
  }

  @Test(arguments: [true, false])
  func `a server that leaves no trees out sends them, and the mirror goes on so`(isNew: Bool)
    async throws
  {
    let fixture = try await prepared()
    fixture.double.settings.gitProtocolV2 = isNew
    try fixture.upstream.git("config", "uploadpackfilter.tree.allow", "false")
    let notes = Notes()
    let summary = try await fixture.sync(
      target(fixture, .windowOnly), report: { notes.add($0) })[0].result.get()
    #expect(summary.incomplete == 0)
    #expect(notes.all.contains { $0.contains("filter 'tree'") || $0.contains("leaves no dir") })
    try expectGitsStats(fixture, count: 3)
    try fixture.upstream.git("config", "uploadpackfilter.tree.allow", "true")
    try await fixture.open("later", ["a.txt": body + "later\n"])
    _ = try await sync(fixture, .windowOnly)
    try expectGitsStats(fixture, count: 4)
    #expect(try git(fixture, ["config", "remote.origin.partialclonefilter"]) == "blob:none\n")
    #expect(try Repository(bareAt: fixture.mirror.path).partialFilter == .noBlobs)
    await fixture.stop()
  }

  @Test func `a server that leaves nothing out by size sends what the diffs read`() async throws {
    let fixture = try await prepared()
    try fixture.upstream.git("config", "uploadpackfilter.blob:limit.allow", "false")
    _ = try await sync(fixture, .windowOnly)
    try expectGitsStats(fixture, count: 3)
    #expect(try missing(fixture) > 2)
    await fixture.stop()
  }

  @Test func `without protocol version 2 it is the same`() async throws {
    let fixture = try await prepared()
    fixture.double.settings.gitProtocolV2 = false
    _ = try await sync(fixture, .windowOnly)
    try expectGitsStats(fixture, count: 3)
    #expect(try missing(fixture) == 2)
    await fixture.stop()
  }

  @Test(arguments: [2, 3, 4])
  func `a first sync that broke off is finished by the next`(fetches count: Int) async throws {
    let fixture = try await prepared()
    fixture.double.inject(.status(503), on: .gitCommand("fetch"), times: 1, skipping: count - 1)
    await #expect(throws: SyncError.self) { try await self.sync(fixture, .windowOnly) }
    _ = try await sync(fixture, .windowOnly)
    try expectGitsStats(fixture, count: 3)
    #expect(try missing(fixture) == 2)
    await fixture.stop()
  }

  @Test func `a branch that comes later, and one that is set back, have their files`() async throws
  {
    let fixture = try await prepared()
    try fixture.commit("main", ["dir/deep/x.txt": "x\n", "dir/y.txt": "y\n"], daysAgo: 1.5)
    let old = try fixture.commit(
      "release", ["lib/z.txt": "z\n"], from: ["refs/heads/main~4"], daysAgo: 75)
    _ = try await sync(fixture, .windowOnly)
    try fixture.commit("fix", ["fix.txt": "f\n"], from: ["refs/heads/release"], daysAgo: 0.5)
    try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Fix", source: "fix", target: "release",
      at: SyncFixture.now.addingTimeInterval(-40000))
    _ = try await sync(fixture, .windowOnly)
    #expect(try missing(fixture, of: "release") == 0)
    try expectGitsStats(fixture, count: 4)
    let back = try fixture.upstream.gitText("rev-parse", "main~3")
    try fixture.upstream.git("update-ref", "refs/heads/main", back)
    try fixture.upstream.git("update-ref", "refs/heads/release", "\(old)~1")
    _ = try await sync(fixture, .windowOnly)
    for branch in ["main", "release"] { #expect(try missing(fixture, of: branch) == 0) }
    _ = try git(fixture, ["fsck", "--full"])
    await fixture.stop()
  }

  @Test func `upkeep loses nothing of what a window has`() async throws {
    let fixture = try await prepared()
    _ = try await sync(fixture, .windowOnly)
    for index in 0..<3 {
      try await fixture.open("more\(index)", ["dir/more\(index)": "\(index)\n"])
      _ = try await sync(fixture, .windowOnly)
    }
    let outcome = try CacheMaintenance(cache: fixture.cache, clock: { SyncFixture.now })
      .maintain(fixture.cached(), keepDays: 365)
    #expect(outcome.packs > 3)
    _ = try git(fixture, ["fsck", "--full"])
    #expect(try missing(fixture, of: "main") == 0)
    let verification = try CacheVerification(cache: fixture.cache)
      .verify(fixture.cached()) { _ in true }
    #expect(verification.problems.isEmpty)
    _ = try await sync(fixture, .windowOnly)
    try expectGitsStats(fixture, count: 6)
    await fixture.stop()
  }

  @Test func `a mirror that was lost is filled again`() async throws {
    let fixture = try await prepared()
    _ = try await sync(fixture, .windowOnly)
    try fixture.mirror.remove()
    _ = try await sync(fixture, .windowOnly)
    #expect(try missing(fixture) == 2)
    #expect(try missing(fixture, of: "main") == 0)
    await fixture.stop()
  }

  @Test func `a full mirror stays full, and a partial one partial`() async throws {
    let fixture = try await prepared()
    _ = try await sync(fixture, .full)
    #expect(try missing(fixture) == 0)
    _ = try await sync(fixture, .windowOnly)
    #expect(try !Repository(bareAt: fixture.mirror.path).isPartial)
    await fixture.stop()
    let other = try await prepared()
    _ = try await sync(other, .windowOnly)
    for content in [MirrorContent.automatic, .full] {
      let branch = content == .full ? "full" : "automatic"
      try await other.open(branch, ["a.txt": body + branch, "old.txt": body + branch])
      _ = try await sync(other, content)
      #expect(try missing(other) > 0)
    }
    try expectGitsStats(other, count: 5)
    await other.stop()
  }

  @Test(arguments: [(3, true), (1000, false)])
  func `the number of objects decides by default`(limit: Int, isPartial: Bool) async throws {
    let fixture = try await prepared()
    _ = try await sync(fixture, .bySize(limit: limit))
    #expect(try Repository(bareAt: fixture.mirror.path).isPartial == isPartial)
    #expect(try (missing(fixture) > 0) == isPartial)
    try expectGitsStats(fixture, count: 3)
    await fixture.stop()
  }

  @Test func `a later question fetches what it needs, and names it without a network`() async throws
  {
    let fixture = try await prepared()
    _ = try await sync(fixture, .windowOnly)
    let project = try fixture.cached()
    let old = try fixture.upstream.gitText("rev-parse", "main~1")
    let directory = fixture.directory.path
    let offline = try MirrorStats(project, cacheDirectory: directory)
    #expect {
      try offline.commit(old)
    } throws: { error in
      guard let missing = error as? MissingContents else { return false }
      return missing.count == 1 && missing.reason == nil && missing.first.isTree
    }
    let found = try await fixture.onlineStats { try $0.commit(old) }
    #expect(found?.files.map(\.additions) == [1, 1])
    #expect(try offline.commit(old).files == found?.files)
    let before = fixture.double.log.requests.count
    _ = try await fixture.onlineStats { try $0.commit(old) }
    #expect(fixture.double.log.requests.count == before)
    await fixture.double.stop()
    await #expect {
      _ = try await fixture.onlineStats { try $0.commit("\(old)~2") }
    } throws: { error in
      (error as? MissingContents)?.reason != nil
    }
    await fixture.stop()
  }

  @Test func `a longer window fetches what it needs more`() async throws {
    let fixture = try await prepared()
    _ = try await sync(fixture, .windowOnly)
    var longer = target(fixture, .windowOnly)
    longer.since = SyncFixture.now.addingTimeInterval(-75 * 86400)
    let summary = try await fixture.sync(longer)[0].result.get()
    #expect(summary.commits == 1)
    try expectGitsStats(fixture, count: 3)
    await fixture.stop()
  }

  @Test func `a blob that the server lost is named, and the rest is computed`() async throws {
    let fixture = try await prepared()
    let iid = try await fixture.open("lost", ["lost.txt": "lost\n"])
    let blob = try fixture.upstream.gitText("rev-parse", "lost:lost.txt")
    let object = "/objects/\(blob.prefix(2))/\(blob.dropFirst(2))"
    try FileManager.default.removeItem(atPath: fixture.upstream.path + object)
    let summary = try await sync(fixture, .windowOnly)
    #expect(summary.incomplete == 1)
    let reason = try #require(try fixture.request(iid).incomplete)
    #expect(reason.contains(blob) && reason.contains("lost.txt"))
    #expect(try fixture.request(1).incomplete == nil)
    await fixture.stop()
  }
}

/// The notes of a sync.
private final class Notes: Sendable {
  private let texts = Mutex<[String]>([])

  var all: [String] { texts.withLock { $0 } }

  func add(_ event: SyncEvent) {
    if case .note(let text) = event.kind { texts.withLock { $0.append(text) } }
  }
}
