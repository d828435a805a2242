import Cache
import Foundation
import GitLabDouble
import Reports
import Settings
import TestSupport
import Testing

@testable import Dashboard

@Suite struct ConnectTests {
  private func token(_ fixture: DashboardFixture, _ token: String) -> [(String, String)] {
    [
      ("instance", "other"), ("baseURL", fixture.double.baseURL), ("method", "token"),
      ("token", token), ("name", "work"),
    ]
  }

  @Test func `connecting by token and saving repositories says what changed`() async throws {
    let fixture = try await DashboardFixture()
    let browser = Browser(fixture)
    let wrong = try await browser.post("/connect", token(fixture, "glpat-wrong"))
    #expect(wrong.status == 400 && wrong.text.contains("id=\"token-error\""))
    #expect(!wrong.text.contains("glpat-wrong"))
    let stored = try await browser.post("/connect", token(fixture, fixture.token))
    #expect(stored.status == 303 && stored["Location"] == "/connections/1", "\(stored.text)")
    #expect(try await browser.get("/connections/1").text.contains("Connected as ada"))
    let again = try await browser.post("/connect", token(fixture, fixture.token))
    #expect(again.status == 400 && again.text.contains("id=\"name-error\""))

    let typo = try await browser.post(
      "/connections/1",
      [
        ("repositories", "acme/shop\r\nacme/shpo"), ("lookbackDays", "60"), ("isActive", "on"),
        ("service.0", "pool"), ("repository.0", "acme/none"),
      ])
    #expect(typo.status == 422)
    #expect(typo.text.contains("Added acme/shop."))
    #expect(typo.text.contains("Did you mean acme/shop?"))
    #expect(typo.text.contains("id=\"repository.0-error\""))
    #expect(try fixture.store.repositories().map(\.path) == ["acme/shop"])
    let fields = [
      ("repositories", "acme/shop"), ("lookbackDays", "60"), ("isActive", "on"),
      ("service.0", "pool"), ("repository.0", "acme/shop"), ("pathPrefix.0", "src"),
    ]
    #expect(try await browser.post("/connections/1", fields).status == 303)
    #expect(try await browser.get("/connections/1").text.contains("Mapped the service pool."))
    #expect(try await browser.post("/connections/1", fields).status == 303)
    #expect(try await browser.get("/connections/1").text.contains("Nothing changed."))
    #expect(try fixture.store.repositories().map(\.lookbackDays) == [60])
    // A slip of the finger in a line takes nothing away.
    let slip = try await browser.post(
      "/connections/1", [("repositories", "acme/shpo"), ("lookbackDays", "60"), ("isActive", "on")])
    #expect(slip.status == 422)
    #expect(try fixture.store.repositories().map(\.path) == ["acme/shop"])
    let days = try await browser.post(
      "/connections/1", [("repositories", "acme/shop"), ("lookbackDays", "400")])
    #expect(days.status == 422 && days.text.contains("id=\"lookbackDays-error\""))
    let paused = try await browser.post(
      "/connections/1", [("repositories", "acme/shop"), ("lookbackDays", "7")])
    #expect(paused.status == 303)
    #expect(try fixture.store.repositories().map(\.isActive) == [false])
    #expect(try fixture.store.repositories().map(\.lookbackDays) == [7])
    #expect(try fixture.store.mappings().isEmpty)
    #expect(try await browser.post("/repos/1/resume").status == 303)
    #expect(try fixture.store.repositories().map(\.isActive) == [true])
    let removed = try await browser.post(
      "/connections/1", [("repositories", ""), ("lookbackDays", "7"), ("isActive", "on")])
    #expect(removed.status == 303)
    #expect(try await browser.get("/connections/1").text.contains("Removed acme/shop."))
    #expect(!fixture.wasTold(fixture.token))
    await fixture.stop()
  }

