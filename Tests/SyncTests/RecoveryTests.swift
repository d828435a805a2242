import Cache
import Foundation
import GitLabDouble
import HTTP
import Mirror
import Sync
import TestSupport
import Testing

/// What a sync that failed half-way, or a mirror that was lost, must not leave behind.
@Suite struct RecoveryTests {
  private func prepared() async throws -> SyncFixture {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n2\n"], daysAgo: 20)
    try await fixture.open("topic", ["a.txt": "1\nz\n"])
    try await fixture.syncWell()
    return fixture
  }

  @Test func `a change that was listed and not computed is computed by the next sync`() async throws
  {
    let fixture = try await prepared()
    let new = try fixture.commit("topic", ["b.txt": "b\n"])
    try await fixture.double.merge(1, in: fixture.project, style: .squash)
    try fixture.double.update(mergeRequest: 1, in: fixture.project) {
      $0.updatedAt = SyncFixture.now.addingTimeInterval(60)
    }
    try await fixture.double.pushHead(of: 1, in: fixture.project, to: new)
    let fault = fixture.double.inject(.status(500), on: .graphQL)
    guard case .failure = await fixture.sync()[0].result else {
      Issue.record("the fault was not met")
      return
    }
    fixture.double.clearFault(fault)
    try await fixture.syncWell()
    #expect(try fixture.request(1).headSHA == new)
    #expect(try fixture.request(1).totals?.files == 2)
  }

  @Test func `commits that came with a failed sync are stored by the next one`() async throws {
    let fixture = try await prepared()
    let tip = try fixture.commit("main", ["c.txt": "c\n"], daysAgo: 1)
    try await fixture.open("other", ["d.txt": "d\n"])
    let fault = fixture.double.inject(.status(500), on: .graphQL)
    _ = await fixture.sync()
    fixture.double.clearFault(fault)
    try await fixture.syncWell()
    var files: [String: Int] = [:]
    try fixture.cache.forEachCommit(project: fixture.cached().id, since: nil) {
      files[$0.sha] = $1.count
    }
    #expect(files[tip] == 1)
    await fixture.stop()
  }

  @Test func `a mirror that was lost is filled again`() async throws {
    let fixture = try await prepared()
    try FileManager.default.removeItem(atPath: fixture.mirror.path)
    try await fixture.syncWell()
    let finding = try CacheVerification(cache: fixture.cache).verify(fixture.cached()) { _ in true }
    #expect(finding.problems == [])
    #expect(try fixture.request(1).totals?.files == 1)
    await fixture.stop()
  }

  @Test func `of a project that is gone it is said when it was looked for`() async throws {
    let fixture = try await prepared()
    fixture.double.deleteProject(fixture.project)
    let later = SyncFixture.now.addingTimeInterval(60)
    let service = SyncService(
      cache: fixture.cache, cancellation: Cancellation(), clock: { later }, wait: { _ in })
    _ = await service.sync([fixture.target(id: Int64(fixture.project))], jobs: 1) { _ in }
    #expect(try fixture.cached().failure == "Not found (404).")
    #expect(try fixture.cached().attemptedAt == later)
    await fixture.stop()
  }

  @Test(arguments: ["pack", "idx"])
  func `a mirror whose objects are gone is not called well`(suffix: String) async throws {
    let fixture = try await prepared()
    let directory = fixture.mirror.path + "/objects/pack"
    for name in try FileManager.default.contentsOfDirectory(atPath: directory)
    where name.hasSuffix(suffix) {
      try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
    }
    guard case .failure(.mirror(.damaged)) = await fixture.sync()[0].result else {
      Issue.record("the sync did not see it")
      return
    }
    #expect(try fixture.cached().failure?.contains("damaged") == true)
    let finding = try CacheVerification(cache: fixture.cache).verify(fixture.cached()) { _ in true }
    #expect(finding.problems.contains { $0.hasSuffix("of refs/heads/main is missing") })
    await fixture.stop()
  }

  @Test func `what a killed fetch left of a pack goes with the next sync`() async throws {
    let fixture = try await prepared()
    let directory = fixture.mirror.path + "/objects/pack/"
    let files = ["tmp_pack_Ab12Cd", "pack_git2_ab12", "pack-\(ObjectID.emptyTree).pack"]
    for name in files { try Data("x".utf8).write(to: URL(fileURLWithPath: directory + name)) }
    func indexes() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: directory).filter {
        $0.hasSuffix(".idx")
      }.sorted()
    }
    let before = try indexes()
    try await fixture.syncWell()
    for name in files { #expect(!FileManager.default.fileExists(atPath: directory + name)) }
    #expect(try indexes() == before)
    await fixture.stop()
  }

  @Test func `a passing gap in GitLab's answer does not take a diff away`() async throws {
    let fixture = try await prepared()
    let refs = try #require(fixture.double.mergeRequest(1, in: fixture.project)?.diffRefs)
    try fixture.double.update(mergeRequest: 1, in: fixture.project) {
      $0.diffRefs = nil
      $0.updatedAt = SyncFixture.now.addingTimeInterval(60)
    }
    try await fixture.syncWell()
    let request = try fixture.request(1)
    #expect(request.headSHA == refs.head)
    #expect(request.totals?.files == 1)
    #expect(request.incomplete != nil)
    await fixture.stop()
  }

  @Test func `a branch that gave way to a directory of branches does not stop the sync`()
    async throws
  {
    let fixture = try await prepared()
    try fixture.commit("release", ["r.txt": "r\n"], from: ["refs/heads/main"])
    try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Back", source: "topic", target: "release", at: SyncFixture.now)
    try await fixture.syncWell()
    try fixture.upstream.git("update-ref", "-d", "refs/heads/release")
    try fixture.commit("release/1.0", ["r.txt": "r\n"], from: ["refs/heads/main"])
    try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Again", source: "topic", target: "release/1.0",
      at: SyncFixture.now)
    try await fixture.syncWell()
    #expect(
      try Repository(bareAt: fixture.mirror.path).reference("refs/heads/release/1.0") != nil)
    await fixture.stop()
  }

  @Test(arguments: [String(repeating: "x", count: 70_000), "a\nb", "..", "-x^"])
  func `a default branch that cannot be is left out`(name: String) async throws {
    let fixture = try await prepared()
    fixture.double.update(project: fixture.project) { $0.defaultBranch = name }
    try await fixture.syncWell()
    await fixture.stop()
  }

  @Test func `a window that was asked for once is what is read`() async throws {
    let fixture = try await prepared()
    let since = SyncFixture.now.addingTimeInterval(-300 * 86400)
    _ = try await fixture.sync(fixture.target(since: since))[0].result.get()
    #expect(try fixture.cached().windowStart == since)
    await fixture.stop()
  }
}
