import Cache
import Foundation
import GitLab
import GitLabDouble
import HTTP
import Mirror
import Settings
import Reports
import Sync
import TestSupport
import Testing

@Suite struct SyncTests {
  /// Compares every merge request of the cache with git.
  private func expectGitsStats(_ fixture: SyncFixture, count: Int) throws {
    var seen = 0
    try fixture.cache.forEachMergeRequest(project: fixture.cached().id) { request, files in
      let base = try #require(request.baseSHA)
      let head = try #require(request.headSHA)
      #expect(request.incomplete == nil)
      let stats = FileStats(repository: "acme/shop", request, files)
      #expect(
        try stats.numstat(nullTerminated: true)
          == fixture.upstream.git("diff", "--numstat", "-z", "-M", base, head))
      seen += 1
    }
    #expect(seen == count)
  }

  @Test func `a first sync brings every merge request with git's stats`() async throws {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n2\n3\n", "b.txt": "b\n"], daysAgo: 20)
    for index in 0..<5 {
      try await fixture.open("topic\(index)", ["a.txt": "1\n\(index)\n3\n", "new\(index)": "x\n"])
    }
    let summary = try await fixture.syncWell()
    #expect(summary.mergeRequests == 5)
    #expect(summary.incomplete == 0)
    try expectGitsStats(fixture, count: 5)
    await fixture.stop()
  }

  @Test func `a second sync with nothing new asks little and changes nothing`() async throws {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n"], daysAgo: 20)
    try await fixture.open("topic", ["a.txt": "2\n"])
    try await fixture.syncWell()
    fixture.double.log.reset()
    let summary = try await fixture.syncWell()
    #expect(fixture.double.log.apiCount <= 3)
    #expect(fixture.double.log.refAdvertisements == 1)
    #expect(fixture.double.log.requests.allSatisfy { $0.gitCommand != "fetch" })
    #expect(summary.diffs == 0)
    #expect(summary.mergeRequests == 0)
    await fixture.stop()
  }

  @Test func `a sync that is interrupted leaves no failure in the history`() {
    func run(_ error: SyncError) -> SyncRun? {
      let report = SyncReport(
        repository: "acme/shop", baseURL: nil, result: .failure(error), startedAt: Date(),
        seconds: 1)
      return SyncRun(report, of: 1, cause: .schedule)
    }
    #expect(run(.cancelled) == nil)
    #expect(run(.noRepository)?.failure == "The project has no repository yet.")
  }

  @Test(arguments: [
    GitLabDouble.MergeStyle.mergeCommit, .squash, .squashAndMergeCommit, .fastForward,
  ])
  func `a merge in any style keeps the stats of its diff refs`(
    style: GitLabDouble.MergeStyle
  ) async throws {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n2\n"], daysAgo: 20)
    let iid = try await fixture.open("topic", ["a.txt": "1\nz\n", "b.txt": "b\n"])
    try await fixture.double.merge(iid, in: fixture.project, style: style)
    try await fixture.syncWell()
    try expectGitsStats(fixture, count: 1)
    #expect(try fixture.request(iid).state == "merged")
    await fixture.stop()
  }

  @Test func `a head whose ref is deleted is fetched by its id`() async throws {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n2\n"], daysAgo: 20)
    let iid = try await fixture.open("topic", ["a.txt": "1\nz\n"])
    try await fixture.double.merge(iid, in: fixture.project, style: .squash)
    try await fixture.double.deleteHeadRef(of: iid, in: fixture.project)
    try fixture.upstream.git("update-ref", "-d", "refs/heads/topic")
    try await fixture.syncWell()
    try expectGitsStats(fixture, count: 1)
    await fixture.stop()
  }

  @Test func `a head that the server lost is named with its reason`() async throws {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n"], daysAgo: 20)
    let good = try await fixture.open("good", ["a.txt": "2\n"])
    let bad = try await fixture.open("bad", ["a.txt": "3\n"])
    let head = try fixture.upstream.gitText("rev-parse", "bad")
    for name in ["refs/heads/bad", "refs/merge-requests/\(bad)/head"] {
      try fixture.upstream.git("update-ref", "-d", name)
    }
    for reference in try fixture.upstream.gitText(
      "for-each-ref", "--format=%(refname)", "--contains", head
    )
    .split(separator: "\n") {
      try fixture.upstream.git("update-ref", "-d", String(reference))
    }
    try fixture.upstream.git("prune", "--expire=now")
    let summary = try await fixture.syncWell()
    #expect(summary.incomplete == 1)
    #expect(try fixture.request(bad).incomplete == "commit \(head) is no longer on the server")
    #expect(try fixture.request(bad).totals == nil)
    #expect(try fixture.request(good).totals?.files == 1)
    // It is not asked for again at every sync.
    fixture.double.log.reset()
    try await fixture.syncWell()
    #expect(fixture.double.log.requests.allSatisfy { $0.gitCommand != "fetch" })
    await fixture.stop()
  }

  @Test func `a force-pushed head gets new stats, and the old version stays`() async throws {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n2\n"], daysAgo: 20)
    let iid = try await fixture.open("topic", ["a.txt": "1\nz\n"])
    try await fixture.syncWell()
    let old = try #require(try fixture.request(iid).headSHA)
    // The push does not move updated_at: only the advertised ref tells of it.
    try fixture.upstream.git("update-ref", "-d", "refs/heads/topic")
    let new = try fixture.commit("topic", ["b.txt": "b\n"], from: ["refs/heads/main"])
    try await fixture.double.pushHead(of: iid, in: fixture.project, to: new, touching: false)
    try await fixture.syncWell()
    #expect(try fixture.request(iid).headSHA == new)
    try expectGitsStats(fixture, count: 1)
    #expect(try Repository(bareAt: fixture.mirror.path).reference("refs/keep-around/\(old)") != nil)
    await fixture.stop()
  }

  @Test func `a merge request that is not prepared is tried again later`() async throws {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n"], daysAgo: 20)
    let iid = try await fixture.open("topic", ["a.txt": "2\n"])
    try fixture.double.update(mergeRequest: iid, in: fixture.project) { $0.diffRefs = nil }
    try await fixture.syncWell()
    #expect(try fixture.request(iid).incomplete?.contains("diff_refs") == true)
    try await fixture.double.prepare(mergeRequest: iid, in: fixture.project)
    let later = SyncService(
      cache: fixture.cache, cancellation: Cancellation(),
      clock: { SyncFixture.now.addingTimeInterval(600) }, wait: { _ in })
    _ = try await later.sync([fixture.target()], jobs: 1, report: { _ in })[0].result.get()
    try expectGitsStats(fixture, count: 1)
    await fixture.stop()
  }

  @Test func `without GraphQL diff refs come from REST`() async throws {
    let fixture = try await SyncFixture(prefix: "/gitlab")
    fixture.double.settings.graphQL = false
    try fixture.commit("main", ["a.txt": "1\n"], daysAgo: 20)
    for index in 0..<3 { try await fixture.open("topic\(index)", ["a.txt": "\(index)\n"]) }
    try await fixture.syncWell()
    try expectGitsStats(fixture, count: 3)
    await fixture.stop()
  }

  @Test func `a server that speaks only protocol version 0 is read too`() async throws {
    let fixture = try await SyncFixture()
    fixture.double.settings.gitProtocolV2 = false
    try fixture.commit("main", ["a.txt": "1\n"], daysAgo: 20)
    try await fixture.open("one", ["a.txt": "2\n"])
    try await fixture.syncWell()
    try fixture.commit("main", ["a.txt": "4\n"], daysAgo: 1)
    try await fixture.open("two", ["a.txt": "3\n"])
    try await fixture.syncWell()
    try expectGitsStats(fixture, count: 2)
    await fixture.stop()
  }

  @Test func `a renamed project is followed by its id`() async throws {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n"], daysAgo: 20)
    try await fixture.open("topic", ["a.txt": "2\n"])
    try await fixture.syncWell()
    fixture.double.moveProject(fixture.project, to: "acme/store")
    let report = await fixture.sync(fixture.target(id: Int64(fixture.project)))[0]
    #expect(try report.result.get().path == "acme/store")
    #expect(try fixture.cache.project(path: "acme/store")?.projectID == Int64(fixture.project))
    #expect(try fixture.cache.projects().count == 1)
    await fixture.stop()
  }

  @Test func `a path that another project took over is an error`() async throws {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n"], daysAgo: 20)
    fixture.double.deleteProject(fixture.project)
    let other = fixture.double.addProject(path: "acme/shop", repository: fixture.upstream.path)
    let report = await fixture.sync(fixture.target(id: Int64(fixture.project)))[0]
    guard case .failure(.pathTaken(let expected, let found)) = report.result else {
      Issue.record("\(report.result)")
      return
    }
    #expect(expected == Int64(fixture.project) && found == Int64(other))
    await fixture.stop()
  }

  @Test func `a project that was renamed to a path that is registered, too, is named as such`()
    async throws
  {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n"], daysAgo: 20)
    let store = try SettingsStore(directory: fixture.directory.path + "/config", access: .readWrite)
    let address = try BaseURL(fixture.double.baseURL)
    for path in ["acme/shop", "acme/store"] {
      try store.addRepository(
        RepositoryReference(baseURL: address, path: path), connection: nil, at: Date())
    }
    fixture.double.moveProject(fixture.project, to: "acme/store")
    var target = fixture.target(id: Int64(fixture.project))
    target.resolved = { project in
      let own = try store.repositories()[0]
      try store.editRepository(own.id, at: Date()) { $0.path = project.path }
    }
    let report = await fixture.sync(target)[0]
    guard case .failure(let error) = report.result else {
      Issue.record("\(report.result)")
      return
    }
    #expect(
      error.summary
        == "On GitLab this is the project acme/store, which is registered a second time.")
    #expect(error.hint?.contains("sigsentry repos remove") == true)
    await fixture.stop()
  }

  @Test func `an empty repository syncs to nothing, and one that was never made is named`()
    async throws
  {
    let fixture = try await SyncFixture()
    try await fixture.double.addEmptyProject(path: "acme/empty")
    fixture.double.addProject(path: "acme/none")
    let reports = await fixture.sync(
      fixture.target(path: "acme/empty"), fixture.target(path: "acme/none"))
    #expect(try reports[0].result.get().mergeRequests == 0)
    guard case .failure(.noRepository) = reports[1].result else {
      Issue.record("\(reports[1].result)")
      return
    }
    await fixture.stop()
  }

  @Test func `one repository that fails leaves the others alone`() async throws {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n"], daysAgo: 20)
    try await fixture.open("topic", ["a.txt": "2\n"])
    let reports = await fixture.sync(fixture.target(path: "acme/shpo"), fixture.target())
    guard case .failure(.gitlab(.notFound)) = reports[0].result else {
      Issue.record("\(reports[0].result)")
      return
    }
    #expect(try reports[1].result.get().mergeRequests == 1)
    await fixture.stop()
  }

  @Test func `commits of the window have git's stats`() async throws {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n"], daysAgo: 40)
    try fixture.commit("main", ["a.txt": "1\n2\n", "b": "b\n"], daysAgo: 10)
    try fixture.commit("side", ["c": "c\n"], from: ["refs/heads/main"], daysAgo: 8)
    try fixture.commit("main", ["d": "d\n"], daysAgo: 7)
    try fixture.commit(
      "main", ["c": "c\n"], from: ["refs/heads/main^0", "refs/heads/side"], daysAgo: 6)
    try await fixture.syncWell()
    var entries: [UInt8] = []
    try fixture.cache.forEachCommit(project: fixture.cached().id, since: nil) { commit, files in
      #expect(commit.incomplete == nil)
      entries += FileStats(repository: "acme/shop", commit, files).numstatEntry(
        nullTerminated: true)
    }
    let ids = try fixture.upstream.git(
      "rev-list", "--no-merges",
      "--since=\(Int(SyncFixture.now.timeIntervalSince1970) - 30 * 86400)", "main")
    #expect(
      try entries
        == fixture.upstream.git(
          "diff-tree", "--stdin", "-r", "--root", "-M", "--numstat", "-z", input: ids))
    await fixture.stop()
  }

  @Test func `a rebase, a revert and a cherry-pick compare nothing that was compared before`()
    async throws
  {
    let fixture = try await SyncFixture()
    let body = (1...60).map { "line \($0)\n" }.joined()
    let moved = (1...50).map { "other \($0)\n" }.joined()
    try fixture.commit("main", ["a.txt": body, "m.txt": moved, "c.txt": "1\n"], daysAgo: 20)
    try fixture.commit("release", ["r.txt": "r\n"], from: ["refs/heads/main"], daysAgo: 19)
    let changed = ["a.txt": body + "end\n", "c.txt": "2\n3\n"]
    try await fixture.open("topic", changed)
    let first = try await fixture.syncWell()
    #expect(first.recalled == 0)
    // The same change on another base, on another branch, and taken back.
    try fixture.commit("main", ["new.txt": "n\n"], daysAgo: 3)
    try await fixture.open("rebased", changed)
    try fixture.commit("pick", changed, from: ["refs/heads/release"])
    try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Pick", source: "pick", target: "release")
    try fixture.commit("undo", ["a.txt": body, "c.txt": "1\n"], from: ["refs/heads/rebased"])
    let undo = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Undo", source: "undo", target: "rebased")
    let second = try await fixture.syncWell()
    #expect(second.diffs >= 3)
    #expect(second.recalled >= 6)
    try fixture.cache.forEachMergeRequest(project: fixture.cached().id) { request, files in
      let (base, head) = try (#require(request.baseSHA), #require(request.headSHA))
      #expect(
        try FileStats(repository: "acme/shop", request, files).numstat(nullTerminated: true)
          == fixture.upstream.git("diff", "--numstat", "-z", "-M", base, head), "!\(request.iid)")
    }
    #expect(try fixture.request(undo).totals?.deletions == 3)
    await fixture.stop()
  }
}
