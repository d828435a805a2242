import Cache
import Foundation
import GitLab
import GitLabDouble
import HTTP
import Mirror
import Sync
import TestSupport
import Testing

@Suite struct FaultTests {
  private func prepared() async throws -> SyncFixture {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n2\n"], daysAgo: 20)
    try await fixture.open("topic", ["a.txt": "1\nz\n", "b.txt": "b\n"])
    return fixture
  }

  private func failure(_ report: SyncReport) -> SyncError? {
    if case .failure(let error) = report.result { error } else { nil }
  }

  @Test(arguments: [
    Fault.Effect.status(503), .status(500), .rateLimited(retryAfter: 3, headers: true),
    .rateLimited(retryAfter: nil, headers: false),
  ])
  func `what passes is waited out`(effect: Fault.Effect) async throws {
    let fixture = try await prepared()
    fixture.double.inject(effect, on: .api, times: 2)
    #expect(try await fixture.syncWell().mergeRequests == 1)
    await fixture.stop()
  }

  @Test func `an answer of a proxy is no GitLab`() async throws {
    let fixture = try await prepared()
    fixture.double.inject(.html(200), on: .api)
    guard case .gitlab(.notGitLab) = failure(await fixture.sync()[0]) else {
      Issue.record("another error")
      return
    }
    await fixture.stop()
  }

  @Test(arguments: [
    Fault.Effect.cut(afterBytes: 40), .malformedJSON, .hangUp, .status(403), .status(404),
  ])
  func `a broken API answer fails the sync and a later one succeeds`(effect: Fault.Effect)
    async throws
  {
    let fixture = try await prepared()
    let fault = fixture.double.inject(effect, on: .path("*/merge_requests*"))
    let error = try #require(failure(await fixture.sync()[0]))
    #expect(!error.summary.isEmpty)
    #expect(try fixture.cached().failure == error.summary)
    fixture.double.clearFault(fault)
    #expect(try await fixture.syncWell().mergeRequests == 1)
    #expect(try fixture.cached().failure == nil)
    await fixture.stop()
  }

  @Test(arguments: [
    Fault.Target.path("*/projects/*"), .path("*/merge_requests*"), .graphQL, .gitRefs,
    .gitCommand("ls-refs"), .gitCommand("fetch"),
  ])
  func `a silent server ends every kind of request`(target: Fault.Target) async throws {
    let fixture = try await prepared()
    fixture.double.inject(.stall, on: target)
    let report = await fixture.sync(fixture.target(silence: .milliseconds(300)))[0]
    switch failure(report) {
    case .gitlab(.http(.silent)), .fetch(.http(.silent)): break
    default: Issue.record("\(report.result)")
    }
    await fixture.stop()
  }

  @Test(arguments: [
    Fault.Effect.cut(afterBytes: 150), .stallAfter(bytes: 150), .flippedPackByte(at: 60),
    .gitError("upload-pack: out of memory"),
  ])
  func `a pack that does not arrive whole stores nothing`(effect: Fault.Effect) async throws {
    let fixture = try await prepared()
    let fault = fixture.double.inject(effect, on: .gitCommand("fetch"))
    // A loaded machine must have time for what comes before the pack; only a stall is waited out.
    var silence = Duration.seconds(60)
    if case .stallAfter = effect { silence = .seconds(40) }
    let report = await fixture.sync(fixture.target(silence: silence))[0]
    guard case .fetch? = failure(report) else {
      Issue.record("\(report.result)")
      return
    }
    #expect(try Repository(bareAt: fixture.mirror.path).references(below: "refs").isEmpty)
    fixture.double.clearFault(fault)
    try await fixture.syncWell()
    #expect(try Repository(bareAt: fixture.mirror.path).verifyObjects { _ in true }.damaged == [])
    await fixture.stop()
  }

  @Test func `a token that does not fit is told by API and git alike`() async throws {
    let fixture = try await prepared()
    let wrong = await fixture.sync(fixture.target(token: "glpat-wrong"))[0]
    guard case .gitlab(.unauthorized(.unknown)) = failure(wrong) else {
      Issue.record("\(wrong.result)")
      return
    }
    fixture.double.inject(.status(403), on: .gitRefs)
    guard case .fetch(.refused(status: 403, _)) = failure(await fixture.sync()[0]) else {
      Issue.record("another error")
      return
    }
    await fixture.stop()
  }

  @Test func `a cancelled sync stops between two diffs and goes on the next time`() async throws {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n2\n"], daysAgo: 20)
    for index in 0..<8 { try await fixture.open("topic\(index)", ["a.txt": "\(index)\n"]) }
    let cancellation = Cancellation()
    let report = await fixture.sync(cancellation: cancellation) { event in
      if case .phase(.computing) = event.kind { cancellation.cancel() }
    }[0]
    guard case .cancelled = failure(report) else {
      Issue.record("\(report.result)")
      return
    }
    try await fixture.syncWell()
    #expect(
      try fixture.cache.mergeRequests(project: fixture.cached().id, .init())
        .allSatisfy { $0.totals != nil })
    await fixture.stop()
  }

  @Test func `a pack that was changed on its way is not blamed on the disk`() async throws {
    let fixture = try await prepared()
    fixture.double.inject(.flippedPackByte(at: 60), on: .gitCommand("fetch"))
    let error = try #require(failure(await fixture.sync()[0]))
    guard case .fetch(.packDamaged) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.hint?.contains("space") == false)
    #expect(error.hint?.contains("again") == true)
    await fixture.stop()
  }

  @Test func `hundreds of lost commits do not cost a round trip each, and do not hide the others`()
    async throws
  {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n"], daysAgo: 20)
    var heads: Set<Substring> = []
    for index in 0..<90 {
      let branch = "b\(index)"
      try await fixture.open(branch, ["a.txt": "\(index)\n"])
      // The newest few stay.
      if index < 80 { heads.insert(try fixture.upstream.gitText("rev-parse", branch)[...]) }
    }
    let lost = try fixture.upstream.gitText("for-each-ref", "--format=%(objectname) %(refname)")
      .split(separator: "\n").map { $0.split(separator: " ") }.filter { heads.contains($0[0]) }
    try fixture.upstream.git(
      "update-ref", "--stdin", input: Array(lost.map { "delete \($0[1])\n" }.joined().utf8))
    try fixture.upstream.git("prune", "--expire=now")
    let summary = try await fixture.syncWell()
    #expect(summary.incomplete == 80)
    let fetches = fixture.double.log.requests.count { $0.gitCommand == "fetch" }
    #expect(fetches < 75)
    let requests = try fixture.cache.mergeRequests(project: fixture.cached().id, .init())
    #expect(requests.filter { $0.totals != nil }.map(\.iid).sorted() == Array(81...90))
    #expect(requests.count { $0.incomplete?.contains("no longer") == true } == 64)
    #expect(requests.count { $0.incomplete?.contains("not asked for yet") == true } == 16)
    // Those that are known to be lost rest for a day at least.
    #expect(
      requests.filter { $0.incomplete?.contains("no longer") == true }
        .allSatisfy { ($0.retryAt ?? .distantPast) >= SyncFixture.now.addingTimeInterval(86400) })
    await fixture.stop()
  }
}
