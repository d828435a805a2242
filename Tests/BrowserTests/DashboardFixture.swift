import BrowserSupport
import Foundation
import GitLabDouble
import Glibc
import TestSupport
import Testing

/// The built `sigsentry serve` with directories of its own, beside a stand-in GitLab, and a browser.
final class DashboardFixture {
  let double: GitLabDouble
  let token: AccessToken
  let browser: Browser
  private let directory: URL
  private var server: ChildProcess?
  /// Where the dashboard is; empty before ``serve()``.
  private(set) var address = ""

  init(_ executable: String) async throws {
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("dashboard-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    double = try await GitLabDouble.start()
    token = double.addToken(name: "ada")
    browser = try Browser(executable)
  }

  /// Ends the server and GitLab, and removes all files.
  func stop() async throws {
    server?.send(SIGTERM)
    let ended = try await server?.ended()
    #expect(ended?.status == 0, "\(ended?.errorText ?? "")")
    await double.stop()
    try? FileManager.default.removeItem(at: directory)
  }

  /// Where this test's executable lies, the other products lie too.
  private static let program: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(
      decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("sigsentry")
      .path
  }()

  private func start(_ arguments: [String], input: String = "") throws -> ChildProcess {
    try ChildProcess(
      [Self.program] + arguments,
      environment: [
        "PATH": "/usr/bin:/bin", "HOME": directory.path, "TZ": "UTC", "LC_ALL": "C.UTF-8",
        "SIGSENTRY_CACHE": directory.appendingPathComponent("cache").path,
        "SIGSENTRY_CONFIG": directory.appendingPathComponent("config").path,
      ], input: Array(input.utf8))
  }

  /// Runs a command that has to succeed.
  func run(_ arguments: String..., input: String = "") async throws {
    let result = try await start(arguments, input: input).ended()
    try #require(result.status == 0, "\(arguments): \(result.errorText)")
  }

  /// Starts the dashboard and opens it in a tab.
  func serve() async throws -> Tab {
    let server = try start(["serve", "--listen", "127.0.0.1:0", "--no-schedule"])
    self.server = server
    let announcement = /The dashboard is at (http:\/\/[0-9.:]+)/
    for _ in 0..<4000 where address.isEmpty {
      if let match = server.errorSoFar().firstMatch(of: announcement) { address = String(match.1) }
      try await Task.sleep(for: .milliseconds(5))
    }
    try #require(!address.isEmpty, "\(server.errorSoFar())")
    return try await openTab("/")
  }

  /// Opens a page of the dashboard in a tab of its own.
  func openTab(_ path: String) async throws -> Tab {
    let tab = try await browser.newTab()
    try await tab.open(address + path)
    return tab
  }
}

extension Tab {
  /// Fills in where GitLab is, on the form that connects.
  func chooseInstance(_ double: GitLabDouble) async throws {
    try await clickWords("Connect repository")
    try await click("#instance-other")
    try await type(double.baseURL, into: "#baseURL")
  }
}
