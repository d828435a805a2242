import Foundation
import GitLabDouble
import Glibc
import TestSupport
import Testing

@Suite struct DoctorTests {
  /// What `doctor --json` says of each part, and of a part that fails.
  private struct Line: Decodable {
    var part: String
    var subject: String
    var state: String
    var text: String
    var trouble: String?
    var remedy: String?
  }

  private func lines(_ fixture: CommandFixture, _ arguments: String...) async throws -> [Line] {
    let result = try await fixture.start(["doctor", "--json"] + arguments).ended()
    return try JSONDecoder().decode([Line].self, from: Data(result.output))
  }

  private func troubles(_ fixture: CommandFixture, _ path: String = "acme/shop") async throws
    -> [String]
  {
    try await lines(fixture, path).compactMap { line in
      line.state == "ok" || line.state == "skipped"
        ? nil : "\(line.part): \(line.trouble ?? "no trouble")"
    }
  }

  @Test func `every part is well`() async throws {
    let fixture = try await CommandFixture(prefix: "/gitlab")
    try await fixture.prepare()
    try await fixture.run("sync")
    let result = try await fixture.run("doctor", "acme/shop")
    #expect(result.status == 0, "\(result.text)")
    let lines = try await lines(fixture)
    #expect(lines.allSatisfy { $0.state == "ok" || $0.state == "skipped" })
    for part in [
      "settings", "key", "cache", "disk", "dns", "tcp", "tls", "api", "clock", "version", "token",
      "scopes", "project", "clone", "references", "diffs",
    ] {
      #expect(lines.contains { $0.part == part }, "\(part)")
      #expect(result.text.contains(" \(part) "), "\(part)")
    }
    await fixture.stop()
  }

