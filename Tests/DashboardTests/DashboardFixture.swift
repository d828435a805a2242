import Cache
import Credentials
import Dashboard
import Foundation
import GitLabDouble
import HTTP
import Reports
import Settings
import Synchronization
import TestSupport

struct FixtureError: Error {
  let what: String
}

/// A dashboard that is served, with directories of its own, and a stand-in GitLab with one project.
final class DashboardFixture: Sendable {
  let double: GitLabDouble
  let token: String
  let directory: URL
  let store: SettingsStore
  let cache: CacheStore
  let provider: TokenProvider
  let port: Int
  let project: Int
  private let upstream: String
  private let task: Task<Void, any Error>
  /// What every answer said, to look for secrets in.
  private let answers = Mutex<[String]>([])

  init(
    visibility: Project.Visibility = .private,
    _ change: @Sendable (inout Dashboard.Options) throws -> Void = { _ in }
  ) async throws {
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("dashboard-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    upstream = directory.appendingPathComponent("upstream.git").path
    try Self.makeUpstream(at: upstream)
    double = try await GitLabDouble.start()
    project = double.addProject(path: "acme/shop", repository: upstream, visibility: visibility)
    token = double.addToken(name: "ada").value
    let store = try SettingsStore(directory: directory.appendingPathComponent("config").path)
    let cache = try CacheStore(
      directory: directory.appendingPathComponent("cache").path, access: .readWrite)
    self.store = store
    self.cache = cache
    let cancellation = Cancellation()
    let vault = Vault(store: store, source: KeySource(configDirectory: store.directory))
    let provider = TokenProvider(vault: vault, cancellation: cancellation) {
      HTTPConfiguration(caFile: $0, userAgent: "test")
    }
    self.provider = provider
    guard let address = ListenAddress("127.0.0.1:0") else { throw SocketError.cannotConnect }
    var options = Dashboard.Options(listen: address)
    try change(&options)
    let started = AsyncStream<Result<Int, any Error>>.makeStream()
    let dashboard = Dashboard(
      options: options, store: store, cache: cache, vault: vault, provider: provider,
      cancellation: cancellation, wait: { _ in throw CancellationError() },
      started: { started.continuation.yield(.success($0)) })
    task = Task {
      do {
        try await dashboard.run()
      } catch {
        started.continuation.yield(.failure(error))
        throw error
      }
    }
    var iterator = started.stream.makeAsyncIterator()
    guard let outcome = await iterator.next() else { throw SocketError.cannotConnect }
    port = try outcome.get()
  }

  /// Ends the dashboard alone.
  func endDashboard() async {
    task.cancel()
    _ = await task.result
  }

  func stop() async {
    await endDashboard()
    await double.stop()
    try? FileManager.default.removeItem(at: directory)
  }

  // MARK: The upstream

  private static func makeUpstream(at path: String) throws {
    try git(nil, ["init", "--quiet", "--bare", "--initial-branch=main", path])
    var stream = commit("main", ["src/pool.c": poolText(7), "README": "shop\n"], from: nil, 3)
    for index in 0..<3 {
      stream += commit("topic\(index)", ["src/pool.c": poolText(index)], from: "main", 2)
    }
    try git(path, ["fast-import", "--quiet"], input: stream)
  }

  private static func poolText(_ size: Int) -> String {
    "int pool_take(void) {\n  int size = \(size);\n  return size;\n}\n"
  }

  private static func commit(
    _ branch: String, _ files: [String: String], from: String?, _ daysAgo: Int
  ) -> String {
    let time = Int(Date().timeIntervalSince1970) - daysAgo * 86400
    var text =
      "commit refs/heads/\(branch)\ncommitter Ada <ada@example.com> \(time) +0000\ndata 6\nchange\n"
    if let from { text += "from refs/heads/\(from)\n" }
    for (path, content) in files.sorted(by: { $0.key < $1.key }) {
      text += "M 100644 inline \(path)\ndata \(content.utf8.count)\n\(content)\n"
    }
    return text
  }

  private static func git(_ path: String?, _ words: [String], input: String = "") throws {
    let result = try ChildProcess.run(
      ["/usr/bin/git"] + words,
      environment: [
        "PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent",
        "GIT_DIR": path ?? "",
      ].filter { !$0.value.isEmpty }, input: Array(input.utf8))
    guard result.status == 0 else { throw FixtureError(what: result.errorText) }
  }

  /// Runs git in the upstream.
  func git(_ words: String..., input: String = "") throws {
    try Self.git(upstream, words, input: input)
  }

  /// Opens a merge request from one of the upstream's branches.
  @discardableResult
  func open(_ branch: String, title: String) async throws -> Int {
    try await double.openMergeRequest(in: project, title: title, source: branch)
  }

  // MARK: Requests

  var client: WebClient { WebClient(port: port) }

  /// Makes a key with these permissions.
  func key(_ permissions: APIKey.Permission...) throws -> String {
    try APIKeys(store: store).create(
      name: UUID().uuidString, permissions: Set(permissions), at: Date()
    ).secret.reveal()
  }

  func api(
    _ method: String, _ path: String, key: String?, _ json: String? = nil,
    type: String = "application/json"
  ) async throws -> SocketResponse {
    var headers = json == nil ? [:] : ["Content-Type": type]
    headers["Authorization"] = key.map { "Bearer \($0)" }
    let answer = try await client.send(method, path, headers, body: json.map { Array($0.utf8) })
    answers.withLock { $0.append("\(answer.headers) \(answer.text)") }
    return answer
  }

  /// Whether any answer to ``api(_:_:key:_:type:)`` or of a ``Browser`` held a text.
  func wasTold(_ secret: String) -> Bool {
    answers.withLock { $0.contains { $0.contains(secret) } }
  }

  func note(_ answer: SocketResponse) {
    answers.withLock { $0.append("\(answer.headers) \(answer.text)") }
  }

  /// The body that connects to the double and adds its project.
  func config(repositories: String = #"["acme/shop"]"#, more: String = "") -> String {
    """
    {"platform":"gitlab","credentials":{"token":"\(token)","baseUrl":"\(double.baseURL)"},
     "repositories":\(repositories)\(more)}
    """
  }

  /// Waits until something holds, looking again and again.
  func until(_ body: () async throws -> Bool) async throws {
    for _ in 0..<6000 {
      if try await body() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw FixtureError(what: "it never came true")
  }
}

/// A browser: it keeps the cookie and takes the forms' token along.
final class Browser: Sendable {
  private let fixture: DashboardFixture
  private let client: WebClient
  private let cookie = Mutex<String?>(nil)
  private let formToken = Mutex<String?>(nil)

  init(_ fixture: DashboardFixture, host: String? = nil) {
    self.fixture = fixture
    client = WebClient(port: fixture.port, host: host)
  }

  private func take(_ answer: SocketResponse) -> SocketResponse {
    fixture.note(answer)
    if let set = answer["Set-Cookie"] {
      cookie.withLock { $0 = String(set.prefix { $0 != ";" }) }
    }
    if let start = answer.text.firstRange(of: "name=\"csrf\" value=\"") {
      formToken.withLock { $0 = String(answer.text[start.upperBound...].prefix { $0 != "\"" }) }
    }
    return answer
  }

  var headers: [String: String] { cookie.withLock { $0 }.map { ["Cookie": $0] } ?? [:] }
  var csrf: String { formToken.withLock { $0 } ?? "" }

  @discardableResult
  func get(_ path: String, _ more: [String: String] = [:]) async throws -> SocketResponse {
    take(try await client.send("GET", path, headers.merging(more) { _, new in new }))
  }

  /// Sends a form as its page would; looks at a page first where none was seen.
  func post(
    _ path: String, _ fields: [(String, String)] = [], _ more: [String: String] = [:],
    csrf given: String? = nil
  ) async throws -> SocketResponse {
    if csrf.isEmpty { try await get("/settings") }
    if csrf.isEmpty { try await get("/login") }
    let allowed = CharacterSet.alphanumerics
    let text = ([("csrf", given ?? csrf)] + fields).map { name, value in
      "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
    }.joined(separator: "&")
    let own = ["Content-Type": "application/x-www-form-urlencoded"].merging(headers) { $1 }
    return take(
      try await client.send(
        "POST", path, own.merging(more) { _, new in new }, body: Array(text.utf8)))
  }

  /// Sends a form with files.
  func postFiles(_ path: String, _ fields: [(String, String)]) async throws -> SocketResponse {
    if csrf.isEmpty { try await get("/settings") }
    var text = ""
    for (name, value) in [("csrf", csrf)] + fields {
      text += "--edge\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
    }
    let own = ["Content-Type": "multipart/form-data; boundary=edge"].merging(headers) { $1 }
    return take(
      try await client.send("POST", path, own, body: Array((text + "--edge--\r\n").utf8)))
  }
}
