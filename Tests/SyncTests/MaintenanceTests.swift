import Cache
import Foundation
import GitLabDouble
import Mirror
import Sync
import TestSupport
import Testing

@Suite struct MaintenanceTests {
  /// A project that was synced seven times, with a merge request each, of which the first are merged.
  private func prepared(
    _ content: MirrorContent = .full, merged: Int = 0
  ) async throws -> SyncFixture {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n2\n"], daysAgo: 40)
    for index in 0..<7 {
      let daysAgo = Double(7 - index)
      let iid = try await fixture.open(
        "topic\(index)", ["m\(index)": "\(index)\n", "n\(index)": "x\(index)\n"],
        daysAgo: daysAgo)
      if index < merged {
        try await fixture.double.merge(
          iid, in: fixture.project, at: SyncFixture.now.addingTimeInterval(-daysAgo * 86400))
      }
      var target = fixture.target()
      target.content = content
      _ = try await fixture.sync(target)[0].result.get()
    }
    return fixture
  }

  private func packs(_ fixture: SyncFixture) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: fixture.mirror.path + "/objects/pack")
      .count { $0.hasSuffix(".pack") }
  }

  @Test(arguments: [MirrorContent.full, .windowOnly])
  func `small packs are joined and every object stays`(content: MirrorContent) async throws {
    let fixture = try await prepared(content)
    let before = try packs(fixture)
    #expect(before >= 7)
    let verification = CacheVerification(cache: fixture.cache)
    let objects = try verification.verify(fixture.cached()) { _ in true }.objects
    // A reader that has the old packs open goes on with them.
    let reader = DiffEngine(try Repository(bareAt: fixture.mirror.path))
    let request = try fixture.request(1)
    let base = try #require(request.baseSHA.flatMap { ObjectID(hex: $0) })
    _ = try reader.tree(of: base)
    let maintenance = CacheMaintenance(cache: fixture.cache, clock: { SyncFixture.now })
    let outcome = try maintenance.maintain(fixture.cached(), keepDays: 365)
    #expect(outcome.packs == before - 1)
    #expect(outcome.rows == 0 && outcome.references == 0 && outcome.skipped == nil)
    #expect(try packs(fixture) == 2)
    let finding = try verification.verify(fixture.cached()) { _ in true }
    #expect(finding.problems == [])
    // Some lay in two packs.
    #expect(finding.objects <= objects && finding.objects > objects / 2)
    let head = try #require(request.headSHA.flatMap { ObjectID(hex: $0) })
    let changes = try reader.changes(from: reader.tree(of: base), to: reader.tree(of: head))
    #expect(changes.count == request.totals?.files)
    let git = try ChildProcess.run(
      ["git", "--git-dir", fixture.mirror.path, "fsck", "--full"],
      environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"])
    #expect(git.status == 0, "\(git.errorText)")
    let again = try maintenance.maintain(fixture.cached(), keepDays: 365)
    #expect(again.packs == 0 && again.bytesFreed == 0)
    try await fixture.open("later", ["a.txt": "later\n"])
    #expect(try await fixture.syncWell().incomplete == 0)
    await fixture.stop()
  }

  @Test func `old rows and their refs go, those of the window stay`() async throws {
    let fixture = try await prepared(merged: 3)
    var since = fixture.target()
    since.since = SyncFixture.now.addingTimeInterval(-2 * 86400)
    _ = try await fixture.sync(since)[0].result.get()
    // The window is two days long now, and the clock a year on.
    let later = SyncFixture.now.addingTimeInterval(500 * 86400)
    let maintenance = CacheMaintenance(cache: fixture.cache, clock: { later })
    let old = try fixture.cache.mergeRequests(project: fixture.cached().id, .init())
    #expect(old.count == 7)
    let outcome = try maintenance.maintain(fixture.cached(), keepDays: 1)
    let left = try fixture.cache.mergeRequests(project: fixture.cached().id, .init())
    let start = try #require(try fixture.cached().windowStart)
    #expect(left.allSatisfy { $0.state == "opened" || $0.updatedAt >= start })
    #expect(
      left.count == old.count { $0.state == "opened" || $0.updatedAt >= start })
    #expect(left.count == 4 && outcome.references == 3)
    #expect(try maintenance.maintainDatabase() >= 0)
    #expect(try fixture.cache.integrityProblems() == [])
    #expect(try await fixture.syncWell().incomplete == 0)
    #expect(try fixture.cache.mergeRequests(project: fixture.cached().id, .init()).count == 7)
    await fixture.stop()
  }

  @Test func `a mirror that a sync works on is skipped, and leftovers go`() async throws {
    let fixture = try await prepared()
    let maintenance = CacheMaintenance(cache: fixture.cache, clock: { SyncFixture.now })
    do {
      let lock = try fixture.mirror.lock()
      defer { withExtendedLifetime(lock) {} }
      let outcome = try maintenance.maintain(fixture.cached(), keepDays: 365)
      #expect(outcome.skipped?.contains("acme/shop") == true)
    }
    let directory = fixture.mirror.path + "/objects/pack/"
    let files = ["pack_git2_abc", "tmp_pack_x", "pack-\(ObjectID.emptyTree).idx"]
    for name in files { try Data("x".utf8).write(to: URL(fileURLWithPath: directory + name)) }
    _ = try maintenance.maintain(fixture.cached(), keepDays: 365)
    for name in files { #expect(!FileManager.default.fileExists(atPath: directory + name)) }
    await fixture.stop()
  }
}