  @Test func `each failure of GitLab has its line`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let cases: [(Fault.Effect, Fault.Target, [String])] = [
      (.html(200), .path("*/version"), ["api: notGitLab"]),
      (.status(503), .path("*/version"), ["api: serverTrouble"]),
      (.revokedToken, .path("*/user"), ["token: unauthorized"]),
      (.status(403), .path("*/projects/*"), ["project: forbidden"]),
      (.status(404), .path("*/projects/*"), ["project: notFound"]),
      (.status(403), .gitRefs, ["clone: cloneForbidden"]),
      (.status(401), .gitRefs, ["clone: cloneForbidden"]),
      (.html(200), .gitRefs, ["clone: notGit"]),
      (.cut(afterBytes: 20), .gitCommand("ls-refs"), ["references: silent"]),
    ]
    for (effect, target, expected) in cases {
      fixture.double.inject(effect, on: target)
      #expect(try await troubles(fixture) == expected, "\(effect) \(target)")
      fixture.double.clearFault()
    }
    #expect(try await troubles(fixture, "acme/shpo") == ["project: notFound"])
    let slip = try await lines(fixture, "acme/shpo").first { $0.part == "project" }
    #expect(slip?.remedy?.hasPrefix("Did you mean acme/shop? ") == true)
    fixture.double.settings.version = "15.3.0"
    #expect(try await troubles(fixture) == ["version: versionOld"])
    let old = try await lines(fixture).first { $0.part == "version" }
    #expect(old?.text.contains("device login (17.2)") == true)
    await fixture.stop()
  }

  @Test func `a clock that differs from GitLab's is told, and by how much`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 0)
    let well = try await lines(fixture).first { $0.part == "clock" }
    #expect(well?.state == "ok")
    for (skew, word) in [(7200.0, "behind"), (-7200, "ahead of")] {
      fixture.double.settings.clockSkew = skew
      let line = try await lines(fixture).first { $0.part == "clock" }
      #expect(line?.state == "warning")
      #expect(line?.trouble == "clockSkew")
      #expect(line?.text.contains(word) == true, "\(line?.text ?? "")")
      #expect(line?.remedy?.contains("timedatectl") == true)
    }
    await fixture.stop()
  }

  @Test func `a refused token is not tried again until a person or a doctor mends it`() async throws
  {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let fault = fixture.double.inject(.revokedToken, on: .api)
    #expect(try await fixture.run("sync").status == 3)
    fixture.double.log.reset()
    let again = try await fixture.run("sync")
    #expect(again.status == 3)
    #expect(
      again.errorText.contains("sigsentry connect --name 127.0.0.1:"), "\(again.errorText)")
    #expect(fixture.double.log.requests.isEmpty)
    let status = try await fixture.run("status")
    #expect(status.status == 0)
    #expect(status.text.contains("needs re-authorization"))
    #expect(try await fixture.run("mrs", "acme/shop").status == 0)
    // Still refused: the mark stays.
    #expect(try await fixture.run("doctor").status == 3)
    #expect(try await fixture.run("sync").status == 3)
    fixture.double.clearFault(fault)
    #expect(try await fixture.run("doctor").status == 0)
    #expect(try await fixture.run("sync").status == 0)
    await fixture.stop()
  }

  @Test func `a login that GitLab no longer takes ends with code 3`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 0)
    fixture.double.revoke(fixture.accessToken)
    #expect(try await fixture.run("doctor").status == 3)
    await fixture.stop()
  }

  @Test func `a token's scopes are compared with what the work needs`() async throws {
    let fixture = try await CommandFixture()
    let token = fixture.double.addToken(scopes: ["api", "sudo"])
    try await fixture.run(
      "connect", "--base-url", fixture.double.baseURL, "--token-env", "TOKEN",
      variables: ["TOKEN": token.value])
    let scopes = try await lines(fixture).first { $0.part == "scopes" }
    #expect(scopes?.state == "warning")
    #expect(scopes?.text == "may do more than read: api, sudo")
    await fixture.stop()
  }

  @Test func `an OAuth token without git on an old GitLab is explained`() async throws {
    let fixture = try await CommandFixture()
    try fixture.commit("main", ["a.txt": "1\n"])
    let application = fixture.double.addApplication()
    _ = try await fixture.logIn(application: application.id)
    fixture.double.inject(.status(403), on: .gitRefs)
    let clone = try await lines(fixture, "acme/shop").first { $0.part == "clone" }
    #expect(clone?.trouble == "cloneUnauthorized")
    #expect(clone?.remedy?.contains("use a personal access token") == true)
    await fixture.stop()
  }

  @Test func `this machine's part needs no network`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 0)
    fixture.double.log.reset()
    chmod(fixture.config + "/key", 0o644)
    let result = try await fixture.run("doctor", "--offline")
    #expect(result.status == 1)
    #expect(result.text.contains("FAILED  key"))
    #expect(result.text.contains("Run: chmod 600 "))
    #expect(fixture.double.log.requests.isEmpty)
    await fixture.stop()
  }

  @Test func `settings that cannot be written are told, and all the rest is looked at`()
    async throws
  {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 1)
    try await fixture.run("sync")
    let fault = fixture.double.inject(.revokedToken, on: .api)
    #expect(try await fixture.run("doctor").status == 3)
    fixture.double.clearFault(fault)
    chmod(fixture.config + "/connections.sqlite", 0o444)
    chmod(fixture.config, 0o555)
    let result = try await fixture.runUnprivileged("doctor", "--json")
    #expect(result.status == 1, "\(result.errorText)")
    let lines = try JSONDecoder().decode([Line].self, from: Data(result.output))
    let failed = lines.filter { $0.state == "failed" }
    #expect(failed.map(\.trouble) == ["settingsReadOnly"])
    #expect(failed.first?.text.contains("cannot be written; what is in it is sound") == true)
    #expect(failed.first?.remedy?.hasPrefix("Run: chmod u+rwx '\(fixture.config)', or ") == true)
    let well = Set(lines.filter { $0.state == "ok" }.map(\.part))
    #expect(
      well.isSuperset(of: ["key", "cache", "disk", "token", "project", "references", "diffs"]))
    chmod(fixture.config, 0o755)
    await fixture.stop()
  }

  @Test func `without usable settings the cache and the disks are looked at`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 0)
    try await fixture.run("sync")
    let database = fixture.config + "/connections.sqlite"
    try Data("no database".utf8).write(to: URL(fileURLWithPath: database))
    let damaged = try await fixture.run("doctor")
    #expect(damaged.status == 1)
    #expect(damaged.text.hasPrefix("FAILED  settings"), "\(damaged.text)\(damaged.errorText)")
    #expect(damaged.text.contains("\nok      cache"))
    #expect(damaged.text.contains("ok      disk       \(fixture.config)"))
    unlink(database)
    chmod(fixture.config, 0o555)
    let none = try await fixture.runUnprivileged("doctor")
    #expect(none.status == 1)
    #expect(none.text.contains("FAILED  settings   The settings at \(database) cannot be written."))
    #expect(none.text.contains("\nok      cache"))
    chmod(fixture.config, 0o755)
    await fixture.stop()
  }

  @Test func `of a config directory that cannot be used it is said what helps`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 0)
    let (config, files) = (fixture.config, FileManager.default)
    func remedy() async throws -> String? {
      let result = try await fixture.runUnprivileged("doctor", "--offline", "--json")
      let lines = try JSONDecoder().decode([Line].self, from: Data(result.output))
      let failed = lines.filter { $0.state == "failed" }
      #expect(result.status == 1 && failed.map(\.part) == ["settings"], "\(result.text)")
      return failed.first?.remedy
    }
    let otherwise = ", or choose another directory with --config."
    for mode: mode_t in [0, 0o500, 0o300] {
      chmod(config, mode)
      #expect(try await remedy() == "Run: chmod u+rwx '\(config)'\(otherwise)")
    }
    chmod(config, 0o700)
    let database = config + "/connections.sqlite"
    chmod(database, 0)
    #expect(try await remedy() == "Run: chmod u+rw '\(database)'\(otherwise)")
    chmod(database, 0o600)
    try files.moveItem(atPath: config, toPath: config + "-kept")
    try Data().write(to: URL(fileURLWithPath: config))
    #expect(
      try await remedy() == "Move the file away: mv '\(config)' '\(config).old'\(otherwise)")
    unlink(config)
    chmod(fixture.directory.path, 0o500)
    let hidden = try await fixture.runUnprivileged("doctor", "--offline", "--cache", "/tmp")
    #expect(hidden.status == 1)
    #expect(
      hidden.text.contains("Run: chmod u+rwx '\(fixture.directory.path)'\(otherwise)"),
      "\(hidden.text)")
    chmod(fixture.directory.path, 0o700)
    await fixture.stop()
  }

  @Test func `every trouble is explained`() async throws {
    let fixture = try await CommandFixture()
    let table = try await fixture.run("doctor", "--explain").text
    for sign in [
      "401: GitLab does not take the token", "403: the token lacks a scope",
      "404: not found, or not visible to the token", "429:", "diffs are slow or missing",
    ] {
      #expect(table.contains(sign), "\(sign)")
    }
    await fixture.stop()
  }

  @Test func `https with an authority of its own is trusted by address, and through a proxy`()
    async throws
  {
    let fixture = try await CommandFixture(https: true)
    let authority = try #require(fixture.authority)
    let unknown = try await fixture.connect()
    #expect(unknown.status == 1)
    #expect(unknown.errorText.contains("no known authority signed it"))
    #expect(unknown.errorText.contains("--ca-file"))
    let viaVariable = try await fixture.run(
      "connect", "--base-url", fixture.double.baseURL, "--name", "variable", "--token-stdin",
      input: fixture.token, variables: ["SSL_CERT_FILE": authority])
    #expect(viaVariable.status == 0, "\(viaVariable.errorText)")
    try await fixture.run("disconnect", "variable")

    let application = fixture.double.addApplication()
    let login = try await fixture.logIn(
      application: application.id, arguments: ["--ca-file", authority])
    #expect(login.result.status == 0, "\(login.result.errorText)")
    try fixture.commit("main", ["a.txt": "1\n"])
    #expect(try await fixture.run("repos", "add", "acme/shop").status == 0)
    #expect(try await fixture.run("sync").status == 0)
    #expect(try await lines(fixture).first { $0.part == "tls" }?.state == "ok")

    let refused = ["HTTPS_PROXY": "http://127.0.0.1:9"]
    let failing = try await fixture.run("sync", variables: refused)
    #expect(failing.status == 1)
    #expect(failing.errorText.contains("The proxy 127.0.0.1:9 does not lead to"))
    let renewal = fixture.double.inject(.expiredToken, on: .api, times: 1)
    let excepted = try await fixture.run(
      "sync", variables: refused.merging(["NO_PROXY": "127.0.0.0/8"]) { $1 })
    #expect(excepted.status == 0, "\(excepted.errorText)")
    fixture.double.clearFault(renewal)
    await fixture.stop()
  }
}
