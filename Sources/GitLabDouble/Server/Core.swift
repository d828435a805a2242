import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization

/// What all requests share.
final class Core: Sendable {
  let world: Mutex<World>
  let faults = Mutex(Faults())
  let oauth = Mutex(OAuthState())
  let base = Mutex("")
  let now: @Sendable () -> Date
  let log = RequestLog()
  let git: Git
  let prefix: String
  let diffs: DiffReader
  private let connections = Mutex<[ObjectIdentifier: any Channel]>([:])

  init(settings: Settings, git: Git, prefix: String, now: @escaping @Sendable () -> Date) {
    world = Mutex(World(settings: settings))
    self.git = git
    self.prefix = prefix
    self.now = now
    diffs = DiffReader(git: git)
  }

  /// Reads or changes what the instance knows, under its lock.
  func withWorld<Value: Sendable, Failure: Error>(
    _ body: (inout World) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try world.withLock { world throws(Failure) in try body(&world) }
  }

  var settings: Settings { world.withLock { $0.settings } }

  /// The instance's own address, which links are built from.
  var externalURL: String {
    let external = world.withLock { $0.settings.externalURL }
    return external.map { $0 + prefix } ?? base.withLock { $0 }
  }

  /// Answers one request.
  func respond(to request: Request, writer: consuming ResponseWriter, channel: any Channel)
    async throws
  {
    track(channel)
    let exchange = Exchange(request.head, prefix: prefix)
    let entry = log.append(
      LoggedRequest(
        method: exchange.method.rawValue, path: exchange.fullPath, query: exchange.rawQuery,
        kind: exchange.kind,
        credentials: ["Authorization", "PRIVATE-TOKEN", "JOB-TOKEN"].contains {
          exchange.header($0) != nil
        },
        gitProtocol: exchange.header("Git-Protocol"), userAgent: exchange.header("User-Agent")))
    let sink = Sink(
      writer, entry: entry, withoutBody: exchange.method == .head,
      date: now().addingTimeInterval(settings.clockSkew))
    if exchange.header("Expect")?.lowercased() == "100-continue" { try await sink.allowBody() }
    do {
      if exchange.kind == .gitUploadPack {
        try await answerUploadPack(exchange, request: request, sink: sink)
        return
      }
      if try await spoil(exchange, command: nil, sink: sink) { return }
      switch exchange.kind {
      case .gitRefs: try await answerRefs(exchange, sink: sink)
      default: try await sink.send(try await answer(exchange, request: request, entry: entry))
      }
    } catch let answer as Answer where !sink.started {
      try await sink.send(answer)
    } catch let error as GitCommandError where !sink.started {
      try await sink.send(.message("500 Internal Server Error: \(error.message)", status: 500))
    }
  }

  private func answer(_ exchange: Exchange, request: Request, entry: RequestLog.Entry) async throws
    -> Answer
  {
    switch exchange.kind {
    case .api:
      return try await answerAPI(exchange, entry: entry)
    case .graphQL:
      let body = try await collect(request.body)
      return try await answerGraphQL(exchange, body: body, entry: entry)
    case .oauth:
      let body = try await collect(request.body)
      return try answerOAuth(exchange, form: Parameters(String(decoding: body, as: UTF8.self)))
    default:
      return try answerGitOddities(exchange)
    }
  }

  private func collect(_ body: RequestBody) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await buffer in body {
      bytes.append(contentsOf: buffer.readableBytesView)
      guard bytes.count <= 1 << 20 else { throw Answer.message("413 Too large", status: 413) }
    }
    return bytes
  }

  /// Applies the fault that is due, if one is; true where it took the place of the answer.
  func spoil(_ exchange: Exchange, command: String?, sink: Sink) async throws -> Bool {
    let effect = faults.withLock {
      $0.take(kind: exchange.kind, path: exchange.fullPath, command: command)
    }
    switch effect {
    case nil: return false
    case .cut(let bytes): sink.shape.cutAfter = max(0, bytes)
    case .stallAfter(let bytes): sink.shape.stallAfter = max(0, bytes)
    case .trickle(let rate): sink.shape.bytesPerSecond = max(1, rate)
    case .flippedPackByte(let position): sink.shape.flippedPackByte = position
    case .malformedJSON: sink.shape.malformed = true
    case .delay(let duration): try await Task.sleep(for: duration)
    case .stall: try await sink.stall()
    case .hangUp: throw Dropped.onPurpose
    case .status(let code):
      var answer = Answer.standard(code)
      if code == 429 { answer = rateLimited(retryAfter: 60, headers: true) }
      if [.gitRefs, .gitUploadPack].contains(exchange.kind) { answer = gitAnswer(code) }
      throw answer
    case .expiredToken: throw Answer.expiredToken
    case .revokedToken: throw Answer.revokedToken
    case .insufficientScope: throw Answer.insufficientScope(["api", "read_api"])
    case .rateLimited(let retryAfter, let headers):
      throw rateLimited(retryAfter: retryAfter, headers: headers)
    case .html(let code): throw Answer.html(code)
    case .answer(let status, let headers, let body):
      throw Answer(status, headers: headers, body: Array(body.utf8))
    case .redirect(let status, let location):
      throw Answer(status, headers: [("Location", location)])
    case .gitError(let message):
      throw gitError(message, for: exchange)
    }
    return false
  }

  private func rateLimited(retryAfter: Int?, headers: Bool) -> Answer {
    .rateLimited(
      retryAfter: retryAfter, headers: headers, limit: settings.rateLimit ?? 2000,
      now: Int(now().timeIntervalSince1970))
  }

  // MARK: Connections

  private func track(_ channel: any Channel) {
    let key = ObjectIdentifier(channel)
    let new = connections.withLock { $0.updateValue(channel, forKey: key) == nil }
    guard new else { return }
    channel.closeFuture.whenComplete { [weak self] _ in
      self?.connections.withLock { $0[key] = nil }
    }
  }

  /// Closes every connection, whatever it waits for.
  func dropConnections() {
    for channel in connections.withLock({ Array($0.values) }) {
      channel.close(mode: .all, promise: nil)
    }
  }
}
