import Foundation
import GitLabDouble
import Glibc
import TestSupport

/// The built `sigsentry` with directories of its own, and a stand-in GitLab with one project.
final class CommandFixture {
  let double: GitLabDouble
  let upstream: GitFixture
  let project: Int
  let accessToken: AccessToken
  var token: String { accessToken.value }
  let directory: URL
  /// The PEM file of the authority of an https double.
  let authority: String?

  init(prefix: String = "", https: Bool = false) async throws {
    upstream = try GitFixture()
    var options = GitLabDouble.Options()
    options.prefix = prefix
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("command-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    if https {
      let made = try await ServerCertificate.make(in: directory.path)
      options.certificate = made.certificate
      authority = made.authorityFile
    } else {
      authority = nil
    }
    double = try await GitLabDouble.start(options: options)
    project = double.addProject(path: "acme/shop", repository: upstream.path)
    accessToken = double.addToken(name: "ada")
  }

  func stop() async {
    await double.stop()
    try? FileManager.default.removeItem(at: directory)
  }

  var cache: String { directory.appendingPathComponent("cache").path }
  var config: String { directory.appendingPathComponent("config").path }

  /// Where this test's executable lies, the other products lie too.
  static let program: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(
      decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("sigsentry")
      .path
  }()

  var environment: [String: String] {
    [
      "PATH": "/usr/bin:/bin", "HOME": directory.path, "TZ": "UTC", "LC_ALL": "C.UTF-8",
      "SIGSENTRY_CACHE": cache, "SIGSENTRY_CONFIG": config,
    ]
  }

  /// Runs a command to its end.
  @discardableResult
  func run(
    _ arguments: String..., input: String = "", variables: [String: String] = [:]
  ) async throws -> ChildProcess.Result {
    try await start(arguments, input: input, variables: variables).ended()
  }

  func start(
    _ arguments: [String], input: String = "", variables: [String: String] = [:]
  ) throws -> ChildProcess {
    try ChildProcess(
      [Self.program] + arguments, environment: environment.merging(variables) { _, new in new },
      input: Array(input.utf8))
  }

  /// Runs a command under a shell that sets limits first.
  func runLimited(_ limits: String, _ arguments: String...) async throws -> ChildProcess.Result {
    try await ChildProcess(
      ["sh", "-c", "\(limits); exec \"$0\" \"$@\"", Self.program] + arguments,
      environment: environment
    ).ended()
  }

  /// Runs a command for which the modes of files count, also where root runs the tests.
  func runUnprivileged(_ arguments: String...) async throws -> ChildProcess.Result {
    let prefix = geteuid() == 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []
    return try await ChildProcess(prefix + [Self.program] + arguments, environment: environment)
      .ended()
  }

  @discardableResult
  func connect() async throws -> ChildProcess.Result {
    try await run("connect", "--base-url", double.baseURL, "--token-stdin", input: token + "\n")
  }

  /// Makes a main branch and merge requests that change a file each, connects, and adds the repository.
  func prepare(mergeRequests count: Int = 3) async throws {
    try commit("main", ["a.txt": "1\n2\n3\n"])
    for index in 0..<count {
      try commit(
        "topic\(index)", ["a.txt": "1\n\(index)\n3\n", "dir/n\(index).c": "x\n"], from: "main")
      try await double.openMergeRequest(
        in: project, title: "Change \(index)", source: "topic\(index)")
    }
    try await connect()
    try await run("repos", "add", "acme/shop")
  }

  @discardableResult
  func commit(_ branch: String, _ files: [String: String], from: String? = nil) throws -> String {
    let time = Int(Date().timeIntervalSince1970) - 86400
    var stream =
      "commit refs/heads/\(branch)\ncommitter Ada <ada@example.com> \(time) +0000\ndata 6\nchange\n"
    if let from { stream += "from refs/heads/\(from)^0\n" }
    for (path, text) in files.sorted(by: { $0.key < $1.key }) {
      stream += "M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n"
    }
    try upstream.git("fast-import", "--quiet", "--force", input: Array(stream.utf8))
    return try upstream.gitText("rev-parse", "refs/heads/\(branch)")
  }
}
