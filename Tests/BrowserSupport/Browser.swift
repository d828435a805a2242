import Dispatch
import Foundation
import Glibc
import Synchronization

/// A headless Chromium, spoken to by `--remote-debugging-pipe`: the DevTools protocol as JSON, each message ended by a zero
/// byte, on the descriptors 3 and 4 of the browser. Both are the same socket.
///
/// See <https://chromedevtools.github.io/devtools-protocol/>.
public final class Browser: Sendable {
  private struct State {
    var lastID = 0
    var waiting: [Int: CheckedContinuation<Message, any Error>] = [:]
    var ending: BrowserError?
  }

  private let state = Mutex(State())
  private let pid: pid_t
  private let profile: URL
  private let socket: Socket

  /// Where Debian, or the path, has a Chromium; nil where there is none.
  public static let executable: String? = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
    return ["chromium", "chromium-browser", "google-chrome"].lazy
      .flatMap { name in path.split(separator: ":").map { "\($0)/\(name)" } }
      .first { access($0, X_OK) == 0 }
  }()

  /// Starts a browser with a profile of its own.
  public init(_ executable: String) throws {
    profile = FileManager.default.temporaryDirectory
      .appendingPathComponent("browser-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: profile, withIntermediateDirectories: true)
    let (ours, theirs) = try Socket.pair()
    socket = ours
    let words = [
      executable, "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
      "--disable-dev-shm-usage", "--no-first-run", "--no-default-browser-check",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--disable-extensions", "--password-store=basic", "--no-proxy-server",
      "--user-data-dir=\(profile.path)", "about:blank",
    ]
    pid = try Self.spawn(words, home: profile.path, speakingAt: theirs)
    listen(at: ours)
  }

  deinit {
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
    try? FileManager.default.removeItem(at: profile)
  }

  private static func spawn(
    _ words: [String], home: String, speakingAt socket: Socket
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, socket.descriptor, 3)
    posix_spawn_file_actions_adddup2(&actions, socket.descriptor, 4)
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let settings = ["PATH=\(path)", "HOME=\(home)", "LANG=C.UTF-8"]
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    let variables: [UnsafeMutablePointer<CChar>?] = settings.map { strdup($0) } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, words[0], &actions, nil, arguments, variables)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
    return child
  }

  /// Reads answers on a thread of their own until the browser ends.
  private func listen(at socket: Socket) {
    let thread = Thread { [weak self] in
      var pending: [UInt8] = []
      while let bytes = socket.receive() {
        pending += bytes
        while let end = pending.firstIndex(of: 0) {
          let message = try? JSONDecoder().decode(Message.self, from: Data(pending[..<end]))
          pending.removeSubrange(...end)
          if let message { self?.receive(message) }
        }
      }
      self?.end()
    }
    thread.start()
  }

  private func receive(_ message: Message) {
    guard let id = message.id else { return }
    let continuation = state.withLock { $0.waiting.removeValue(forKey: id) }
    if let error = message.error {
      continuation?.resume(throwing: BrowserError.refused(error.message))
    } else {
      continuation?.resume(returning: message)
    }
  }

  private func end() {
    let waiting = state.withLock { state in
      state.ending = .ended
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for continuation in waiting { continuation.resume(throwing: BrowserError.ended) }
  }

  /// How long a command may go without an answer; a loaded machine is slow.
  private static let patience = Duration.seconds(60)

  /// Sends a command and awaits its answer.
  ///
  /// - Throws: ``BrowserError``: `refused` where none comes, as of a script in a page that is gone.
  func call(
    _ method: String, _ parameters: [String: JSON] = [:], session: String? = nil
  ) async throws -> Message.Result {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    let command = Command(id: id, method: method, params: parameters, sessionId: session)
    let bytes = Array(try JSONEncoder().encode(command)) + [0]
    let timer = Task { [weak self] in
      try await Task.sleep(for: Self.patience)
      self?.giveUp(id, with: BrowserError.refused("no answer to \(method)"))
    }
    defer { timer.cancel() }
    let message = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let failure = state.withLock { state -> (any Error)? in
          if let ending = state.ending { return ending }
          if Task.isCancelled { return CancellationError() }
          do {
            try socket.send(bytes)
            state.waiting[id] = continuation
            return nil
          } catch {
            return error
          }
        }
        if let failure { continuation.resume(throwing: failure) }
      }
    } onCancel: {
      giveUp(id, with: CancellationError())
    }
    return message.result ?? .init()
  }

  private func giveUp(_ id: Int, with error: any Error) {
    let continuation = state.withLock { $0.waiting.removeValue(forKey: id) }
    continuation?.resume(throwing: error)
  }

  /// Opens a tab with cookies of its own.
  public func newTab() async throws -> Tab {
    let context = try await call("Target.createBrowserContext").browserContextId
    let target = try await call(
      "Target.createTarget",
      ["url": .string("about:blank"), "browserContextId": .string(context ?? "")])
    let session = try await call(
      "Target.attachToTarget",
      ["targetId": .string(target.targetId ?? ""), "flatten": .bool(true)])
    guard let id = session.sessionId else { throw BrowserError.refused("no session") }
    return Tab(browser: self, session: id)
  }
}

/// What went wrong with a browser.
public enum BrowserError: Error, CustomStringConvertible {
  /// The browser is gone.
  case ended
  /// The browser did not do what it was told.
  case refused(String)
  /// The page threw.
  case script(String)
  /// The page never came to be so; with what it showed instead.
  case never(String, page: String)

  /// What happened, for a test's output.
  public var description: String {
    switch self {
    case .ended: "the browser ended"
    case .refused(let text): "the browser refused: \(text)"
    case .script(let text): "the page threw: \(text)"
    case .never(let condition, let page): "never came: \(condition); the page shows:\n\(page)"
    }
  }
}
