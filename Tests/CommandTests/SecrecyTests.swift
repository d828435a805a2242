import ArgumentParser
import Foundation
import GitLabDouble
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import sigsentry

/// Runs every command with tokens that are known, with faults, and then looks for them wherever they must not be.
@Suite struct SecrecyTests {
  /// What was seen of processes while the commands ran.
  private final class Watch: Sendable {
    private let state = Mutex<(isOver: Bool, text: Data)>((false, Data()))

    /// Looks, again and again, at the command lines of all processes and the environments of the commands' children.
    ///
    /// - Parameter marker: A file that is made once a child was seen.
    func start(program: String, marker: String) {
      Thread.detachNewThread { [self] in
        while !state.withLock({ $0.isOver }) {
          var seen: [UInt8] = []
          for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = pid_t(name), pid != getpid() else { continue }
            seen += Self.read("/proc/\(pid)/cmdline")
            let parent = Self.parent(of: pid)
            // Children of a command; the commands themselves were given secrets by this test. A child that is about to
            // begin is still a copy of its parent.
            if let parent, Self.executable(of: parent) == program,
              Self.executable(of: pid) != program
            {
              seen += Self.read("/proc/\(pid)/environ")
              close(open(marker, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
            }
          }
          state.withLock { $0.text += seen }
          usleep(3000)
        }
      }
    }

    func stop() -> Data {
      state.withLock { state in
        state.isOver = true
        return state.text
      }
    }

    private static func read(_ path: String) -> [UInt8] {
      (try? Data(contentsOf: URL(fileURLWithPath: path))).map { [UInt8]($0) } ?? []
    }

    private static func parent(of pid: pid_t) -> pid_t? {
      String(decoding: read("/proc/\(pid)/stat"), as: UTF8.self)
        .split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap { pid_t($0) }
    }

    private static func executable(of pid: pid_t) -> String? {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
    }
  }

  /// A folder with an `xdg-open` that notes its environment and presses the button on the page.
  private func makeBrowser(in directory: URL) throws -> String {
    let folder = directory.appendingPathComponent("bin")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let script = """
      #!/bin/sh
      env > "\(directory.path)/browser-environment"
      # Lives until the watch has seen it.
      tries=0
      while [ ! -e "\(directory.path)/seen" ] && [ $tries -lt 200 ]; do sleep 0.05; tries=$((tries + 1)); done
      query="${1#*\\?}"
      back=$(curl -s -o /dev/null -w '%{redirect_url}' --data "$query&decision=allow" "${1%%\\?*}")
      curl -s "$back" > "\(directory.path)/browser-page"

      """
    let path = folder.appendingPathComponent("xdg-open").path
    try Data(script.utf8).write(to: URL(fileURLWithPath: path))
    chmod(path, 0o755)
    return folder.path
  }

  /// The words that choose each command, as `repos add`.
  private static func commands(of root: any ParsableCommand.Type) -> [[String]] {
    root.configuration.subcommands.flatMap { child in
      let name = child._commandName
      let below = commands(of: child)
      return below.isEmpty ? [[name]] : below.map { [name] + $0 }
    }
  }