  @Test func `a form that is older than what is stored takes nothing away`() async throws {
    let fixture = try await DashboardFixture()
    let browser = Browser(fixture)
    _ = try await browser.post("/connect", token(fixture, fixture.token))
    func version() async throws -> String {
      let page = try await browser.get("/connections/1").text
      let start = try #require(page.firstRange(of: "name=\"version\" value=\""))
      return String(page[start.upperBound...].prefix { $0 != "\"" })
    }
    let old = try await version()
    let connection = try #require(try fixture.store.connections().first)
    let other = try fixture.store.addRepository(
      RepositoryReference(baseURL: connection.baseURL, path: "acme/other"),
      connection: connection.id, at: Date())
    let fields = [("repositories", "acme/shop"), ("lookbackDays", "30"), ("isActive", "on")]
    let stale = try await browser.post("/connections/1", fields + [("version", old)])
    #expect(stale.status == 422)
    #expect(stale.text.contains("Stored, and not in this form: acme/other."))
    #expect(try fixture.store.repositories().map(\.path) == [other.path])
    let again = try await browser.post("/connections/1", fields + [("version", try version())])
    #expect(again.status == 303)
    #expect(try fixture.store.repositories().map(\.path) == ["acme/shop"])
    await fixture.stop()
  }

  /// Where the page leads that stands between the form and GitLab.
  private func consentPage(_ answer: SocketResponse) -> String {
    String((answer["Refresh"] ?? "").dropFirst("0; url=".count))
  }

