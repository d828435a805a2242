import Foundation
import Glibc
import Reports

/// What came back over a socket.
struct WebAnswer: Sendable {
  var status = 0
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []

  subscript(header: String) -> String? {
    headers.first { $0.name.lowercased() == header.lowercased() }?.value
  }
  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
  /// The code of an error's envelope.
  var code: String? {
    json["success"] == .bool(false) ? json["error"]?["code"]?.text : nil
  }
  /// The fields that an error's envelope names.
  var fields: [String] {
    json["error"]?["details"]?["fields"]?.elements?.compactMap { $0["field"]?.text } ?? []
  }
  var data: JSONValue { json["success"] == .bool(true) ? json["data"] ?? .null : .null }
}

enum WebClientError: Error {
  case cannotConnect, timedOut(String), noAnswer
}

/// A client on a bare socket, which sends whatever head it is told; each request has a connection of its own.
struct WebClient: Sendable {
  var port: Int
  var host: String?
  var headers: [(name: String, value: String)] = []

  /// - Parameter mark: Reads until this text has come, instead of to the end.
  func send(
    _ method: String, _ path: String, _ headers: [String: String] = [:], body: [UInt8]? = nil,
    until mark: String? = nil
  ) async throws -> WebAnswer {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: \(host ?? "127.0.0.1:\(port)")\r\n"
    head += "Connection: close\r\n"
    for field in self.headers where headers[field.name] == nil {
      head += "\(field.name): \(field.value)\r\n"
    }
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    let bytes = Array((head + "\r\n").utf8) + (body ?? [])
    let port = port
    let raw = try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try Self.exchange(bytes, port: port, until: mark) })
      }
    }
    return try Self.parse(raw, isCut: mark != nil)
  }

  private static func exchange(
    _ bytes: [UInt8], port: Int, until mark: String?
  ) throws -> [UInt8] {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 60, tv_usec: 0)
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
    guard connected == 0 else { throw WebClientError.cannotConnect }
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { break }
      sent += count
    }
    let mark = mark.map { Array($0.utf8) }
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EAGAIN {
        throw WebClientError.timedOut(String(decoding: received.suffix(2000), as: UTF8.self))
      }
      guard count > 0 else { return received }
      received.append(contentsOf: buffer[..<count])
      if let mark, received.firstRange(of: mark) != nil { return received }
    }
  }

  private static func parse(_ raw: [UInt8], isCut: Bool) throws -> WebAnswer {
    guard let end = raw.firstRange(of: Array("\r\n\r\n".utf8)) else {
      throw WebClientError.noAnswer
    }
    let lines = String(decoding: raw[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    var answer = WebAnswer()
    answer.status =
      lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    answer.headers = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
    }
    answer.body = Array(raw[end.upperBound...])
    if answer["Transfer-Encoding"] == "chunked", !isCut {
      var rest = answer.body[...]
      var body: [UInt8] = []
      while let newline = rest.firstRange(of: Array("\r\n".utf8)),
        let size = Int(String(decoding: rest[..<newline.lowerBound], as: UTF8.self), radix: 16),
        size > 0
      {
        body += rest[newline.upperBound...].prefix(size)
        rest = rest[newline.upperBound...].dropFirst(size + 2)
      }
      answer.body = body
    }
    return answer
  }
}
