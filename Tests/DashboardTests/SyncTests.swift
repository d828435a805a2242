import Cache
import Foundation
import GitLabDouble
import HTTP
import Reports
import Settings
import TestSupport
import Testing

@testable import Dashboard

@Suite struct DashboardSyncTests {
  @Test func `events tell how a sync comes on, and what is known at the start`() async throws {
    let fixture = try await DashboardFixture()
    try await fixture.open("topic0", title: "One")
    let key = try fixture.key(.configWrite)
    _ = try await fixture.api("POST", "/v1/config/repos", key: key, fixture.config())
    async let stream = fixture.client.send(
      "GET", "/events", until: "1 merge request changed")
    let browser = Browser(fixture)
    let started = try await browser.post("/sync")
    #expect(started.status == 303 && started["Location"] == "/sync")
    let text = try await stream.text
    #expect(text.contains("event: state"))
    #expect(text.contains("acme/shop"))
    let known = try await fixture.client.send("GET", "/events", until: "\n\n")
    #expect(known["Content-Type"] == "text/event-stream")
    #expect(known["X-Accel-Buffering"] == "no")
    let page = try await browser.get("/sync")
    #expect(page.status == 200 && page.text.contains("acme/shop"))
    let twin = try await browser.get("/sync.json").json["repositories"]?.elements
    #expect(twin?.first?["phase"]?.text == "idle")
    let runs = try fixture.store.syncRuns(limit: 10)
    #expect(runs.map(\.cause) == [.person] && runs.first?.failure == nil)
    #expect(runs.first?.mergeRequests == 1)
    await fixture.stop()
  }

  @Test func `with a schedule repositories are synced from the start`() async throws {
    let fixture = try await DashboardFixture { $0.syncInterval = 3600 }
    let key = try fixture.key(.configWrite)
    _ = try await fixture.api("POST", "/v1/config/repos", key: key, fixture.config())
    try await fixture.until { try fixture.cache.project(path: "acme/shop")?.syncedAt != nil }
    await fixture.stop()
  }

