import Credentials
import Dashboard
import Foundation
import GitLabDouble
import HTTP
import Reports
import Settings
import Sync
import TestSupport
import Testing

/// Questions that a mirror alone cannot answer.
@Suite struct MissingObjectTests {
  /// A dashboard whose mirror holds the last day and a half only, and not the directories of the tag `old`.
  private func prepared(isOffline: Bool = false) async throws -> DashboardFixture {
    let fixture = try await DashboardFixture(visibility: .public) {
      $0.isOffline = isOffline
      $0.syncInterval = nil
    }
    try fixture.git("tag", "old", "main")
    for daysAgo in [2, 0] {
      try fixture.git(
        "fast-import", "--quiet",
        input: """
          commit refs/heads/main
          committer Ada <ada@example.com> \(Int(Date().timeIntervalSince1970) - daysAgo * 86400) +0000
          data 1
          c
          from refs/heads/main^0
          M 100644 inline src/new\(daysAgo).c
          data 0

          """)
    }
    let setting = try fixture.store.addRepository(
      RepositoryReference(baseURL: BaseURL(fixture.double.baseURL), path: "acme/shop"),
      connection: nil, at: Date())
    let target = try RepositoryAccess(store: fixture.store, provider: fixture.provider).target(
      for: setting, since: Date().addingTimeInterval(-1.5 * 86400), content: .windowOnly)
    let sync = SyncService(
      cache: fixture.cache, cancellation: Cancellation(), wait: { _ in throw CancellationError() })
    let reports = await sync.sync([target], jobs: 1) { _ in }
    _ = try #require(reports.first).result.get()
    return fixture
  }

  private func ask(_ fixture: DashboardFixture, revision: String) async throws -> JSONValue {
    let key = try fixture.key(.analysisCreate, .analysisRead)
    let asked = try await fixture.api(
      "POST", "/v1/analyses", key: key,
      """
      {"description":"crash in pool_take of src/pool.c","repositories":["acme/shop"],
       "revision":"\(revision)","lookbackDays":1}
      """)
    let path = try #require(asked["Location"])
    try await fixture.until {
      let status = try await fixture.api("GET", path, key: key).data["status"]?.text
      return status != "pending" && status != "processing"
    }
    return try await fixture.api("GET", path, key: key).data
  }

  @Test func `the files of an old revision are fetched`() async throws {
    let fixture = try await prepared()
    let answer = try await ask(fixture, revision: "old")
    #expect(answer["status"]?.text == "complete", "\(answer)")
    #expect(answer["result"]?["answeredOffline"] == .bool(false))
    let again = try await ask(fixture, revision: "old")
    #expect(again["result"]?["answeredOffline"] == .bool(true), "\(again)")
    await fixture.stop()
  }

  @Test(arguments: ["tag", "branch"])
  func `a tag or a branch that no sync brought is asked for`(kind: String) async throws {
    let fixture = try await prepared()
    try fixture.git(kind, "v1", "main")
    let answer = try await ask(fixture, revision: "v1")
    #expect(answer["status"]?.text == "complete", "\(answer)")
    #expect(answer["result"]?["answeredOffline"] == .bool(false))
    await fixture.stop()
  }

  @Test func `an answer says why what it needs could not be fetched`() async throws {
    let fixture = try await prepared()
    await fixture.double.stop()
    let files = try await ask(fixture, revision: "old")
    #expect(files["status"]?.text == "failed")
    #expect(files["error"]?.text?.contains("connect") == true, "\(files)")
    let tag = try await ask(fixture, revision: "v1")
    #expect(tag["status"]?.text == "failed", "\(tag)")
    #expect(tag["error"]?.text?.contains("connect") == true, "\(tag)")
    await fixture.stop()
  }

  @Test func `an offline dashboard names what is missing`() async throws {
    let fixture = try await prepared(isOffline: true)
    let asked = fixture.double.log.requests.count
    let answer = try await ask(fixture, revision: "old")
    #expect(answer["status"]?.text == "failed")
    #expect(answer["error"]?.text?.contains("window only") == true, "\(answer)")
    let key = try fixture.key(.configWrite)
    let made = try await fixture.api("POST", "/v1/config/repos", key: key, fixture.config())
    #expect(made.status == 409 && made.text.contains("offline"), "\(made.text)")
    #expect(fixture.double.log.requests.count == asked)
    await fixture.stop()
  }
}
