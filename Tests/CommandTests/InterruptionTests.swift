import Foundation
import GitLabDouble
import Glibc
import TestSupport
import Testing

@Suite struct InterruptionTests {
  /// Commands that wait for a server, with the request that it does not answer.
  static let cases: [(arguments: [String], path: String)] = [
    (["connect", "--token-env", "TOKEN"], "*/personal_access_tokens/self"),
    (["connect", "--oauth", "--no-browser", "--client-id", "app"], "*/oauth/authorize"),
    (["connect", "--device", "--client-id", "app"], "*/oauth/authorize_device"),
    (["repos", "add", "acme/shop", "--connection", "work"], "*/api/v4/projects/*"),
    (["doctor"], "*/api/v4/version"), (["doctor", "acme/shop"], "*/api/v4/user"),
    (["sync"], "*/info/refs"), (["sync"], "*/git-upload-pack"),
    (["sync"], "*/merge_requests*"), (["sync"], "*/oauth/token"),
    (["disconnect", "work", "--revoke"], "*/oauth/revoke"),
  ]

  /// The bytes that each request of a case got for an answer.
  private static func sent(_ double: GitLabDouble, _ index: Int) -> [Int] {
    let mark = cases[index].path.split { $0 == "*" || $0 == "/" }.last ?? ""
    return double.log.requests.filter { $0.path.contains(mark) }.map(\.bytesSent)
  }

  /// A command that waits for an answer: the stand-in has the request, and holds it open for hours.
  private func waiting(
    _ index: Int, _ effect: Fault.Effect, variables: [String: String] = [:]
  ) async throws -> (fixture: CommandFixture, process: ChildProcess, fault: FaultID) {
    let (arguments, path) = Self.cases[index]
    let fixture = try await CommandFixture()
    let double = fixture.double
    let application = double.addApplication(id: "app")
    _ = try await fixture.logIn(application: application.id)
    try fixture.commit("main", ["a.txt": "1\n"])
    if arguments.first != "repos" { try await fixture.run("repos", "add", "acme/shop") }
    if path == "*/oauth/token" { double.inject(.expiredToken, on: .api) }
    double.log.reset()
    let fault = double.inject(effect, on: .path(path))
    var words = arguments
    if arguments.first == "connect" {
      words += ["--base-url", double.baseURL, "--name", "second"]
    }
    let process = try fixture.start(
      words, variables: variables.merging(["TOKEN": fixture.token]) { $1 })
    try await process.until { !Self.sent(double, index).isEmpty }
    return (fixture, process, fault)
  }

  @Test(arguments: cases.indices, [0, 1])
  func `a server that falls silent for the set time ends the command`(
    index: Int, bytes: Int
  ) async throws {
    let (fixture, process, fault) = try await waiting(
      index, bytes == 0 ? .stall : .stallAfter(bytes: bytes), variables: ["SIGSENTRY_TIMEOUT": "1"])
    let result = try await process.ended()
    #expect(Self.sent(fixture.double, index).allSatisfy { $0 <= bytes }, "\(Self.cases[index])")
    // What cannot be checked is added all the same, and said to be unchecked.
    #expect((result.status == 0) == (Self.cases[index].arguments.first == "repos"))
    let text = result.text + result.errorText
    #expect(text.contains("sent nothing for 1 second"), "\(Self.cases[index]): \(text)")
    fixture.double.clearFault(fault)
    fixture.double.clearFault()
    #expect(try await fixture.run("doctor", "--offline").status == 0)
    await fixture.stop()
  }

  @Test(arguments: cases.indices)
  func `ctrl-c ends a command that waits, and the next run is whole`(index: Int) async throws {
    let arguments = Self.cases[index].arguments
    let (fixture, process, fault) = try await waiting(index, .stall)
    let double = fixture.double
    process.send(SIGINT)
    let result = try await process.ended()
    #expect(Self.sent(double, index).allSatisfy { $0 == 0 }, "\(arguments)")
    #expect(result.status == 130, "\(arguments)")
    #expect(result.errorText.contains("nterrupted"), "\(arguments): \(result.errorText)")
    double.clearFault(fault)
    double.clearFault()
    let health = try await fixture.run("doctor", "--offline")
    #expect(health.status == 0, "\(health.text)")
    #expect(try await fixture.run("connections", "--json").text.contains(#""name":"work""#))
    await fixture.stop()
  }

  @Test(arguments: [
    (["analyze", "-"], SIGINT), (["analyze", "/dev/stdin"], SIGINT),
    (["repos", "add", "-"], SIGINT), (["repos", "add", "-"], SIGTERM),
    (["connect", "--token-stdin"], SIGINT),
  ])
  func `a signal ends a command that reads a pipe without an end`(
    arguments: [String], signal: Int32
  ) async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 1)
    try await fixture.run("sync")
    let pipe = fixture.directory.appendingPathComponent("pipe").path
    #expect(mkfifo(pipe, 0o600) == 0)
    // Opened for both, it waits for nobody.
    let end = open(pipe, O_RDWR | O_CLOEXEC)
    defer { close(end) }
    #expect(write(end, "acme", 4) == 4)
    let process = try ChildProcess(
      ["sh", "-c", "exec \"$0\" \"$@\" <> '\(pipe)'", CommandFixture.program] + arguments,
      environment: fixture.environment)
    try await process.until {
      var unread = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
      return poll(&unread, 1, 0) == 0
    }
    process.send(signal)
    let result = try await process.ended()
    #expect(result.status == 128 + signal, "\(result.errorText)")
    #expect(result.errorText.hasSuffix("sigsentry: Interrupted.\n"))
    #expect(result.text.isEmpty)
    #expect(try await fixture.run("doctor", "--offline").status == 0)
    await fixture.stop()
  }
}