  @Test(arguments: [false, true])
  func `no token is anywhere but sealed`(keyIsVariable: Bool) async throws {
    let fixture = try await CommandFixture()
    let double = fixture.double
    let application = double.addApplication(confidential: true)
    let proxyPassword = "proxy-password-Kq83"
    var secrets = [fixture.token, try #require(application.secret), proxyPassword]
    let key = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
    var variables = [
      "TOKEN": fixture.token, "APP_SECRET": application.secret ?? "",
      "http_proxy": "http://someone:\(proxyPassword)@127.0.0.1:9", "NO_PROXY": "127.0.0.1",
      "DISPLAY": ":99", "PATH": try makeBrowser(in: fixture.directory) + ":/usr/bin:/bin",
    ]
    if keyIsVariable {
      variables["SIGSENTRY_KEY"] = key
      secrets.append(key)
    }
    try fixture.commit("main", ["a.txt": "1\n2\n"])
    try fixture.commit("topic", ["a.txt": "1\n3\n"], from: "main")
    try await double.openMergeRequest(in: fixture.project, title: "Change", source: "topic")

    let watch = Watch()
    watch.start(
      program: CommandFixture.program, marker: fixture.directory.appendingPathComponent("seen").path
    )
    var outputs = Data()
    var ran: Set<[String]> = []
    func note(_ arguments: [String]) {
      ran.formUnion([Array(arguments.prefix(1)), Array(arguments.prefix(2))])
    }
    func run(_ arguments: String..., input: String = "", change: [String: String] = [:])
      async throws
    {
      note(arguments)
      let result = try await fixture.start(
        arguments + ["-v"], input: input, variables: variables.merging(change) { $1 }
      ).ended()
      outputs += result.output + result.error
    }
    let base = ["--base-url", double.baseURL]
    try await run("connect", base[0], base[1], "--name", "env", "--token-env", "TOKEN")
    try await run(
      "connect", base[0], base[1], "--name", "env", "--token-stdin", input: fixture.token)
    try await run(
      "connect", "--oauth", base[0], base[1], "--name", "login", "--client-id", application.id,
      "--client-secret-env", "APP_SECRET", "--timeout", "20")
    #expect(
      FileManager.default.fileExists(atPath: fixture.directory.path + "/browser-environment"))
    for path in ["acme/shop", "acme/none"] {
      try await run("repos", "add", path, "--connection", "login")
    }
    try await run("sync")
    if !keyIsVariable { secrets.append(try fixture.key()) }
    let capsule = fixture.directory.path + "/capsule"
    let archive = fixture.directory.path + "/cache.tar"
    let reads: [[String]] = [
      ["status"], ["connections", "list"], ["connections", "--json"], ["repos", "list", "--json"],
      ["repos", "edit", "acme/shop", "--lookback-days", "31"], ["backtest", "acme/shop"],
      ["analyze", "--description", "a.txt broke", "--capsule", capsule],
      ["analyze", "--replay", capsule],
      ["mrs", "acme/shop"], ["mr", "acme/shop", "1"], ["stats", "acme/shop", "--mrs"],
      ["hotspots", "acme/shop"], ["analyze", "--description", "a.txt broke"],
      ["cache", "info"], ["cache", "verify"], ["cache", "maintain"], ["cache", "export", archive],
      ["cache", "import", archive, "--cache", fixture.directory.path + "/copy"], ["doctor"],
      ["doctor", "acme/shop", "--json"],
      ["mappings", "set", "api", "acme/shop"], ["mappings", "list"],
      ["mappings", "remove", "api"], ["schedule", "systemd"], ["schedule", "run", "--once"],
      ["connections", "rekey"],
    ]
    for arguments in reads {
      note(arguments)
      let result = try await fixture.start(arguments + ["-v"], variables: variables).ended()
      outputs += result.output + result.error
    }
    // Faults, each where a message or a log might quote what was sent.
    let faults: [(Fault.Effect, Fault.Target)] = [
      (.expiredToken, .api), (.revokedToken, .api), (.status(403), .gitRefs),
      (.status(401), .gitRefs), (.html(200), .api), (.malformedJSON, .api),
      (.cut(afterBytes: 10), .api), (.hangUp, .gitUploadPack), (.gitError("no"), .gitUploadPack),
      (.redirect(status: 302, location: "http://127.0.0.1:9/elsewhere"), .any),
    ]
    for (effect, target) in faults {
      let fault = double.inject(effect, on: target)
      try fixture.commit("main", ["a.txt": "\(effect)\n"])
      try await run("sync")
      try await run("doctor", "acme/shop")
      double.clearFault(fault)
    }
    for effect in [
      Fault.Effect.cut(afterBytes: 30), .status(500), .html(200), .hangUp,
      .answer(status: 400, headers: [], body: #"{"error":"invalid_grant"}"#),
    ] {
      let faults = [
        double.inject(effect, on: .path("*/oauth/token")), double.inject(.expiredToken, on: .api),
      ]
      try await run("sync")
      for fault in faults { double.clearFault(fault) }
    }
    let shown = try await serve(fixture, variables: variables)
    ran.formUnion([
      ["serve"], ["api-keys", "create"], ["api-keys", "list"], ["api-keys", "revoke"],
    ])
    outputs += shown.output
    secrets += shown.secrets
    try await run("cache", "clear", "acme/shop")
    try await run("repos", "remove", "acme/shop")
    try await run("disconnect", "login", "--revoke")
    let missing = ["TOKEN": "glpat-wrong-one-3381"]
    secrets.append("glpat-wrong-one-3381")
    try await run("connect", base[0], base[1], "--token-env", "TOKEN", change: missing)
    let processes = watch.stop()

    if !keyIsVariable { secrets.append(try fixture.key()) }
    secrets += double.issuedSecrets
    for command in Self.commands(of: SigSentry.self) {
      #expect(ran.contains(command), "\(command) was not looked at")
    }
    // What is searched must hold what it is meant to hold.
    #expect(outputs.range(of: Data("acme/shop".utf8)) != nil)
    #expect(processes.range(of: Data("xdg-open".utf8)) != nil)
    let page = try String(contentsOfFile: fixture.directory.path + "/browser-page", encoding: .utf8)
    #expect(page.contains("SigSentry is connected"))
    #expect(secrets.count > 8)
    for secret in secrets {
      let bytes = Data(secret.utf8)
      let basic = Data(Data("oauth2:\(secret)".utf8).base64EncodedString().utf8.prefix(24))
      for needle in [bytes, basic] {
        #expect(outputs.range(of: needle) == nil, "in the output")
        #expect(processes.range(of: needle) == nil, "in a command line or environment")
      }
      for folder in [fixture.config, fixture.cache] {
        for (name, content) in Self.files(in: folder) where name != "key" {
          #expect(content.range(of: bytes) == nil, "in \(name)")
        }
      }
      for name in ["browser-environment", "browser-page"] {
        let content = try Data(contentsOf: fixture.directory.appendingPathComponent(name))
        #expect(content.range(of: bytes) == nil, "in \(name)")
      }
    }
    await fixture.stop()
  }

  /// Runs the dashboard with secrets of its own, lets it sync, answer and refuse, and returns what it said.
  private func serve(
    _ fixture: CommandFixture, variables: [String: String]
  ) async throws -> (output: Data, secrets: [String]) {
    let made = try await fixture.run("api-keys", "create", "ci", "--permission", "config:read")
    let key = try #require(made.text.firstMatch(of: /ss_secret_[A-Za-z0-9_-]+/)).output
    let secrets = [String(key), "login-token-8842-abcdef", "webhook-token-1177"]
    var variables = variables
    variables["LOGIN"] = secrets[1]
    variables["SIGSENTRY_WEBHOOK_TOKEN"] = secrets[2]
    let server = try await fixture.start(
      "serve", "--listen", "127.0.0.1:0", "--auth-token-env", "LOGIN", "-v", variables: variables,
      until: "The dashboard is at")
    let address = try #require(
      server.errorSoFar().firstMatch(of: /The dashboard is at (http:\/\/[0-9.:]+)/)
    ).output.1
    var output = Data()
    let requests: [[String]] = [
      ["/"], ["/login", "-d", "token=\(secrets[1])"], ["/login", "-d", "token=wrong"],
      ["/v1/config/repos", "-H", "Authorization: Bearer \(key)"],
      ["/v1/config/repos", "-H", "Authorization: Bearer ss_secret_wrong"],
      [
        "/v1/config/repos", "-H", "Authorization: Bearer \(key)", "-H",
        "Content-Type: application/json", "-d",
        #"{"platform":"gitlab","credentials":{"token":"\#(fixture.token)"}}"#,
      ],
      [
        "/hooks/gitlab", "-H", "X-Gitlab-Token: \(secrets[2])", "-H",
        "Content-Type: application/json", "-d", "{}",
      ],
      ["/metrics"], ["/healthz"], ["/v1/openapi.json"],
    ]
    for request in requests {
      // The arguments of curl go by a file: this test looks for secrets in command lines.
      let file = fixture.directory.appendingPathComponent("request")
      let words = ["\(address)\(request[0])"] + request.dropFirst()
      let lines = words.enumerated().map { index, word in
        let isOption = word.hasPrefix("-")
        let text = isOption ? word : "\"\(word.replacing("\"", with: "\\\""))\""
        return index == 0 ? "url = \(text)\n" : isOption ? text + " " : text + "\n"
      }
      try Data(lines.joined().utf8).write(to: file)
      output += try await ChildProcess(
        ["curl", "-s", "-i", "--noproxy", "*", "-K", file.path],
        environment: ["PATH": "/usr/bin:/bin"]
      ).ended().output
      try FileManager.default.removeItem(at: file)
    }
    server.send(SIGTERM)
    let ended = try await server.ended()
    output += ended.output + ended.error
    for arguments in [["api-keys", "list", "--json"], ["api-keys", "revoke", "ci"]] {
      output += try await fixture.start(arguments).ended().output
    }
    #expect(output.range(of: Data(#""success":true"#.utf8)) != nil)
    return (output, secrets)
  }

  private static func files(in folder: String) -> [(String, Data)] {
    let root = URL(fileURLWithPath: folder)
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.compactMap { name in
      (try? Data(contentsOf: root.appendingPathComponent(name))).map { (name, $0) }
    }
  }
}

extension CommandFixture {
  /// The vault's key, as its file has it.
  fileprivate func key() throws -> String {
    try String(contentsOfFile: config + "/key", encoding: .utf8).trimmingCharacters(in: .newlines)
  }
}
