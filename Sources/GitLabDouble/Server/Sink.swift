import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore

/// How an answer's body is spoiled on its way.
struct Shape: Sendable {
  var cutAfter: Int?
  var stallAfter: Int?
  var bytesPerSecond: Int?
  var flippedPackByte: Int?
  var malformed = false
}

/// Why a connection is dropped.
enum Dropped: Error {
  case onPurpose
  case alreadyAnswered
}

/// The way to the client for one answer; spoils it if told to.
///
/// Unchecked, because its state is unguarded: only the task that answers the request uses it, one
/// call after another; the task that feeds a backend never sees it.
final class Sink: @unchecked Sendable {
  var shape = Shape()
  /// Whether the connection ends with this answer.
  var closesConnection = false
  let entry: RequestLog.Entry
  private var writer: ResponseWriter?
  private var body: (any ResponseBodyWriter)?
  private let withoutBody: Bool
  private var sent = 0
  private var pack = PackTracker()

  private let date: Date

  /// - Parameter date: Told as the time at which the answer was made.
  init(
    _ writer: consuming ResponseWriter, entry: RequestLog.Entry, withoutBody: Bool, date: Date
  ) {
    self.writer = consume writer
    self.date = date
    self.entry = entry
    self.withoutBody = withoutBody
  }

  var started: Bool { writer == nil }

  /// Lets a client go on that waits for leave to send its body.
  func allowBody() async throws {
    try await writer?.writeInformationalHead(.init(status: .continue))
  }

  /// Sends the status and the headers.
  func start(_ status: Int, _ headers: [(name: String, value: String)]) async throws {
    guard let writer = writer.take() else { throw Dropped.alreadyAnswered }
    var fields = HTTPFields()
    for header in headers {
      guard let name = HTTPField.Name(header.name) else { continue }
      fields.append(HTTPField(name: name, value: header.value))
    }
    fields[.date] = HTTPDate.text(date)
    if closesConnection { fields[.connection] = "close" }
    entry.update { $0.status = status }
    body = try await writer.writeHead(
      HTTPResponse(status: .init(code: status), headerFields: fields))
    if shape.stallAfter == 0 { try await stall() }
    if shape.cutAfter == 0 { try await cut() }
  }

  /// Sends a part of the body.
  func write(_ buffer: ByteBuffer) async throws {
    guard !withoutBody else { return }
    var buffer = buffer
    if let position = shape.flippedPackByte { pack.flip(at: position, in: &buffer) }
    while buffer.readableBytes > 0 {
      var count = buffer.readableBytes
      for limit in [shape.cutAfter, shape.stallAfter].compactMap({ $0 }) {
        count = min(count, limit - sent)
      }
      if let rate = shape.bytesPerSecond { count = min(count, max(1, rate / 10)) }
      if let part = buffer.readSlice(length: count), count > 0 {
        sent += count
        let total = sent
        entry.update { $0.bytesSent = total }
        try await body?.write(part)
      }
      if shape.stallAfter == sent { try await stall() }
      if shape.cutAfter == sent { try await cut() }
      if shape.bytesPerSecond != nil { try await Task.sleep(for: .milliseconds(100)) }
    }
  }

  /// Ends the body.
  func finish() async throws {
    try await body?.finish(nil)
    body = nil
  }

  /// Sends a whole answer.
  func send(_ answer: Answer) async throws {
    var bytes = answer.body
    if shape.malformed {
      if !bytes.isEmpty { bytes.removeLast() }
      bytes.append(UInt8(ascii: ","))
    }
    let length = bytes.isEmpty && answer.status == 204 ? [] : [("Content-Length", "\(bytes.count)")]
    try await start(answer.status, answer.headers + length.map { (name: $0.0, value: $0.1) })
    try await write(ByteBuffer(bytes: bytes))
    try await finish()
  }

  /// Says nothing until the connection or the double ends.
  func stall() async throws {
    while true { try await Task.sleep(for: .seconds(3600)) }
  }

  private func cut() async throws {
    // What was written must reach the client before the connection is dropped under it.
    try await Task.sleep(for: .milliseconds(20))
    throw Dropped.onPurpose
  }
}
