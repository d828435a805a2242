import Foundation
import Glibc

/// Why a request got no answer.
public enum SocketError: Error {
  case cannotConnect
  /// The server fell silent after these bytes.
  case timedOut(received: [UInt8])
  case noAnswer
}

/// What came back over a socket.
public struct SocketResponse: Sendable {
  /// The status code.
  public var status: Int
  /// In their order.
  public var headers: [(name: String, value: String)]
  /// Without the marks of chunks.
  public var body: [UInt8] = []
  /// Whether the body came whole: as long as promised, or with its last chunk.
  public var isComplete = false

  /// The first header of a name.
  public subscript(header: String) -> String? {
    headers.first { $0.name.lowercased() == header.lowercased() }?.value
  }
  /// The body as text.
  public var text: String { String(decoding: body, as: UTF8.self) }

  fileprivate init(_ raw: [UInt8]) throws {
    guard let end = raw.firstRange(of: Array("\r\n\r\n".utf8)) else { throw SocketError.noAnswer }
    let lines = String(decoding: raw[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { throw SocketError.noAnswer }
    self.status = status
    headers = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
    }
    if self["Transfer-Encoding"] == "chunked" {
      readChunks(raw[end.upperBound...])
    } else {
      body = Array(raw[end.upperBound...])
      isComplete = self["Content-Length"].flatMap { Int($0) } == body.count
    }
  }

  private mutating func readChunks(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while let newline = rest.firstRange(of: Array("\r\n".utf8)),
      let size = Int(String(decoding: rest[..<newline.lowerBound], as: UTF8.self), radix: 16)
    {
      guard size > 0 else {
        isComplete = true
        return
      }
      body += rest[newline.upperBound...].prefix(size)
      rest = rest[newline.upperBound...].dropFirst(size + 2)
    }
  }
}

/// An HTTP request on a bare socket to this machine, with the head as it is told: no decoding, no redirects, no retries,
/// and a connection of its own.
public struct SocketRequest: Sendable {
  private let bytes: [UInt8]
  private let port: Int
  private let timeout: Double

  /// - Parameters:
  ///   - host: In place of this machine's address and port.
  ///   - timeout: Seconds of silence that are borne.
  public init(
    _ method: String, _ path: String, port: Int, host: String? = nil,
    headers: [(name: String, value: String)], body: [UInt8]?, timeout: Double
  ) {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: \(host ?? "127.0.0.1:\(port)")\r\n"
    head += "Connection: close\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    bytes = Array((head + "\r\n").utf8) + (body ?? [])
    self.port = port
    self.timeout = timeout
  }

  /// Sends it, on a thread of its own.
  ///
  /// - Parameter mark: Reads until this text has come, instead of to the end.
  /// - Throws: ``SocketError``.
  public func send(until mark: String? = nil) async throws -> SocketResponse {
    let raw = try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try exchange(until: mark.map { Array($0.utf8) }) })
      }
    }
    return try SocketResponse(raw)
  }

  private func exchange(until mark: [UInt8]?) throws -> [UInt8] {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: Int(timeout), tv_usec: Int(timeout * 1e6) % 1_000_000)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw SocketError.cannotConnect }
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { break }
      sent += count
    }
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EAGAIN { throw SocketError.timedOut(received: received) }
      guard count > 0 else { return received }
      received.append(contentsOf: buffer[..<count])
      if let mark, received.firstRange(of: mark) != nil { return received }
    }
  }
}
