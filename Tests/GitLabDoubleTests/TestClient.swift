import Foundation
import Glibc

@testable import GitLabDouble

/// What came back over a socket.
struct TestResponse: Sendable {
  var status: Int
  var headers: [(name: String, value: String)]
  var body: [UInt8]
  /// Whether the body came whole: as long as promised, or with its last chunk.
  var complete: Bool

  subscript(header: String) -> String? {
    headers.first { $0.name.lowercased() == header.lowercased() }?.value
  }
  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSON {
    get throws { try JSONDecoder().decode(JSON.self, from: Data(body)) }
  }
}

enum TestClientError: Error {
  case cannotConnect, timedOut(received: Int), noAnswer
}

/// An HTTP client on a bare socket that changes nothing: no decoding, no redirects, no retries.
struct TestClient: Sendable {
  let port: Int
  var headers: [(String, String)] = []
  var timeout = 20.0

  func get(_ path: String, _ headers: [(String, String)] = []) async throws -> TestResponse {
    try await send("GET", path, headers: headers)
  }

  func send(
    _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil
  ) async throws -> TestResponse {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    for (name, value) in self.headers + headers { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    let bytes = Array((head + "\r\n").utf8) + (body ?? [])
    let port = port
    let timeout = timeout
    let raw = try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try Self.exchange(bytes, port: port, timeout: timeout) })
      }
    }
    return try Self.parse(raw)
  }

  private static func exchange(_ bytes: [UInt8], port: Int, timeout: Double) throws -> [UInt8] {
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
    guard connected == 0 else { throw TestClientError.cannotConnect }
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
      if count < 0, errno == EAGAIN { throw TestClientError.timedOut(received: received.count) }
      guard count > 0 else { return received }
      received.append(contentsOf: buffer[..<count])
    }
  }

  private static func parse(_ raw: [UInt8]) throws -> TestResponse {
    guard let end = raw.firstRange(of: Array("\r\n\r\n".utf8)) else {
      throw TestClientError.noAnswer
    }
    let lines = String(decoding: raw[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { throw TestClientError.noAnswer }
    let headers = lines.dropFirst().map { line -> (name: String, value: String) in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
    }
    var response = TestResponse(status: status, headers: headers, body: [], complete: false)
    let body = Array(raw[end.upperBound...])
    if response["Transfer-Encoding"] == "chunked" {
      var rest = body[...]
      while let newline = rest.firstRange(of: Array("\r\n".utf8)) {
        let text = String(decoding: rest[..<newline.lowerBound], as: UTF8.self)
        guard let size = Int(text, radix: 16) else { break }
        if size == 0 {
          response.complete = true
          break
        }
        response.body.append(contentsOf: rest[newline.upperBound...].prefix(size))
        rest = rest[newline.upperBound...].dropFirst(size + 2)
      }
    } else {
      response.body = body
      response.complete = response["Content-Length"].flatMap { Int($0) } == body.count
    }
    return response
  }
}
