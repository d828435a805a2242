import Foundation
import GitLabDouble
import TestSupport
import Testing

extension CommandFixture {
  /// Starts a command and waits for a text on its stderr or stdout.
  func start(
    _ arguments: String..., variables: [String: String] = [:], until mark: String
  ) async throws -> ChildProcess {
    let process = try start(arguments, variables: variables)
    try await process.until { process.errorSoFar().contains(mark) }
    return process
  }

  /// Logs in with the browser, whose person presses a button, and returns how the command ended and the page it showed.
  func logIn(
    _ name: String = "work", application: String, allow: Bool = true, arguments: [String] = [],
    variables: [String: String] = [:], change: (String) -> String = { $0 }
  ) async throws -> (result: ChildProcess.Result, page: String) {
    let process = try start(
      [
        "connect", "--oauth", "--no-browser", "--base-url", double.baseURL, "--name", name,
        "--client-id", application,
      ] + arguments, variables: variables)
    var address: String?
    for _ in 0..<2000 where address == nil && !process.errorSoFar().contains("sigsentry:") {
      try await Task.sleep(for: .milliseconds(5))
      address = process.errorSoFar().split(separator: "\n").first {
        $0.contains("/oauth/authorize?") && $0.hasPrefix("http")
      }.map(String.init)
    }
    var page = ""
    if let address, let back = double.answerConsent(at: address, allow: allow),
      let url = URL(string: change(back))
    {
      page = try await Self.get(url)
    }
    return (try await process.ended(), page)
  }

  static func get(_ url: URL) async throws -> String {
    let result = try await ChildProcess(
      ["curl", "-s", "--noproxy", "*", url.absoluteString], environment: ["PATH": "/usr/bin:/bin"]
    ).ended()
    return result.text
  }
}

@Suite struct OAuthTests {
  @Test(arguments: [false, true])
  func `a login in the browser is stored, and its tokens do the work`(
    isConfidential: Bool
  ) async throws {
    let fixture = try await CommandFixture(prefix: "/gitlab")
    let application = fixture.double.addApplication(confidential: isConfidential)
    let login = try await fixture.logIn(
      application: application.id,
      arguments: isConfidential ? ["--client-secret-env", "APP_SECRET"] : [],
      variables: application.secret.map { ["APP_SECRET": $0] } ?? [:])
    #expect(login.result.status == 0, "\(login.result.errorText)")
    #expect(login.result.text.contains("Stored the connection work"))
    #expect(login.page.contains("SigSentry is connected"))
    #expect(login.page.contains("(@ada)"))
    try fixture.commit("main", ["a.txt": "1\n"])
    #expect(try await fixture.run("repos", "add", "acme/shop").status == 0)
    #expect(try await fixture.run("sync").status == 0)
    // Before 16.0 git takes an OAuth token under the user name oauth2 only.
    fixture.double.settings.version = "15.11.0"
    try fixture.commit("main", ["a.txt": "2\n"])
    let old = try await fixture.run("sync")
    #expect(old.status == 0, "\(old.errorText)")
    await fixture.stop()
  }

  @Test func `no, a forged answer and a foreign redirect URI each have their words`() async throws {
    let fixture = try await CommandFixture()
    let application = fixture.double.addApplication()
    let denied = try await fixture.logIn(application: application.id, allow: false)
    #expect(denied.result.status == 1)
    #expect(denied.result.errorText.contains("Access was denied on GitLab's page"))
    #expect(denied.page.contains("Access was denied"))

    let forged = try await fixture.logIn(application: application.id) {
      $0.replacingOccurrences(of: "state=", with: "state=x")
    }
    #expect(forged.result.status == 1)
    #expect(forged.result.errorText.contains("answer to another login"))

    let strict = fixture.double.addApplication(redirectURIs: ["https://elsewhere.example/back"])
    let refused = try await fixture.logIn(application: strict.id)
    #expect(refused.result.status == 1)
    #expect(
      refused.result.errorText.contains("for its redirect URIs: http://127.0.0.1/callback\n"))

