import Foundation
import Glibc
import TestSupport
import Testing

@testable import GitLabDouble

/// What becomes of the git processes behind the double.
@Suite struct BackendTests {
  /// A fixture whose repository has a blob far larger than all buffers on the way.
  private func makeLarge() async throws -> Fixture {
    let fixture = try await Fixture()
    var random = DemoRandom(seed: 42)
    let words = (0..<1_500_000).map { _ in random.next() }
    let blob = words.withUnsafeBytes { Array($0) }
    let head =
      "commit refs/heads/blob\ncommitter A <a@b> 1748000000 +0000\ndata 0\n"
      + "M 100644 inline blob\ndata \(blob.count)\n"
    try await fixture.git.run(
      ["fast-import", "--quiet"], in: fixture.repository,
      input: Array(head.utf8) + blob + Array("\n".utf8))
    return fixture
  }

  /// The processes that serve the fixture's repository.
  private func processes(_ fixture: Fixture) -> [String] {
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return folders.filter { name in
      guard name.allSatisfy({ $0.isNumber }), Int32(name) != getpid(),
        let variables = FileManager.default.contents(atPath: "/proc/\(name)/environ")
      else { return false }
      return String(decoding: variables, as: UTF8.self).contains(
        "GIT_PROJECT_ROOT=\(fixture.repository)")
    }
  }

  private func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<1000 {
      if condition() { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  private func fetchRequest(_ fixture: Fixture) async throws -> [UInt8] {
    let tip = try await fixture.double.resolve("blob", in: fixture.repository)
    let packet = { (text: String) in
      let length = String(text.utf8.count + 4, radix: 16)
      return String(repeating: "0", count: 4 - length.count) + length + text
    }
    return Array(
      (packet("command=fetch") + "0001" + packet("want \(tip)\n") + packet("done\n") + "0000").utf8)
  }

  private func fetch(_ fixture: Fixture, timeout: Double) async throws -> SocketResponse {
    var client = fixture.anonymous
    client.timeout = timeout
    return try await client.send(
      "POST", "/acme/platform/widgets.git/git-upload-pack",
      headers: [
        ("Authorization", "Basic eDpnbHBhdC1nb29k"), ("Git-Protocol", "version=2"),
        ("Content-Type", "application/x-git-upload-pack-request"),
      ], body: try await fetchRequest(fixture))
  }

  @Test func `a large pack passes whole`() async throws {
    let fixture = try await makeLarge()
    let answer = try await fetch(fixture, timeout: 60)
    #expect(answer.isComplete && answer.body.count > 12_000_000)
    #expect(fixture.double.log.requests.last?.bytesSent == answer.body.count)
    #expect(fixture.double.log.requests.last?.gitCommand == "fetch")
    #expect(await eventually { processes(fixture).isEmpty })
    await fixture.double.stop()
  }

  @Test func `a client that goes away takes its backend with it`() async throws {
    let fixture = try await makeLarge()
    fixture.double.inject(.stallAfter(bytes: 100_000), on: .gitUploadPack)
    await #expect(throws: SocketError.self) { try await fetch(fixture, timeout: 0.5) }
    #expect(await eventually { processes(fixture).isEmpty })
    await fixture.double.stop()
  }

  @Test func `a double that stops takes its backends with it`() async throws {
    let fixture = try await makeLarge()
    fixture.double.inject(.stallAfter(bytes: 100_000), on: .gitUploadPack)
    async let answer = fetch(fixture, timeout: 3600)
    #expect(
      await eventually { fixture.double.log.requests.contains { $0.bytesSent >= 100_000 } })
    #expect(!processes(fixture).isEmpty)
    await fixture.double.stop()
    // What the backend itself has started is killed with it, and not waited for by anyone here.
    #expect(await eventually { processes(fixture).isEmpty })
    let rest = try await answer
    #expect(!rest.isComplete)
  }
}