  @Test func `a failed sync is told with what to do`() async throws {
    let fixture = try await DashboardFixture()
    let key = try fixture.key(.configWrite)
    _ = try await fixture.api("POST", "/v1/config/repos", key: key, fixture.config())
    fixture.double.inject(.status(403))
    let browser = Browser(fixture)
    let id = try fixture.store.repositories().first?.id ?? 0
    _ = try await browser.post("/repos/\(id)/sync")
    try await fixture.until { try !fixture.store.syncRuns(limit: 1).isEmpty }
    #expect(try fixture.store.syncRuns(limit: 1).first?.failure != nil)
    try await fixture.until {
      let twin = try await browser.get("/sync.json").json["repositories"]?.elements
      return twin?.first?["cells"]?["result"]?.text?.contains("403") == true
    }
    let metrics = try await browser.get("/metrics").text
    #expect(metrics.contains("sigsentry_sync_failures_total 1"))
    // The cache knows nothing of a project that GitLab never told of.
    #expect(try fixture.cache.project(path: "acme/shop") == nil)
    #expect(
      metrics.contains(
        #"sigsentry_repository_failed{repository="acme/shop",gitlab="\#(fixture.double.baseURL)"} 1"#
      ))
    let status = try RepositoryStatuses(store: fixture.store, cache: fixture.cache).all()
    #expect(StatusReport.text(status, at: Date()).contains("403"))
    #expect(try await browser.get("/repos/\(id)").text.contains("403"))
    await fixture.stop()
  }

  @Test func `a round of many repositories is told whole`() async throws {
    let fixture = try await DashboardFixture()
    let began = Date(timeIntervalSinceNow: -100)
    for index in 0..<150 {
      let reference = try RepositoryReference(
        baseURL: try BaseURL(fixture.double.baseURL), path: "acme/many\(index)")
      let setting = try fixture.store.addRepository(reference, connection: nil, at: began)
      var run = SyncRun(
        repositoryID: setting.id, cause: .schedule, startedAt: began, seconds: 1)
      if index == 0 { run.failure = "The first one failed." }
      try fixture.store.insert(run)
    }
    let page = try await Browser(fixture).get("/sync").text
    #expect(page.contains("✕ 1 failed") && page.contains(">150<"))
    await fixture.stop()
  }

  @Test func `one path on two instances is two names`() async throws {
    let fixture = try await DashboardFixture()
    for address in ["https://one.example", "https://two.example"] {
      let reference = try RepositoryReference(baseURL: try BaseURL(address), path: "acme/shop")
      let setting = try fixture.store.addRepository(reference, connection: nil, at: Date())
      try fixture.store.insert(
        SyncRun(repositoryID: setting.id, cause: .person, startedAt: setting.createdAt, seconds: 1))
    }
    let browser = Browser(fixture)
    let page = try await browser.get("/sync").text
    let twin = try await browser.get("/sync.json").json["repositories"]?.elements
    for host in ["one.example", "two.example"] {
      #expect(page.contains("<bdi>\(host)/acme/shop</bdi>"))
    }
    #expect(
      twin?.compactMap { $0["baseUrl"]?.text } == ["https://one.example", "https://two.example"])
    await fixture.stop()
  }

  @Test func `news of GitLab's bring just that repository up to date`() async throws {
    let fixture = try await DashboardFixture { $0.webhookToken = Secret("hook token") }
    let key = try fixture.key(.configWrite)
    _ = try await fixture.api("POST", "/v1/config/repos", key: key, fixture.config())
    func hook(_ token: String?, _ body: String) async throws -> SocketResponse {
      var headers = ["Content-Type": "application/json"]
      headers["X-Gitlab-Token"] = token
      return try await fixture.client.send(
        "POST", "/hooks/gitlab", headers, body: Array(body.utf8))
    }
    func event(_ kind: String, id: Int, path: String = "acme/shop") -> String {
      """
      {"object_kind":"\(kind)","project_id":\(id),"project":{"id":\(id),
       "path_with_namespace":"\(path)","web_url":"\(fixture.double.baseURL)/\(path)"}}
      """
    }
    let push = event("push", id: fixture.project)
    for token in [nil, "", "wrong", key] {
      #expect(try await hook(token, push).code == "UNAUTHORIZED")
    }
    #expect(try await hook("hook token", "[]").code == "VALIDATION_ERROR")
    let webhookKey = try fixture.key(.webhook)
    for body in [
      event("issue", id: fixture.project), event("push", id: 999, path: "acme/none"),
      push.replacing(fixture.double.baseURL, with: "https://gitlab.com"),
    ] {
      let ignored = try await hook(webhookKey, body)
      #expect(ignored.status == 202 && ignored.data["accepted"] == .bool(false), "\(body)")
    }
    #expect(try fixture.store.syncRuns(limit: 1).isEmpty)
    let taken = try await hook("hook token", push)
    #expect(taken.status == 202 && taken.data["accepted"] == .bool(true))
    try await fixture.until { try fixture.store.syncRuns(limit: 5).count == 1 }
    #expect(try fixture.store.syncRuns(limit: 1).first?.cause == .webhook)
    let system = """
      {"event_name":"repository_update","project_id":\(fixture.project),
       "project":{"path_with_namespace":"acme/shop"}}
      """
    #expect(try await hook(webhookKey, system).data["accepted"] == .bool(true))
    try await fixture.until { try fixture.store.syncRuns(limit: 5).count == 2 }
    await fixture.stop()
  }

  @Test func `a repository that is removed while its sync runs stays off the board`() {
    let board = SyncBoard()
    board.change(1, path: "acme/shop") { $0.enter(.queued) }
    board.change(1, path: "acme/shop") { $0.enter(.fetching) }
    #expect(board.overview().states.keys.sorted() == [1])
    board.forget(1)
    for phase in [SyncState.Phase.fetching, .idle] {
      board.change(1, path: "acme/shop") { $0.enter(phase) }
    }
    #expect(board.overview().states.isEmpty && board.overview().roundBegan == nil)
  }

  @Test func `a webhook's key opens nothing else`() async throws {
    let fixture = try await DashboardFixture()
    let key = try fixture.key(.webhook)
    for path in ["/v1/config/repos", "/v1/analyses"] {
      #expect(try await fixture.api("GET", path, key: key).code == "FORBIDDEN")
    }
    await fixture.stop()
  }
}