    let unknown = try await fixture.logIn(application: "nobody")
    #expect(unknown.result.errorText.contains("GitLab does not know the application"))
    let narrow = fixture.double.addApplication(scopes: ["read_user"])
    let scopes = try await fixture.run(
      "connect", "--oauth", "--no-browser", "--base-url", fixture.double.baseURL, "--client-id",
      narrow.id, "--timeout", "1")
    #expect(scopes.status == 1)
    #expect(try await fixture.run("connections", "--json").text == "[]\n")
    await fixture.stop()
  }

  @Test func `a browser that does not come is waited for no longer than asked`() async throws {
    let fixture = try await CommandFixture()
    let application = fixture.double.addApplication()
    let result = try await fixture.run(
      "connect", "--oauth", "--no-browser", "--base-url", fixture.double.baseURL, "--client-id",
      application.id, "--timeout", "1")
    #expect(result.status == 1)
    #expect(result.errorText.contains("did not come back"))
    #expect(result.errorText.contains("http://127.0.0.1/callback"))
    await fixture.stop()
  }

  @Test func `without an application the command says how to register one`() async throws {
    let fixture = try await CommandFixture()
    let result = try await fixture.run("connect", "--oauth", "--base-url", fixture.double.baseURL)
    #expect(result.status == 64)
    #expect(result.errorText.contains("/-/user_settings/applications"))
    #expect(result.errorText.contains("redirect URI http://127.0.0.1/callback"))
    await fixture.stop()
  }

  @Test func `a device is connected with a code`() async throws {
    let fixture = try await CommandFixture()
    let application = fixture.double.addApplication()
    fixture.double.settings.devicePollInterval = 1
    let process = try await fixture.start(
      "connect", "--device", "--base-url", fixture.double.baseURL, "--client-id", application.id,
      until: "type the code")
    let code =
      process.errorSoFar().split(separator: "\n")
      .first { $0.hasPrefix("  ") }.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
    #expect(fixture.double.answerDevice(userCode: code))
    let result = try await process.ended()
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.contains("renews itself"))

    let denied = try await fixture.start(
      "connect", "--device", "--base-url", fixture.double.baseURL, "--client-id", application.id,
      "--name", "other", until: "type the code")
    let second =
      denied.errorSoFar().split(separator: "\n")
      .first { $0.hasPrefix("  ") }.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
    fixture.double.answerDevice(userCode: second, allow: false)
    #expect(try await denied.ended().errorText.contains("Access was denied"))

    fixture.double.settings.version = "17.1.0"
    let old = try await fixture.run(
      "connect", "--device", "--base-url", fixture.double.baseURL, "--client-id", application.id)
    #expect(old.status == 1)
    #expect(old.errorText.contains("no device login, which came with 17.2"))
    #expect(old.errorText.contains("--oauth"))
    await fixture.stop()
  }

  @Test func `a token that dies in the middle of a sync is renewed and the sync goes on`()
    async throws
  {
    let fixture = try await CommandFixture()
    let application = fixture.double.addApplication()
    _ = try await fixture.logIn(application: application.id)
    try fixture.commit("main", ["a.txt": "1\n"])
    try await fixture.run("repos", "add", "acme/shop")
    for (target, kind) in [
      (Fault.Target.gitRefs, "git"), (.path("*/merge_requests*"), "the API"),
      (.graphQL, "GraphQL"),
    ] {
      try fixture.commit("topic-\(kind.count)", ["b.txt": "\(kind)\n"], from: "main")
      try await fixture.double.openMergeRequest(
        in: fixture.project, title: kind, source: "topic-\(kind.count)")
      fixture.double.log.reset()
      fixture.double.inject(.status(401), on: target, times: 1)
      let result = try await fixture.run("sync")
      #expect(result.status == 0, "\(kind): \(result.errorText)")
      #expect(fixture.double.refreshes == 1, "\(kind)")
      fixture.double.clearFault()
    }
    await fixture.stop()
  }

  @Test func `a dead login is told by every command, and the cache answers on`() async throws {
    let fixture = try await CommandFixture()
    let application = fixture.double.addApplication()
    _ = try await fixture.logIn(application: application.id)
    try fixture.commit("main", ["a.txt": "1\n"])
    try await fixture.run("repos", "add", "acme/shop")
    #expect(try await fixture.run("sync").status == 0)
    fixture.double.inject(.expiredToken, on: .api)
    fixture.double.inject(
      .answer(status: 400, headers: [], body: #"{"error":"invalid_grant"}"#),
      on: .path("*/oauth/token"))
    fixture.double.log.reset()
    let prompt =
      "The connection work needs re-authorization. Run 'sigsentry connect --name work' to authorize it again."
    let first = try await fixture.run("sync")
    #expect(first.status == 3)
    #expect(first.errorText.contains("onnection work needs re-authorization"))
    for arguments in [
      ["sync"], ["repos", "add", "acme/other"], ["doctor"], ["schedule", "--once"],
    ] {
      let result = try await fixture.start(arguments).ended()
      #expect(result.status == 3, "\(arguments): \(result.errorText)")
      #expect(result.errorText.contains(prompt), "\(arguments)")
    }
    for arguments in [
      ["mrs", "acme/shop"], ["stats", "acme/shop", "--commits"], ["repos", "list"], ["status"],
      ["connections"], ["cache", "info"],
    ] {
      let result = try await fixture.start(arguments).ended()
      #expect(result.status == 0, "\(arguments): \(result.errorText)")
      #expect(result.errorText.contains(prompt), "\(arguments)")
    }
    #expect(try await fixture.run("status").text.contains(prompt))
    #expect(
      try await fixture.run("status", "--json").text.contains(#""needsReauthorization":true"#))
    #expect(fixture.double.log.requests(.oauth).count == 1)
    await fixture.stop()
  }

  @Test func `a new login to the connection needs neither address nor application`() async throws {
    let fixture = try await CommandFixture()
    let application = fixture.double.addApplication(confidential: true)
    let variables = ["APP_SECRET": application.secret ?? ""]
    _ = try await fixture.logIn(
      application: application.id, arguments: ["--client-secret-env", "APP_SECRET"],
      variables: variables)
    let old = fixture.double.issuedSecrets
    let process = try await fixture.start(
      "connect", "--name", "work", "--no-browser", until: "Waiting")
    let address =
      process.errorSoFar().split(separator: "\n")
      .first { $0.hasPrefix("http") && $0.contains("/oauth/authorize?") } ?? ""
    let back = fixture.double.answerConsent(at: String(address)).flatMap { URL(string: $0) }
    _ = try await CommandFixture.get(#require(back))
    let result = try await process.ended()
    #expect(result.text.contains("Renewed the connection work"), "\(result.errorText)")
    // The former pair would live on at GitLab, known to nobody.
    let revoked = fixture.double.revokedTokens
    #expect(revoked.count == 1 && old.contains(revoked[0]))
    #expect(try await fixture.run("doctor").status == 0)
    await fixture.stop()
  }

  @Test func `disconnect revokes on GitLab, and keeps everything where it cannot`() async throws {
    let fixture = try await CommandFixture()
    let application = fixture.double.addApplication()
    _ = try await fixture.logIn(application: application.id)
    let fault = fixture.double.inject(.status(503), on: .path("*/oauth/revoke"))
    let failed = try await fixture.run("disconnect", "work", "--revoke")
    #expect(failed.status == 1)
    #expect(failed.errorText.contains("/-/user_settings/applications"))
    #expect(try await fixture.run("connections", "--json").text.contains(#""name":"work""#))
    fixture.double.clearFault(fault)
    let result = try await fixture.run("disconnect", "work", "--revoke")
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.contains("Revoked the tokens"))
    #expect(fixture.double.log.requests(.oauth).filter { $0.path.hasSuffix("/revoke") }.count == 3)
    #expect(try await fixture.run("connections", "--json").text == "[]\n")

    try await fixture.connect()
    let name = try await fixture.run("connections", "--json").text
    #expect(name.contains("127.0.0.1"))
    let personal = try await fixture.run(
      "disconnect", "127.0.0.1:\(fixture.double.port)", "--revoke")
    #expect(personal.text.contains("/-/user_settings/personal_access_tokens"))
    await fixture.stop()
  }

  @Test func `an interruption ends the wait for the browser`() async throws {
    let fixture = try await CommandFixture()
    let application = fixture.double.addApplication()
    let process = try await fixture.start(
      "connect", "--oauth", "--no-browser", "--base-url", fixture.double.baseURL, "--client-id",
      application.id, until: "Waiting")
    process.send(SIGINT)
    let result = try await process.ended()
    // Nobody has come back from the browser, for which it would have waited.
    #expect(!fixture.double.log.requests.contains { $0.path.hasSuffix("/oauth/token") })
    #expect(result.status == 130)
    #expect(result.errorText.hasSuffix("sigsentry: Interrupted.\n"))
    await fixture.stop()
  }

  @Test func `a token that expires soon, or may do too much, is named`() async throws {
    let fixture = try await CommandFixture()
    let token = fixture.double.addToken(
      scopes: ["api"], expiresAt: Date().addingTimeInterval(5 * 86400))
    let result = try await fixture.run(
      "connect", "--base-url", fixture.double.baseURL, "--name", "work", "--token-env", "TOKEN",
      variables: ["TOKEN": token.value])
    #expect(result.status == 0)
    #expect(result.errorText.contains("may do more than read (api)"))
    for arguments in [["status"], ["connections"], ["repos", "list"]] {
      let warned = try await fixture.start(arguments).ended()
      #expect(warned.errorText.contains("The token of the connection work expires in 5 days."))
    }
    #expect(try await fixture.run("status", "--quiet").errorText == "")
    await fixture.stop()
  }
}

extension GitLabDouble {
  /// Requests to the token endpoint since the log was reset.
  var refreshes: Int { log.requests(.oauth).filter { $0.path.hasSuffix("/oauth/token") }.count }
}
