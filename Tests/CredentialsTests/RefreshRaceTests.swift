import Foundation
import Glibc
import HTTP
import Synchronization
import Testing

@testable import Credentials

@Suite struct RefreshRaceTests {
  /// A `refresh-racer` with pipes to it and from it.
  private final class Racer {
    let pid: pid_t
    private let input: Int32
    private let output: Int32

    init(directory: String) throws {
      var down: [Int32] = [0, 0]
      var up: [Int32] = [0, 0]
      guard pipe(&down) == 0, pipe(&up) == 0 else { throw POSIXError(.EMFILE) }
      for end in down + up { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      posix_spawn_file_actions_adddup2(&actions, down[0], 0)
      posix_spawn_file_actions_adddup2(&actions, up[1], 1)
      let texts = [Self.program, directory, "work"]
      var words: [UnsafeMutablePointer<CChar>?] = []
      for text in texts { words.append(strdup(text)) }
      words.append(nil)
      defer { words.forEach { free($0) } }
      var child: pid_t = 0
      let code = posix_spawn(&child, Self.program, &actions, nil, words, environ)
      close(down[0])
      close(up[1])
      guard code == 0 else { throw POSIXError(.ENOENT) }
      pid = child
      input = down[1]
      output = up[0]
    }

    deinit {
      close(input)
      close(output)
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }

    func go() { _ = write(input, "go\n", 3) }

    func answer() -> String {
      var bytes: [UInt8] = []
      var byte: UInt8 = 0
      while read(output, &byte, 1) == 1, byte != UInt8(ascii: "\n") { bytes.append(byte) }
      return String(decoding: bytes, as: UTF8.self)
    }

    /// It lies beside this test's executable.
    private static let program: String = {
      let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      return own.deletingLastPathComponent().appendingPathComponent("refresh-racer").path
    }()
  }

  @Test func `of 8 processes that need the token at once, one refreshes, 100 times over`() throws {
    let fixture = try OAuthFixture()
    let racers = try (0..<8).map { _ in try Racer(directory: fixture.directory.path) }
    for round in 1...100 {
      // In turn the token is due by its time, or GitLab takes it no longer.
      if round.isMultiple(of: 2) {
        try fixture.age(toExpireIn: -1)
      } else {
        fixture.server.revokeAccess()
      }
      for racer in racers { racer.go() }
      let answers = racers.map { $0.answer() }
      #expect(answers == Array(repeating: "ok", count: 8), "round \(round)")
      let (refreshes, rejected) = fixture.server.state.withLock { ($0.refreshes, $0.rejected) }
      #expect(refreshes == round)
      #expect(rejected == 0)
      guard refreshes == round else { return }
    }
    let last = try fixture.stored().secrets
    #expect(fixture.server.state.withLock { $0.access } == last.accessToken.reveal())
    #expect(fixture.server.state.withLock { $0.refresh } == last.refreshToken?.reveal())
  }

  @Test func `of 16 threads that need the token at once, one refreshes`() async throws {
    let fixture = try OAuthFixture(expiresIn: -1)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 {
        group.addTask {
          await withCheckedContinuation { continuation in
            Thread.detachNewThread {
              let authorization = try? fixture.source().authorization()
              continuation.resume(returning: authorization == bearer("access-1"))
            }
          }
        }
      }
      for await isFresh in group { #expect(isFresh) }
    }
    #expect(fixture.server.state.withLock { $0.refreshes } == 1)
    #expect(fixture.server.state.withLock { $0.rejected } == 0)
  }
}
