import Cache
import Foundation
import GitLabDouble
import Reports
import Settings
import TestSupport
import Testing

@testable import Dashboard

@Suite struct ConfigAPITests {
  @Test func `a configuration is made, read, changed and deleted`() async throws {
    let fixture = try await DashboardFixture()
    let key = try fixture.key(.configRead, .configWrite)
    let mapping =
      #","serviceMappings":[{"serviceName":"pool","repo":"acme/shop","pathPrefix":"src"}],"lookbackDays":90"#
    let made = try await fixture.api(
      "POST", "/v1/config/repos", key: key, fixture.config(more: mapping))
    #expect(made.status == 201, "\(made.text)")
    #expect(made.data["repositories"] == .array([.string("acme/shop")]))
    #expect(made.data["lookbackDays"] == .integer(90))
    #expect(made.data["platform"]?.text == "gitlab")
    #expect(made.data["baseUrl"]?.text == fixture.double.baseURL)
    #expect(made.data["serviceMappings"]?.elements?.first?["pathPrefix"]?.text == "src")
    #expect(made.data["createdAt"]?.text != nil && made.data["updatedAt"]?.text != nil)
    let id = made.data["id"]?.text ?? ""
    let read = try await fixture.api("GET", "/v1/config/repos", key: key)
    #expect(read.data == .array([made.data]))

    let changed = try await fixture.api(
      "PUT", "/v1/config/repos/\(id)", key: key,
      #"{"lookbackDays":7,"isActive":false,"serviceMappings":[]}"#)
    #expect(changed.data == .object([("updated", .bool(true))]))
    #expect(changed.json["ignored"] == nil)
    let slip = try await fixture.api(
      "PUT", "/v1/config/repos/\(id)", key: key,
      #"{"lookBackDays":9,"credentials":{"tokn":"x"}}"#)
    #expect(slip.data == .object([("updated", .bool(true))]))
    #expect(
      slip.json["ignored"] == .array([.string("lookBackDays"), .string("credentials.tokn")]))
    let after = try await fixture.api("GET", "/v1/config/repos", key: key).data.elements?.first
    #expect(after?["lookbackDays"] == .integer(7))
    #expect(after?["isActive"] == .bool(false))
    #expect(after?["serviceMappings"] == .array([]))
    #expect(after?["repositories"] == .array([.string("acme/shop")]))

    let flushed = try await fixture.api("DELETE", "/v1/config/repos/\(id)/cache", key: key)
    #expect(flushed.data == .object([("flushed", .bool(true))]))
    let deleted = try await fixture.api("DELETE", "/v1/config/repos/\(id)", key: key)
    #expect(deleted.data == .object([("deleted", .bool(true))]))
    let again = try await fixture.api("DELETE", "/v1/config/repos/\(id)", key: key)
    #expect(again.status == 404 && again.code == "NOT_FOUND")
    #expect(try fixture.store.repositories().isEmpty && fixture.store.connections().isEmpty)
    #expect(!fixture.wasTold(fixture.token))
    await fixture.stop()
  }

  @Test func `a list of hundreds of repositories is taken back as it was given`() async throws {
    let fixture = try await DashboardFixture()
    let key = try fixture.key(.configRead, .configWrite)
    _ = try await fixture.api("POST", "/v1/config/repos", key: key, fixture.config())
    let connection = try #require(try fixture.store.connections().first)
    for index in 0..<250 {
      let reference = try RepositoryReference(
        baseURL: connection.baseURL, path: "acme/many\(index)")
      try fixture.store.addRepository(reference, connection: connection.id, at: Date())
    }
    let read = try await fixture.api("GET", "/v1/config/repos", key: key)
    let list = try #require(read.data.elements?.first?["repositories"])
    let body = JSONValue.object([("repositories", list)])
    let saved = try await fixture.api(
      "PUT", "/v1/config/repos/\(connection.id)", key: key,
      String(decoding: body.line, as: UTF8.self))
    #expect(saved.status == 200, "\(saved.text)")
    #expect(try fixture.store.repositories().count == 251)
    await fixture.stop()
  }

  @Test func `what is wrong is told at its field, and nothing is stored`() async throws {
    let fixture = try await DashboardFixture()
    let key = try fixture.key(.configWrite)
    func post(_ body: String) async throws -> SocketResponse {
      let answer = try await fixture.api("POST", "/v1/config/repos", key: key, body)
      #expect(answer.status == 400 && answer.code == "VALIDATION_ERROR", "\(answer.text)")
      return answer
    }
    #expect(try await post("{}").fields == ["platform", "credentials", "repositories"])
    #expect(
      try await post(
        #"{"platform":"github","credentials":{},"repositories":[],"lookbackDays":0,"isActive":1}"#
      ).fields == [
        "platform", "credentials.token", "repositories", "lookbackDays", "isActive",
      ])
    #expect(try await post("{").fields.isEmpty)
    #expect(try await post("[]").fields.isEmpty)
    let typo = try await post(fixture.config(repositories: #"["acme/shop","acme/shopp","x"]"#))
    #expect(typo.fields == ["repositories[1]", "repositories[2]"])
    #expect(typo.text.contains("Did you mean acme/shop?"))
    let twice = try await post(fixture.config(repositories: #"["acme/shop","ACME/shop"]"#))
    #expect(twice.fields == ["repositories[1]"])
    let mapping = try await post(
      fixture.config(
        more:
          #","serviceMappings":[{"serviceName":"pool","repo":"acme/none"},{"repo":"acme/shop"}]"#
      ))
    #expect(mapping.fields == ["serviceMappings[1].serviceName"])
    let unknown = try await post(
      fixture.config(more: #","serviceMappings":[{"serviceName":"p","repo":"acme/none"}]"#))
    #expect(unknown.fields == ["serviceMappings[0].repo"])
    let token = try await post(
      fixture.config().replacing(fixture.token, with: "glpat-that-nobody-knows"))
    #expect(token.fields == ["credentials.token"])
    let weak = fixture.double.addToken(name: "weak", scopes: ["read_user"]).value
    #expect(
      try await post(fixture.config().replacing(fixture.token, with: weak)).fields == [
        "credentials.token"
      ])
    let plain = try await post(
      fixture.config().replacing(fixture.double.baseURL, with: "http://gitlab.example.com"))
    #expect(plain.fields == ["credentials.baseUrl"])
    let closed = try await post(
      fixture.config().replacing(fixture.double.baseURL, with: "http://127.0.0.1:1"))
    #expect(closed.fields == ["credentials.baseUrl"])
    #expect(try fixture.store.connections().isEmpty && fixture.store.repositories().isEmpty)
    #expect(!fixture.wasTold(fixture.token) && !fixture.wasTold(weak))
    await fixture.stop()
  }

  @Test func `a change is stored whole or not at all`() async throws {
    let fixture = try await DashboardFixture()
    fixture.double.addProject(path: "acme/other", repository: "/nonexistent")
    let key = try fixture.key(.configWrite)
    let made = try await fixture.api("POST", "/v1/config/repos", key: key, fixture.config())
    let path = "/v1/config/repos/\(made.data["id"]?.text ?? "")"
    let bad = try await fixture.api(
      "PUT", path, key: key, #"{"repositories":["acme/other","acme/none"],"lookbackDays":5}"#)
    #expect(bad.status == 400 && bad.fields == ["repositories[1]"])
    #expect(try fixture.store.repositories().map(\.path) == ["acme/shop"])
    #expect(try fixture.store.repositories().map(\.lookbackDays) == [30])
    let elsewhere = try await fixture.api(
      "PUT", path, key: key, #"{"credentials":{"baseUrl":"https://gitlab.com"}}"#)
    #expect(elsewhere.fields == ["credentials.baseUrl"])
    let fresh = fixture.double.addToken(name: "bob").value
    let good = try await fixture.api(
      "PUT", path, key: key,
      #"{"repositories":["acme/other"],"credentials":{"token":"\#(fresh)"}}"#)
    #expect(good.status == 200, "\(good.text)")
    #expect(try fixture.store.repositories().map(\.path) == ["acme/other"])
    #expect(try fixture.store.connections().map(\.userName) == ["bob"])
    #expect(!fixture.wasTold(fresh))
    // The same repository of the same GitLab belongs to one configuration.
    let taken = try await fixture.api(
      "POST", "/v1/config/repos", key: key, fixture.config(repositories: #"["acme/other"]"#))
    #expect(taken.fields == ["repositories[0]"])
    let missing = try await fixture.api("PUT", "/v1/config/repos/999", key: key, "{}")
    #expect(missing.status == 404)
    await fixture.stop()
  }
}

@Suite struct EnvelopeTests {
  @Test func `every refusal below v1 comes in the envelope`() async throws {
    let fixture = try await DashboardFixture()
    let key = try fixture.key(.configRead, .analysisCreate)
    func check(_ answer: SocketResponse, _ status: Int, _ code: String) {
      #expect(answer.status == status && answer.code == code, "\(answer.status) \(answer.text)")
      #expect(answer["Content-Type"] == "application/json")
      #expect(answer.json["error"]?["message"]?.text?.isEmpty == false)
      #expect(answer.json["error"]?["details"] != nil)
    }
    for path in ["/v1", "/v1/nothing", "/v1/config/repos/1/more", "/hooks/nothing"] {
      check(try await fixture.api("GET", path, key: key), 404, "NOT_FOUND")
    }
    let method = try await fixture.api("PATCH", "/v1/analyses", key: key)
    check(method, 405, "METHOD_NOT_ALLOWED")
    #expect(method["Allow"]?.contains("POST") == true)
    for path in ["/v1/config/repos", "/v1/analyses"] {
      check(try await fixture.api("GET", path, key: nil), 401, "UNAUTHORIZED")
      check(try await fixture.api("GET", path, key: "ss_secret_nobody"), 401, "UNAUTHORIZED")
    }
    check(try await fixture.api("GET", "/v1/analyses", key: key), 403, "FORBIDDEN")
    check(
      try await fixture.api("DELETE", "/v1/config/repos/1", key: key), 403, "FORBIDDEN")
    check(
      try await fixture.api("POST", "/v1/analyses", key: key, "x", type: "text/plain"), 415,
      "UNSUPPORTED_MEDIA_TYPE")
    let write = try fixture.key(.configWrite, .analysisRead)
    check(
      try await fixture.api(
        "POST", "/v1/config/repos", key: write, String(repeating: " ", count: 1 << 20 | 1)), 413,
      "PAYLOAD_TOO_LARGE")
    for id in ["0", "01", "x", "-1", "99999999999999999999"] {
      check(try await fixture.api("GET", "/v1/analyses/\(id)", key: write), 404, "NOT_FOUND")
    }
    await fixture.stop()
  }

  @Test func `a key that asks too often is told when to come again`() async throws {
    let begin = ContinuousClock.now
    let fixture = try await DashboardFixture {
      $0.requestsPerMinute = 1
      $0.clock = { begin }
    }
    let (key, other) = (try fixture.key(.configRead), try fixture.key(.configRead))
    var limited: SocketResponse?
    for _ in 0..<40 where limited == nil {
      let answer = try await fixture.api("GET", "/v1/config/repos", key: key)
      if answer.status == 429 { limited = answer }
    }
    #expect(limited?.code == "RATE_LIMITED")
    #expect(limited?["Retry-After"].flatMap { Int($0) } ?? 0 > 0)
    #expect(try await fixture.api("GET", "/v1/config/repos", key: other).status == 200)
    await fixture.stop()
  }

  @Test func `guessing keys is slowed down`() async throws {
    let begin = ContinuousClock.now
    let fixture = try await DashboardFixture { $0.clock = { begin } }
    var statuses: Set<Int> = []
    for _ in 0..<35 {
      statuses.insert(try await fixture.api("GET", "/v1/analyses", key: "ss_secret_guess").status)
    }
    #expect(statuses == [401, 429])
    await fixture.stop()
  }

  @Test func `a revoked key opens nothing`() async throws {
    let fixture = try await DashboardFixture()
    let key = try fixture.key(.configRead)
    #expect(try await fixture.api("GET", "/v1/config/repos", key: key).status == 200)
    let stored = try fixture.store.apiKeys()
    #expect(stored.first?.lastUsedAt != nil)
    #expect(key.hasPrefix(stored.first?.prefix ?? "?"))
    try fixture.store.removeAPIKey(named: stored.first?.name ?? "")
    #expect(try await fixture.api("GET", "/v1/config/repos", key: key).status == 401)
    await fixture.stop()
  }

  @Test func `the description names every route and every code`() async throws {
    let fixture = try await DashboardFixture()
    let document = try await fixture.api("GET", "/v1/openapi.json", key: nil).json
    #expect(document["openapi"]?.text == "3.1.0")
    let paths = document["paths"]
    for (path, methods) in [
      "/v1/config/repos": ["get", "post"], "/v1/config/repos/{id}": ["put", "delete"],
      "/v1/config/repos/{id}/cache": ["delete"], "/v1/analyses": ["get", "post"],
      "/v1/analyses/{id}": ["get"],
    ] {
      for method in methods { #expect(paths?[path]?[method]?["responses"] != nil, "\(path)") }
    }
    let given = document["components"]?["schemas"]?["NewAnalysis"]?["properties"]?["timeStart"]
    let pattern = try Regex(given?["pattern"]?.text ?? "")
    #expect("2026-10-31T09:00:00Z".wholeMatch(of: pattern) != nil)
    await fixture.stop()
  }
}

@Suite struct AnalysisAPITests {
  @Test func `all analyses that are kept can be reached, page by page`() async throws {
    let fixture = try await DashboardFixture()
    for number in 1...101 {
      try fixture.store.insertAnalysis(
        question: #"{"description":"number \#(number)"}"#, symptom: [], at: Date())
    }
    let browser = Browser(fixture)
    func rows(_ query: String) async throws -> (text: String, count: Int) {
      let text = try await browser.get("/analyses\(query)").text
      return (text, text.components(separatedBy: "<th scope=\"row\">").count - 1)
    }
    for query in ["", "?page=1", "?page=x", "?page=-7"] {
      let first = try await rows(query)
      #expect(first.count == 100 && first.text.contains("Page 1 of 2"), "\(query)")
      #expect(first.text.contains("/analyses?page=2"))
    }
    for query in ["?page=2", "?page=99"] {
      let last = try await rows(query)
      #expect(last.count == 1 && last.text.contains("Page 2 of 2"), "\(query)")
      #expect(last.text.contains("/analyses/1\""))
    }
    await fixture.stop()
  }

  @Test func `an analysis is answered in the background from the cache`() async throws {
    let fixture = try await DashboardFixture()
    let iid = try await fixture.open("topic1", title: "Shrink the pool")
    try await fixture.double.merge(iid, in: fixture.project)
    let key = try fixture.key(.configWrite, .analysisCreate, .analysisRead)
    let never = try await fixture.api(
      "POST", "/v1/analyses", key: key, #"{"description":"the pool is empty"}"#)
    #expect(never.status == 202)
    try await fixture.until {
      try await fixture.api("GET", "/v1/analyses/1", key: key).data["status"]?.text == "failed"
    }
    _ = try await fixture.api("POST", "/v1/config/repos", key: key, fixture.config())
    let browser = Browser(fixture)
    _ = try await browser.post("/sync")
    try await fixture.until { try fixture.cache.project(path: "acme/shop")?.syncedAt != nil }
    // What is kept of others is nothing that this one lacks.
    _ = try fixture.cache.beginSync(
      CacheStore.ProjectFacts(
        host: "other", projectID: 1, baseURL: "https://other", path: "acme/other",
        defaultBranch: nil, webURL: nil, lookbackDays: 365), at: Date())

    let asked = try await fixture.api(
      "POST", "/v1/analyses", key: key,
      """
      {"description":"crash in pool_take","symptom":"#0 pool_take () at src/pool.c:2",
       "repositories":["acme/shop"],"metadata":{"ticket":7}}
      """)
    #expect(asked.status == 202, "\(asked.text)")
    #expect(asked["Location"] == "/v1/analyses/2")
    #expect(asked.data["metadata"] == .object([("ticket", .integer(7))]))
    try await fixture.until {
      let status = try await fixture.api("GET", "/v1/analyses/2", key: key).data["status"]?.text
      return status != "pending" && status != "processing"
    }
    let answered = try await fixture.api("GET", "/v1/analyses/2", key: key).data
    #expect(answered["status"]?.text == "complete", "\(answered)")
    #expect(answered["result"]?["lookbackDays"] == .integer(30))
    #expect(answered["timeEnd"]?.text != nil && answered["timeEnd"] == answered["result"]?["at"])
    let correlation = answered["result"]?["codeCorrelation"]
    #expect(correlation?["available"] == .bool(true))
    #expect(correlation?["causalPR"]?["id"] == .integer(iid))
    #expect(correlation?["suspectedCode"]?["filePath"]?.text == "src/pool.c")
    #expect(answered["result"]?["suspects"]?.elements?.isEmpty == false)

    let list = try await fixture.api("GET", "/v1/analyses?perPage=1", key: key).json
    #expect(list["data"]?.elements?.map { $0["id"]?.text } == ["2"])
    #expect(list["pagination"]?["total"] == .integer(2))
    let second = try await fixture.api("GET", "/v1/analyses?perPage=1&page=2", key: key).json
    #expect(second["data"]?.elements?.map { $0["id"]?.text } == ["1"])
    for query in ["page=0", "perPage=101", "perPage=x"] {
      #expect(try await fixture.api("GET", "/v1/analyses?\(query)", key: key).status == 400)
    }
    let page = try await browser.get("/analyses/2")
    #expect(page.status == 200 && page.text.contains("Shrink the pool"))
    let file = try await browser.get("/analyses/2.html")
    #expect(file["Content-Disposition"]?.hasPrefix("attachment") == true)
    #expect(file.text.contains("Shrink the pool"))
    #expect(try await browser.get("/analyses/2.json").json["result"] == answered["result"])
    let again = try await browser.post("/analyses/2/rerun")
    #expect(again["Location"] == "/analyses/3")
    try await fixture.until { try fixture.store.analysis(id: 3)?.status == .complete }
    // Where another instance has the path, the address tells which one is meant.
    _ = try fixture.store.addRepository(
      RepositoryReference(baseURL: BaseURL("https://other.example"), path: "acme/shop"),
      connection: nil, at: Date())
    let address = fixture.double.baseURL + "/acme/shop"
    let form = try await browser.get("/analyses/new")
    #expect(form.text.contains(address) && form.text.contains("other.example/acme/shop"))
    for (id, name) in [(4, address), (5, String(address.dropFirst("http://".count)))] {
      let named = try await fixture.api(
        "POST", "/v1/analyses", key: key, #"{"description":"x","repositories":["\#(name)"]}"#)
      #expect(named.status == 202, "\(named.text)")
      try await fixture.until { try fixture.store.analysis(id: Int64(id))?.status == .complete }
    }
    await fixture.stop()
  }

  @Test func `a question that is asked again covers what it did`() throws {
    let end = Date(timeIntervalSince1970: 1_777_100_445.4)
    let question = AnalysisQuestion(
      description: "x", timeStart: end.addingTimeInterval(-60), timeEnd: end)
    #expect(question.timeStart <= end.addingTimeInterval(-60) && question.timeEnd >= end)
    let stored = String(decoding: question.json.line, as: UTF8.self)
    let again = try #require(AnalysisQuestion(stored: stored, symptom: []))
    #expect(again.timeStart == question.timeStart && again.timeEnd == question.timeEnd)
  }

  @Test func `a question that makes no sense is refused`() async throws {
    let fixture = try await DashboardFixture()
    let key = try fixture.key(.analysisCreate)
    let ahead = UTCTime.text(Date().addingTimeInterval(3600))
    let past = UTCTime.text(Date().addingTimeInterval(-3600))
    let long = String(repeating: "x", count: 5001)
    for (body, fields) in [
      ("{}", ["description"]), (#"{"description":""}"#, ["description"]),
      (#"{"description":"\#(long)"}"#, ["description"]),
      (#"{"description":"x","timeEnd":"\#(ahead)"}"#, ["timeEnd"]),
      (#"{"description":"x","timeStart":"\#(ahead)","timeEnd":"\#(past)"}"#, ["timeStart"]),
      (#"{"description":"x","timeStart":"yesterday"}"#, ["timeStart"]),
      (#"{"description":"x","timeStart":"2025-02-29T00:00:00Z"}"#, ["timeStart"]),
      (#"{"description":"x","timeEnd":"2026-02-30T09:00:00.5+01:00"}"#, ["timeEnd"]),
      (#"{"description":"x","timeEnd":"2026-02-27T25:00:00Z"}"#, ["timeEnd"]),
      (#"{"description":"x","timeEnd":"2026-02-27T24:00:00Z"}"#, ["timeEnd"]),
      (#"{"description":"x","timeEnd":"2026-02-27T09:60:00Z"}"#, ["timeEnd"]),
      (#"{"description":"x","metadata":[]}"#, ["metadata"]),
      (#"{"description":"x","repositories":["acme/none"]}"#, ["repositories[0]"]),
      (#"{"description":"x","services":["none"]}"#, ["services[0]"]),
      (#"{"description":"x","lookbackDays":366,"limit":0}"#, ["lookbackDays", "limit"]),
    ] {
      let answer = try await fixture.api("POST", "/v1/analyses", key: key, body)
      #expect(answer.status == 400 && answer.fields == fields, "\(body.prefix(80)) \(answer.text)")
    }
    #expect(try fixture.store.analysisCount() == 0)
    await fixture.stop()
  }
}
