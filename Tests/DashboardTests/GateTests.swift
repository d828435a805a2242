import Credentials
import Foundation
import GitLabDouble
import HTTP
import Reports
import Settings
import TestSupport
import Testing

@testable import Dashboard

@Suite struct GateTests {
  @Test func `only names that are ours are answered`() async throws {
    let fixture = try await DashboardFixture {
      $0.publicURL = try PublicURL("https://sigsentry.example.com")
      $0.loginToken = Secret("a login token for this test")
    }
    let port = fixture.port
    for host in [
      "127.0.0.1:\(port)", "localhost:\(port)", "LocalHost:\(port)", "[::1]:\(port)",
      "sigsentry.example.com",
    ] {
      let client = WebClient(port: port, host: host)
      #expect(try await client.send("GET", "/healthz").status == 200, "\(host)")
    }
    for host in [
      "evil.example", "evil.example:\(port)", "127.0.0.1", "localhost:1",
      "sigsentry.example.com:\(port)", "127.0.0.1.evil.example:\(port)", "",
    ] {
      let client = WebClient(port: port, host: host)
      for path in ["/healthz", "/repos", "/v1/analyses", "/hooks/gitlab"] {
        let status = try await client.send("GET", path).status
        #expect(status == 421 || status == 400, "\(host) \(path) \(status)")
      }
    }
    await fixture.stop()
  }

