import Glibc
import HTTPTypes
import HummingbirdCore
import NIOCore
import Subprocess
import Synchronization
import SystemPackage

/// Kills a process group once, whether the order comes before or after its start.
private final class Killer: Sendable {
  private enum State {
    case waiting, armed(pid_t), fired, done
  }
  private let state = Mutex(State.waiting)

  func arm(_ process: pid_t) {
    let late = state.withLock { state in
      if case .fired = state { return true }
      state = .armed(process)
      return false
    }
    if late { kill(-process, SIGKILL) }
  }

  /// The process ended, or is the runner's business from here on.
  func disarm() {
    state.withLock { $0 = .done }
  }

  func fire() {
    state.withLock { state in
      switch state {
      case .armed(let process):
        // Under the lock: the process is not reaped before `disarm`, so the id is still its own.
        kill(-process, SIGKILL)
        state = .fired
      case .waiting: state = .fired
      case .fired, .done: break
      }
    }
  }
}

/// Reads a request's body from one task after another.
///
/// Unchecked, because the iterator is not Sendable: the feeding of the backend begins only after
/// the reading of the first bytes has ended, so no two tasks use it at once.
private final class BodyReader: @unchecked Sendable {
  private var iterator: RequestBody.AsyncIterator

  init(_ body: RequestBody) {
    iterator = body.makeAsyncIterator()
  }

  func next() async throws -> ByteBuffer? {
    try await iterator.next()
  }
}

extension Core {
  /// Answers a `git-upload-pack` request.
  func answerUploadPack(_ exchange: Exchange, request: Request, sink: Sink) async throws {
    let killer = Killer()
    // Watching for the client's end uses up the connection.
    sink.closesConnection = true
    try await request.body.consumeWithInboundCloseHandler { body in
      let reader = BodyReader(body)
      var start: [UInt8] = []
      while start.count < 1 << 16, let buffer = try await reader.next() {
        start.append(contentsOf: buffer.readableBytesView)
      }
      let command = note(start, exchange, sink.entry)
      if try await spoil(exchange, command: command, sink: sink) { return }
      let suffix = "/git-upload-pack"
      guard exchange.method == .post, let path = exchange.path?.dropLast(suffix.count),
        path.hasSuffix(".git")
      else { throw Answer.html(404) }
      let grant = try grant(exchange, path: path.dropLast(4), entry: sink.entry)
      try await runBackend(
        exchange, grant, endpoint: suffix, body: reader, start: start, sink: sink, killer: killer)
    } onInboundClosed: {
      killer.fire()
    }
  }

  /// Notes a request's first bytes and its command, where it is not compressed.
  private func note(_ start: [UInt8], _ exchange: Exchange, _ entry: RequestLog.Entry) -> String? {
    guard exchange.header("Content-Encoding") == nil else { return nil }
    let text = String(decoding: start.prefix(4096), as: UTF8.self)
    let marker = "command="
    let command: String? =
      text.dropFirst(4).hasPrefix(marker)
      ? String(text.dropFirst(4 + marker.count).prefix { $0.isLetter || $0 == "-" })
      : nil
    // A pkt-line may end without a line feed, and the next one's length then follows directly.
    let known = ["ls-refs", "fetch", "object-info"].first { command?.hasPrefix($0) == true }
    entry.update {
      $0.gitCommand = known ?? command
      $0.body = text
    }
    return known ?? command
  }

  /// Runs `git http-backend` and streams both ways.
  private func runBackend(
    _ exchange: Exchange, _ grant: GitGrant, endpoint: String, body: BodyReader?, start: [UInt8],
    sink: Sink, killer: Killer
  ) async throws {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [
      .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(100))
    ]
    let result = try await Subprocess.run(
      .path(FilePath(git.executables + "/git-http-backend")),
      environment: Command.environment(variables(exchange, grant, endpoint: endpoint)),
      platformOptions: options, input: .inputWriter, output: .sequence,
      error: .string(limit: 1 << 24)
    ) { execution in
      killer.arm(execution.processIdentifier.value)
      defer { killer.disarm() }
      let input = execution.standardInputWriter
      async let _ = Self.feed(start, body, to: input)
      var head: [UInt8]? = []
      for try await chunk in execution.standardOutput {
        var buffer = ByteBuffer()
        chunk.withUnsafeBytes { _ = buffer.writeBytes($0) }
        if var bytes = head {
          bytes.append(contentsOf: buffer.readableBytesView)
          guard let split = Self.endOfHead(bytes) else {
            guard bytes.count < 1 << 16 else { break }
            head = bytes
            continue
          }
          head = nil
          let (status, headers) = Self.parse(head: bytes[..<split])
          try await sink.start(status, headers)
          buffer = ByteBuffer(bytes: bytes[split...])
        }
        try await sink.write(buffer)
      }
    }
    guard sink.started else {
      throw GitCommandError(
        arguments: ["http-backend"],
        message: "no answer (\(result.terminationStatus)): \(result.standardError)")
    }
    // A backend that was killed or failed leaves its answer without an end.
    guard result.terminationStatus.isSuccess else { throw Dropped.onPurpose }
    try await sink.finish()
  }

  /// Runs `git http-backend` for a request without a body.
  func runBackend(_ exchange: Exchange, _ grant: GitGrant, endpoint: String, sink: Sink)
    async throws
  {
    try await runBackend(
      exchange, grant, endpoint: endpoint, body: nil, start: [], sink: sink, killer: Killer())
  }

  private static func feed(_ start: [UInt8], _ body: BodyReader?, to input: StandardInputWriter)
    async
  {
    // A backend that stops reading early says why on its output; that answer is what counts.
    do {
      if !start.isEmpty { _ = try await input.write(start) }
      if let body {
        while let buffer = try await body.next() {
          _ = try await input.write(Array(buffer.readableBytesView))
        }
      }
    } catch {}
    try? await input.finish()
  }

  private func variables(_ exchange: Exchange, _ grant: GitGrant, endpoint: String)
    -> [String: String]
  {
    var variables = Git.variables
    let request = [
      "GIT_PROJECT_ROOT": grant.repository, "PATH_INFO": endpoint, "GIT_HTTP_EXPORT_ALL": "1",
      "REQUEST_METHOD": exchange.method.rawValue, "QUERY_STRING": exchange.rawQuery,
      "REMOTE_ADDR": "127.0.0.1",
    ]
    variables.merge(request) { $1 }
    variables["CONTENT_TYPE"] = exchange.header("Content-Type")
    variables["CONTENT_LENGTH"] = exchange.header("Content-Length")
    variables["HTTP_CONTENT_ENCODING"] = exchange.header("Content-Encoding")
    if settings.gitProtocolV2, exchange.header("Git-Protocol") == "version=2" {
      variables["GIT_PROTOCOL"] = "version=2"
    }
    return variables
  }

  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    let mark = Array("\r\n\r\n".utf8)
    guard bytes.count >= mark.count else { return nil }
    return (0...bytes.count - mark.count).first { bytes[$0...].starts(with: mark) }
      .map { $0 + mark.count }
  }

  /// Reads CGI headers; the status is 200 where none is told.
  private static func parse(head: ArraySlice<UInt8>) -> (
    status: Int, headers: [(name: String, value: String)]
  ) {
    var status = 200
    var headers: [(name: String, value: String)] = []
    for line in String(decoding: head, as: UTF8.self).split(separator: "\r\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let value = String(parts[1].drop { $0 == " " })
      if parts[0].lowercased() == "status" {
        status = Int(value.prefix(3)) ?? 500
      } else {
        headers.append((name: String(parts[0]), value: value))
      }
    }
    return (status, headers)
  }
}
