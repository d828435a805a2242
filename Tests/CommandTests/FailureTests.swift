import Foundation
import GitLabDouble
import TestSupport
import Testing

@Suite struct FailureTests {
  @Test func `a token without a scope is named and not stored`() async throws {
    let fixture = try await CommandFixture()
    for (scopes, missing) in [(["read_api"], "read_repository"), (["read_repository"], "read_api")]
    {
      let token = fixture.double.addToken(scopes: scopes)
      let result = try await fixture.run(
        "connect", "--base-url", fixture.double.baseURL, "--token-env", "TOKEN",
        variables: ["TOKEN": token.value])
      #expect(result.status == 1)
      #expect(result.errorText.contains("lacks \(missing)"))
    }
    #expect(try await fixture.run("connections", "--json").text == "[]\n")
    await fixture.stop()
  }

  @Test func `a wrong token needs re-authorization`() async throws {
    let fixture = try await CommandFixture()
    let result = try await fixture.run(
      "connect", "--base-url", fixture.double.baseURL, "--token-stdin", input: "glpat-wrong\n")
    #expect(result.status == 3)
    #expect(result.errorText.contains("oken expired or invalid"))
    #expect(!result.errorText.contains("glpat-wrong"))
    await fixture.stop()
  }

  @Test func `a mapping that cannot be stored is bad usage`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    for (service, option, value, told) in [
      ("till", "--path-prefix", "../etc", "path prefix is a directory inside the repository"),
      ("till", "--branch", "a..b", "branch is not a name that git allows"),
      ("", "--branch", "main", "service's name has 1 to 256 bytes"),
    ] {
      let result = try await fixture.run("mappings", "set", service, "acme/shop", option, value)
      #expect(result.status == 64)
      #expect(result.errorText.contains(told), "\(result.errorText)")
    }
    let stored = try await fixture.run("mappings", "set", "till", "acme/shop")
    #expect(stored.status == 0, "\(stored.errorText)")
    await fixture.stop()
  }

  @Test func `a token that is revoked later ends the sync with code 3, and the cache answers on`()
    async throws
  {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let answer = try await fixture.run("mrs", "acme/shop", "--json")
    fixture.double.revoke(fixture.accessToken)
    let result = try await fixture.run("sync")
    #expect(result.status == 3)
    #expect(result.errorText.contains("sigsentry connect"))
    #expect(try await fixture.run("mrs", "acme/shop", "--json").output == answer.output)
    await fixture.stop()
  }

  @Test func `a mistyped path gets the nearest one`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let added = try await fixture.run("repos", "add", "acme/shpo")
    #expect(added.status == 1)
    #expect(added.errorText.contains("Did you mean acme/shop?"))
    let read = try await fixture.run("mrs", "acme/shpo")
    #expect(read.status == 4)
    #expect(read.errorText.contains("Did you mean acme/shop?"))
    await fixture.stop()
  }

  @Test func `of a token that GitLab refuses one line tells for all repositories`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    for index in 0..<5 {
      fixture.double.addProject(path: "acme/p\(index)", repository: fixture.upstream.path)
      try await fixture.run("repos", "add", "acme/p\(index)")
    }
    try await fixture.run("sync")
    fixture.double.revoke(fixture.accessToken)
    try await fixture.run("sync", "-q")
    let result = try await fixture.run("sync", "-q")
    #expect(result.status == 3)
    #expect(result.text.split(separator: "\n").count == 6)
    let told = result.errorText.split(separator: "\n").filter { $0.contains("and 5 more") }
    #expect(told.count == 1, "\(result.errorText)")
    #expect(!result.errorText.contains("acme/p4"))
    await fixture.stop()
  }

  @Test func `a sync tells where a project has moved to, also quietly`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    fixture.double.moveProject(fixture.project, to: "acme/store")
    let result = try await fixture.run("sync", "-q")
    #expect(result.text.hasPrefix("acme/shop (now acme/store): "))
    #expect(try await fixture.run("sync", "-q").text.hasPrefix("acme/store: "))
    await fixture.stop()
  }

  @Test func `one failed repository of two is partly done`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    let other = fixture.double.addProject(path: "acme/other", repository: fixture.upstream.path)
    try await fixture.run("repos", "add", "acme/other")
    fixture.double.deleteProject(other)
    let result = try await fixture.run("sync")
    #expect(result.status == 2)
    #expect(result.text.contains("acme/shop: 3 merge requests changed"))
    #expect(result.errorText.contains("acme/other"))
    await fixture.stop()
  }

  @Test(arguments: ["stats", "mrs", "hotspots", "status", "cache"])
  func `a command without settings or cache says what to do first`(command: String) async throws {
    let fixture = try await CommandFixture()
    let arguments = ["status", "cache"].contains(command) ? [command] : [command, "acme/shop"]
    let result = try await fixture.start(arguments + (command == "stats" ? ["--mrs"] : [])).ended()
    #expect(result.status == 4 || result.status == 1)
    #expect(result.errorText.contains("sigsentry"))
    #expect(result.errorText.contains("first"))
    await fixture.stop()
  }

  @Test func `directories that nothing names lie in the home that HOME names`() async throws {
    let fixture = try await CommandFixture()
    let unnamed = ["SIGSENTRY_CACHE": "", "SIGSENTRY_CONFIG": ""]
    let read = try await fixture.run("mrs", "acme/shop", variables: unnamed)
    #expect(
      read.errorText.contains("at \(fixture.directory.path)/.cache/sigsentry/cache.sqlite."))
    let listed = try await fixture.run("repos", variables: unnamed)
    #expect(
      listed.errorText.contains("at \(fixture.directory.path)/.config/sigsentry/connections.sqlite")
    )
    await fixture.stop()
  }

  @Test func `an unknown host and a refused port are told apart`() async throws {
    let fixture = try await CommandFixture()
    let unknown = try await fixture.run(
      "connect", "--base-url", "https://gitlab.invalid", "--token-stdin", input: "t\n")
    #expect(unknown.status == 1)
    #expect(unknown.errorText.contains("unknown"))
    let refused = try await fixture.run(
      "connect", "--base-url", "http://127.0.0.1:1", "--token-stdin", input: "t\n")
    #expect(refused.status == 1)
    #expect(refused.errorText.contains("refused"))
    await fixture.stop()
  }

  @Test func `a token is not sent over plain http to another machine`() async throws {
    let fixture = try await CommandFixture()
    let result = try await fixture.run(
      "connect", "--base-url", "http://gitlab.example.com", "--token-stdin", input: "t\n")
    #expect(result.status != 0)
    #expect(result.errorText.contains("http"))
    await fixture.stop()
  }

  @Test func `a cache of a newer version and a damaged one are left as they are`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let file = fixture.cache + "/cache.sqlite"
    for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + name) }
    let damaged = Data("this is no database, but it was somebody's work".utf8)
    try damaged.write(to: URL(fileURLWithPath: file))
    for command in [["mrs", "acme/shop"], ["sync"]] {
      let result = try await fixture.start(command).ended()
      #expect(result.status == 1)
      #expect(result.errorText.contains("damaged"))
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == damaged)
    await fixture.stop()
  }

  @Test func `a cache directory that cannot be made is one sentence`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try Data().write(to: URL(fileURLWithPath: fixture.cache))
    let result = try await fixture.run("sync")
    #expect(result.status == 1)
    #expect(result.errorText.contains(fixture.cache))
    #expect(result.errorText.contains("--cache"))
    await fixture.stop()
  }

  @Test func `a disk that fills up ends the sync, and the next one mends it`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    let big = (0..<200_000).map { "line \($0 &* 2_654_435_761) \($0 ^ 0x5555)" }.joined(
      separator: "\n")
    try fixture.commit("big", ["big.txt": big], from: "main")
    try await fixture.double.openMergeRequest(in: fixture.project, title: "Big", source: "big")
    // A limit on the size of files stands for the full disk: writes fail in the same places.
    let result = try await fixture.runLimited("trap '' XFSZ; ulimit -f 1600", "sync")
    #expect(result.status == 1)
    #expect(result.errorText.contains("acme/shop"))
    let mended = try await fixture.run("sync")
    #expect(mended.status == 0, "\(mended.errorText)")
    #expect(try await fixture.run("cache", "verify").status == 0)
    #expect(
      try await fixture.run("mrs", "acme/shop", "--json").text.contains("\"incomplete\"") == false)
    await fixture.stop()
  }

  @Test func `a sync killed in the middle of a pack leaves nothing broken`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    fixture.double.inject(.stallAfter(bytes: 200), on: .gitCommand("fetch"), times: 1)
    let sync = try fixture.start(["sync"])
    try await sync.until {
      fixture.double.log.requests.contains { $0.gitCommand == "fetch" }
    }
    sync.send(SIGKILL)
    #expect(try await sync.ended().status == 128 + SIGKILL)
    let again = try await fixture.run("sync")
    #expect(again.status == 0, "\(again.errorText)")
    #expect(try await fixture.run("cache", "verify").status == 0)
    await fixture.stop()
  }

  @Test func `a wait for what a command does ends with it`() async throws {
    let command = try ChildProcess(["false"], environment: ["PATH": "/usr/bin:/bin"])
    await #expect(throws: ChildProcess.Missed.self) { try await command.until { false } }
    #expect(command.hasEnded)
    #expect(try await command.ended().status == 1)
    #expect(command.hasEnded)
    try await command.until { true }
  }

  @Test func `an interrupted sync ends at once`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    fixture.double.inject(.stall, on: .gitCommand("fetch"), times: 1)
    let sync = try fixture.start(["sync"])
    try await sync.until {
      fixture.double.log.requests.contains { $0.gitCommand == "fetch" }
    }
    sync.send(SIGINT)
    let result = try await sync.ended()
    #expect(result.status == 130)
    #expect(try await fixture.run("sync").status == 0)
    await fixture.stop()
  }

  @Test func `two syncs of one repository exclude each other`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    fixture.double.inject(.stall, on: .gitCommand("fetch"), times: 1)
    let first = try fixture.start(["sync"])
    try await first.until {
      fixture.double.log.requests.contains { $0.gitCommand == "fetch" }
    }
    let second = try await fixture.run("sync")
    #expect(second.status == 1)
    #expect(second.errorText.contains("nother sync or upkeep works on acme/shop"))
    first.send(SIGTERM)
    _ = try await first.ended()
    // The one that gave way left nothing behind that would speak of it when the other is gone.
    #expect(try await fixture.run("status", "--json").text.contains(#""failure":null"#))
    await fixture.stop()
  }

  @Test func `an answer that cannot be written is a failure with its reason`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let full = try await fixture.runLimited("exec > /dev/full", "mrs", "acme/shop", "--json")
    #expect(full.status == 1)
    #expect(full.errorText.contains("Standard output cannot be written: No space left on device."))
    await fixture.stop()
  }

  @Test(arguments: [
    ["sync", "--since", "2999-01-01"], ["repos", "add", "-"],
    ["stats", "acme/shop", "--mrs", "--json", "--format", "numstat"],
    ["stats", "acme/shop", "--mrs", "--json", "--format", "table"],
    ["schedule", "systemd", "--every", "1s"], ["hotspots", "acme/shop", "--limit", "0"],
    ["mrs", "acme/shop", "--cache", ""],
  ])
  func `what contradicts itself or means nothing is bad usage`(arguments: [String]) async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 1)
    let result = try await fixture.start(arguments).ended()
    #expect(result.status == 64, "\(result.text)")
    #expect(result.text.isEmpty)
    await fixture.stop()
  }

  @Test(arguments: [
    (["syncc"], "Did you mean sync?"), (["anaylze", "x"], "Did you mean analyze?"),
    (["repo", "add", "x"], "Did you mean repos?"),
    (["--offline", "frobnicate"], "'sigsentry --help'"),
  ])
  func `a mistyped command gets the nearest one`(arguments: [String], hint: String) async throws {
    let fixture = try await CommandFixture()
    let result = try await fixture.start(arguments).ended()
    #expect(result.status == 64)
    #expect(result.errorText.contains("There is no command"))
    #expect(result.errorText.contains(hint))
    for command in [["help", "stats"], ["--help"], ["--version"], []] {
      #expect(try await fixture.start(command).ended().status == 0)
    }
    await fixture.stop()
  }

  @Test func `hostile titles and names cannot drive the terminal`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 1)
    try fixture.double.update(mergeRequest: 1, in: fixture.project) {
      $0.title = "x\u{1B}]0;owned\u{07}\u{202E}y\r\nfake: line"
    }
    try await fixture.run("sync")
    for command in [
      ["mrs", "acme/shop"], ["mr", "acme/shop", "1"], ["stats", "acme/shop", "--mrs"],
    ] {
      let text = try await fixture.start(command).ended().text
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E })
      #expect(!text.contains("\nfake"))
    }
    await fixture.stop()
  }
}