  @Test func `a change needs the form's token, from our own pages`() async throws {
    let fixture = try await DashboardFixture()
    let browser = Browser(fixture)
    let fields = [("name", "ci"), ("permission", "config:read")]
    #expect(try await browser.post("/settings/keys", fields).status == 200)
    #expect(try await browser.post("/settings/keys", fields, csrf: "x").status == 403)
    #expect(try await browser.post("/settings/keys", fields, csrf: "").status == 403)
    let other = Browser(fixture)
    try await other.get("/settings")
    #expect(
      try await browser.post("/settings/keys", fields, csrf: other.csrf).status == 403,
      "another session's token")
    #expect(
      try await browser.post("/settings/keys", fields, ["Cookie": ""]).status == 403, "no session")
    for (name, value) in [
      ("Origin", "https://evil.example"), ("Origin", "null"),
      ("Origin", "http://127.0.0.1:\(fixture.port).evil.example"),
      ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"),
    ] {
      let answer = try await browser.post("/settings/keys", fields, [name: value])
      #expect(answer.status == 403, "\(name) \(value)")
    }
    let own = ["Origin": "http://127.0.0.1:\(fixture.port)", "Sec-Fetch-Site": "same-origin"]
    let second = [("name", "second"), ("permission", "config:read")]
    #expect(try await browser.post("/settings/keys", second, own).status == 200)
    #expect(
      try await fixture.client.send(
        "POST", "/sync", ["Content-Type": "text/plain"], body: Array("csrf=x".utf8)
      ).status == 415)
    #expect(try fixture.store.apiKeys().map(\.name).sorted() == ["ci", "second"])
    await fixture.stop()
  }

  @Test func `answers carry the headers that keep pages to themselves`() async throws {
    let fixture = try await DashboardFixture()
    for path in ["/repos", "/healthz", "/v1/analyses", "/nothing", "/metrics"] {
      let answer = try await fixture.client.send("GET", path)
      let policy = answer["Content-Security-Policy"] ?? ""
      #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
      #expect(!policy.contains("unsafe"))
      #expect(answer["X-Content-Type-Options"] == "nosniff")
      #expect(answer["Referrer-Policy"] == "no-referrer")
      #expect(answer["Cross-Origin-Opener-Policy"] == "same-origin")
      #expect(answer["Cross-Origin-Resource-Policy"] == "same-origin")
      #expect(answer["Cache-Control"] == "no-store")
      #expect(answer["Server"] == nil)
    }
    let cookie = try await fixture.client.send("GET", "/repos")["Set-Cookie"] ?? ""
    #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
    #expect(!cookie.contains("Secure"))
    #expect(try await fixture.client.send("GET", "/healthz")["Set-Cookie"] == nil)
    await fixture.stop()
  }

  @Test func `behind https the cookie stays on https`() async throws {
    let fixture = try await DashboardFixture {
      $0.publicURL = try PublicURL("https://sigsentry.example.com")
      $0.loginToken = Secret("a login token for this test")
    }
    let browser = Browser(fixture, host: "sigsentry.example.com")
    let page = try await browser.get("/login")
    #expect(page["Set-Cookie"]?.contains("; Secure") == true)
    let answer = try await browser.post(
      "/login", [("token", "a login token for this test"), ("next", "/sync")],
      ["Origin": "https://sigsentry.example.com"])
    #expect(answer.status == 303 && answer["Location"] == "/sync")
    await fixture.stop()
  }

  @Test func `without the login's token nothing is shown`() async throws {
    let fixture = try await DashboardFixture { $0.loginToken = Secret("a login token") }
    let browser = Browser(fixture)
    for path in ["/", "/repos", "/sync", "/analyses", "/settings", "/repos/1"] {
      let answer = try await browser.get(path)
      #expect(
        answer.status == 303 && answer["Location"]?.hasPrefix("/login?next=") == true, "\(path)")
    }
    for path in ["/events", "/metrics"] {
      #expect(try await browser.get(path).status == 401, "\(path)")
    }
    #expect(try await browser.get("/healthz").status == 200)
    let wrong = try await browser.post("/login", [("token", "a wrong token")])
    #expect(wrong.status == 401 && wrong.text.contains("not the token"))
    let before = browser.headers["Cookie"]
    let right = try await browser.post(
      "/login", [("token", "a login token"), ("next", "//evil.example/")])
    #expect(right.status == 303 && right["Location"] == "/")
    #expect(browser.headers["Cookie"] != before, "the session's id is a new one")
    let page = try await browser.get("/repos")
    #expect(page.status == 200 && page.text.contains("Log out"))
    #expect(
      try await fixture.client.send("GET", "/metrics", ["Authorization": "Bearer a login token"])
        .status == 200)
    #expect(
      try await fixture.client.send("GET", "/metrics", ["Authorization": "Bearer wrong"]).status
        == 401)
    _ = try await browser.post("/logout")
    #expect(try await browser.get("/repos").status == 303)
    await fixture.stop()
  }

  @Test func `wrong logins are slowed down`() async throws {
    let begin = ContinuousClock.now
    let fixture = try await DashboardFixture {
      $0.loginToken = Secret("a login token")
      $0.clock = { begin }
    }
    let browser = Browser(fixture)
    var statuses: [Int] = []
    for _ in 0..<30 {
      statuses.append(try await browser.post("/login", [("token", "guess")]).status)
    }
    #expect(statuses.contains(429))
    await fixture.stop()
  }

  @Test func `a port that is taken is said so`() async throws {
    let fixture = try await DashboardFixture()
    let port = fixture.port
    await #expect {
      let second = try await DashboardFixture {
        guard let address = ListenAddress("127.0.0.1:\(port)") else { return }
        $0 = Dashboard.Options(listen: address)
      }
      await second.stop()
    } throws: { error in
      guard case .portTaken(let address) = error as? DashboardError else { return false }
      return address.port == port
    }
    await fixture.stop()
  }

  @Test func `an unanswered analysis is given up once its server has ended, and not before`()
    async throws
  {
    let fixture = try await DashboardFixture()
    let waiting = try fixture.store.insertAnalysis(question: "{}", symptom: [], at: Date())
    func serveOnce() async throws {
      let options = Dashboard.Options(listen: try #require(ListenAddress("127.0.0.1:0")))
      let source = KeySource(configDirectory: fixture.store.directory)
      let started = AsyncStream<Int>.makeStream()
      let server = Dashboard(
        options: options, store: fixture.store, cache: fixture.cache,
        vault: Vault(store: fixture.store, source: source), provider: fixture.provider,
        cancellation: Cancellation(), wait: { _ in },
        started: { started.continuation.yield($0) })
      let task = Task { try await server.run() }
      for await _ in started.stream { break }
      task.cancel()
      _ = await task.result
    }
    try await serveOnce()
    #expect(try fixture.store.analysis(id: waiting.id)?.status == .pending)
    await fixture.endDashboard()
    try await serveOnce()
    #expect(try fixture.store.analysis(id: waiting.id)?.status == .failed)
    await fixture.stop()
  }

  @Test func `what a program could choke on is refused`() async throws {
    let fixture = try await DashboardFixture()
    let browser = Browser(fixture)
    let large = try await browser.post(
      "/connections/1", [("repositories", String(repeating: "x", count: 1 << 20))])
    #expect(large.status == 413)
    let head = try await fixture.client.send("HEAD", "/repos")
    #expect(head.status == 200 && head.body.isEmpty)
    #expect(try await fixture.client.send("GET", "/%ff").status == 404)
    #expect(try await fixture.client.send("GET", "/assets/..%2f..%2fetc%2fpasswd").status == 404)
    #expect(try await fixture.client.send("GET", "/repos/../etc").status == 404)
    let long = try await fixture.client.send("GET", "/" + String(repeating: "a", count: 100_000))
    #expect((400..<500).contains(long.status))
    await fixture.stop()
  }
}
