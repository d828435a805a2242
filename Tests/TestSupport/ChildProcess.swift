import Dispatch
import Foundation
import Glibc
import Synchronization

/// A program that a test runs. Foundation's `Process` cannot be waited for on several threads at once, so this stands on
/// `posix_spawn`.
public final class ChildProcess: Sendable {
  /// How a program ended.
  public struct Result: Sendable {
    /// The exit code; 128 and the signal's number where a signal ended it.
    public var status: Int32
    /// What it wrote to stdout.
    public var output: [UInt8]
    /// What it wrote to stderr.
    public var error: [UInt8]

    /// Stdout as text.
    public var text: String { String(decoding: output, as: UTF8.self) }
    /// Stderr as text.
    public var errorText: String { String(decoding: error, as: UTF8.self) }
  }

  /// The process's id.
  public let pid: pid_t
  private let files: URL
  private let result = Mutex<Result?>(nil)

  /// Starts a program, found by `PATH` where its name has no slash, with these arguments and this environment alone.
  ///
  /// - Parameter input: The bytes for its stdin.
  public init(_ words: [String], environment: [String: String], input: [UInt8] = []) throws {
    files = FileManager.default.temporaryDirectory
      .appendingPathComponent("child-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    // Files instead of pipes: nobody has to read and write at the same time.
    try Data(input).write(to: files.appendingPathComponent("in"))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let modes = [O_RDONLY, O_WRONLY | O_CREAT, O_WRONLY | O_CREAT]
    for (descriptor, name) in ["in", "out", "err"].enumerated() {
      posix_spawn_file_actions_addopen(
        &actions, Int32(descriptor), files.appendingPathComponent(name).path, modes[descriptor],
        0o600)
    }
    let arguments = words.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, words[0], &actions, nil, arguments, variables)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
    pid = child
  }

  deinit {
    if result.withLock({ $0 }) == nil {
      Glibc.kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    try? FileManager.default.removeItem(at: files)
  }

  /// Sends a signal.
  public func send(_ signal: Int32) { Glibc.kill(pid, signal) }

  /// What was waited for in vain.
  public struct Missed: Error, CustomStringConvertible {
    /// Why, and what the program wrote.
    public var description: String
  }

  /// Whether it has ended.
  public var hasEnded: Bool {
    var information = siginfo_t()
    let code = waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT)
    return code != 0 || information.si_signo == SIGCHLD
  }

  /// Waits until something holds that the program brings about.
  ///
  /// - Throws: ``Missed`` where it ends without, or does neither in thousands of looks.
  public func until(_ condition: () throws -> Bool) async throws {
    for _ in 0..<60_000 {
      // In this order, for what it does last is done before its end.
      let isOver = hasEnded
      if try condition() { return }
      guard !isOver else { throw missed("It ended early") }
      try await Task.sleep(for: .milliseconds(2))
    }
    throw missed("It never came true")
  }

  private func missed(_ reason: String) -> Missed {
    Missed(description: "\(reason): \(outputSoFar())\(errorSoFar())")
  }

  /// What it has written to stdout so far.
  public func outputSoFar() -> String { text(of: "out") }

  /// What it has written to stderr so far.
  public func errorSoFar() -> String { text(of: "err") }

  private func text(of name: String) -> String {
    let data = (try? Data(contentsOf: files.appendingPathComponent(name))) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }

  /// Waits for its end, and blocks the thread for so long.
  public func wait() throws -> Result {
    try result.withLock { result in
      if let result { return result }
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0 {
        guard errno == EINTR else { throw POSIXError(.ECHILD) }
      }
      let ended = Result(
        status: status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F),
        output: [UInt8](try Data(contentsOf: files.appendingPathComponent("out"))),
        error: [UInt8](try Data(contentsOf: files.appendingPathComponent("err"))))
      result = ended
      return ended
    }
  }

  /// Waits for its end without holding a thread of the shared pool, on which a server in this process may depend.
  public func ended() async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Swift.Result { try self.wait() })
      }
    }
  }

  /// Runs a program to its end.
  public static func run(
    _ words: [String], environment: [String: String], input: [UInt8] = []
  ) throws -> Result {
    try ChildProcess(words, environment: environment, input: input).wait()
  }
}