  @Test func `OAuth goes to GitLab's page of consent and comes back`() async throws {
    let fixture = try await DashboardFixture()
    let callback = "http://127.0.0.1:\(fixture.port)/oauth/callback"
    let application = fixture.double.addApplication(redirectURIs: [callback])
    let browser = Browser(fixture)
    #expect(try await browser.get("/connect").text.contains(callback))
    let fields = [
      ("instance", "other"), ("baseURL", fixture.double.baseURL), ("method", "oauth"),
      ("clientID", application.id), ("name", "work"),
    ]
    let page = try await browser.post("/connect", fields)
    #expect(page.status == 200)
    let address = consentPage(page)
    #expect(address.hasPrefix(fixture.double.baseURL + "/oauth/authorize?"))
    #expect(address.contains("code_challenge_method=S256"))
    let back = try #require(fixture.double.answerConsent(at: address))
    let path = String(back.dropFirst("http://127.0.0.1:\(fixture.port)".count))
    let stranger = Browser(fixture)
    let foreign = try await stranger.get(path)
    #expect(foreign["Location"] == "/connect", "another browser's answer")
    #expect(try fixture.store.connections().isEmpty)
    let done = try await browser.get(path)
    #expect(done["Location"] == "/connections/1")
    #expect(try fixture.store.connections().map(\.authentication) == [.oauth])
    let replayed = try await browser.get(path)
    #expect(replayed["Location"] == "/connect", "an answer counts once")
    // A refusal has its words, and the connection stays as it is.
    let second = try await browser.post("/connections/1/reauthorize", fields)
    let other = consentPage(second)
    let refused = try #require(fixture.double.answerConsent(at: other, allow: false))
    let told = try await browser.get(
      String(refused.dropFirst("http://127.0.0.1:\(fixture.port)".count)))
    #expect(told["Location"] == "/connections/1/reauthorize")
    #expect(try await browser.get("/connections/1/reauthorize").text.contains("Access was denied"))
    for issued in fixture.double.issuedSecrets { #expect(!fixture.wasTold(issued)) }
    await fixture.stop()
  }

  @Test func `an application that does not know the callback is told the line to add`()
    async throws
  {
    let fixture = try await DashboardFixture()
    let application = fixture.double.addApplication()
    let browser = Browser(fixture)
    let page = try await browser.post(
      "/connect",
      [
        ("instance", "other"), ("baseURL", fixture.double.baseURL), ("method", "oauth"),
        ("clientID", application.id),
      ])
    if page.status == 400 {
      #expect(page.text.contains("http://127.0.0.1:\(fixture.port)/oauth/callback"))
    }
    let missing = try await browser.post(
      "/connect",
      [("instance", "other"), ("baseURL", fixture.double.baseURL), ("method", "oauth")])
    #expect(missing.status == 400 && missing.text.contains("id=\"clientID-error\""))
    await fixture.stop()
  }

  @Test func `a connection that needs it is authorized anew`() async throws {
    let fixture = try await DashboardFixture()
    let browser = Browser(fixture)
    _ = try await browser.post("/connect", token(fixture, fixture.token))
    try fixture.store.markNeedsReauthorization(1, since: Date())
    let list = try await browser.get("/repos")
    #expect(list.text.contains("/connections/1/reauthorize"))
    let fresh = fixture.double.addToken(name: "ada").value
    let done = try await browser.post(
      "/connections/1/reauthorize", [("method", "token"), ("token", fresh)])
    #expect(done["Location"] == "/connections/1", "\(done.text)")
    #expect(try fixture.store.connections().map(\.health) == [.ok])
    let removed = try await browser.post("/connections/1/remove")
    #expect(removed["Location"] == "/repos")
    #expect(try fixture.store.connections().isEmpty)
    #expect(!fixture.wasTold(fresh))
    await fixture.stop()
  }
}

@Suite struct PageTests {
  @Test func `every page is shown, with GitLab's text as text`() async throws {
    let fixture = try await DashboardFixture()
    let evil = #"<script>alert("1")</script> & "quotes""#
    try await fixture.open("topic0", title: evil)
    let key = try fixture.key(.configWrite)
    _ = try await fixture.api("POST", "/v1/config/repos", key: key, fixture.config())
    let browser = Browser(fixture)
    for path in ["/repos", "/repos/1", "/sync", "/analyses", "/analyses/new", "/settings"] {
      #expect(try await browser.get(path).status == 200, "\(path)")
    }
    _ = try await browser.post("/sync")
    try await fixture.until { try fixture.cache.project(path: "acme/shop")?.syncedAt != nil }
    for path in ["/repos/1", "/repos/1/merge-requests/1", "/repos/1?q=script&sort=title&order=asc"]
    {
      let page = try await browser.get(path)
      #expect(page.status == 200 && page.text.contains("&lt;script&gt;"), "\(path)")
      #expect(!page.text.contains("<script>alert"))
    }
    let list = try await browser.get("/repos/1/merge-requests.json").json.elements
    #expect(list?.first?["title"]?.text == evil)
    let request = try await browser.get("/repos/1/merge-requests/1.json").json
    #expect(request["files"]?.elements?.count == 1)
    for part in ["files", "directories", "authors"] {
      let twin = try await browser.get("/repos/1/\(part).json").json
      #expect(twin["repository"]?.text == "acme/shop", "\(part)")
    }
    #expect(try await browser.get("/repos/1/churn.json").json["days"] != nil)
    for path in [
      "/repos/2", "/repos/1/merge-requests/99", "/repos/x", "/analyses/9", "/analyses/9.html",
      "/connections/9", "/assets/none",
    ] {
      let answer = try await browser.get(path)
      #expect(answer.status == 404 && answer.text.contains("Not found"), "\(path)")
    }
    let question = try await browser.postFiles(
      "/analyses",
      [("description", evil), ("window", "24h"), ("symptom", "a"), ("symptomFile", "b\r\nc")])
    #expect(question["Location"] == "/analyses/1", "\(question.text)")
    #expect(
      try fixture.store.symptom(ofAnalysis: 1).map { String(decoding: $0, as: UTF8.self) }
        == "a\n\nb\r\nc")
    try await fixture.until { try fixture.store.analysis(id: 1)?.finishedAt != nil }
    for path in ["/analyses", "/analyses/1"] {
      #expect(!(try await browser.get(path).text.contains("<script>alert")))
    }
    let empty = try await browser.postFiles(
      "/analyses", [("description", ""), ("window", "custom")])
    #expect(empty.status == 422 && empty.text.contains("id=\"description-error\""))
    let cleared = try await browser.post("/repos/1/clear-cache")
    #expect(cleared.status == 303)
    #expect(try fixture.cache.project(path: "acme/shop") == nil)
    #expect(try await browser.post("/repos/1/remove").status == 303)
    #expect(try fixture.store.repositories().isEmpty)
    await fixture.stop()
  }

  @Test func `a key's secret is shown once`() async throws {
    let fixture = try await DashboardFixture()
    let browser = Browser(fixture)
    let made = try await browser.post(
      "/settings/keys", [("name", "ci"), ("permission", "config:read")])
    let start = try #require(made.text.firstRange(of: "ss_secret_"))
    let secret = String(made.text[start.lowerBound...].prefix(74))
    #expect(try await fixture.api("GET", "/v1/config/repos", key: secret).status == 200)
    #expect(!(try await browser.get("/settings").text.contains(secret)))
    let nameless = try await browser.post("/settings/keys", [("permission", "config:read")])
    #expect(nameless.status == 422)
    #expect(try await browser.post("/settings/keys/1/revoke").status == 303)
    #expect(try await fixture.api("GET", "/v1/config/repos", key: secret).status == 401)
    await fixture.stop()
  }
}
