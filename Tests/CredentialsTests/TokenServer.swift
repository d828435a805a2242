import Foundation
import Glibc
import Synchronization

/// As much of GitLab as gives out, takes and revokes OAuth tokens: `/oauth/token`, `/oauth/revoke` and `/api/v4/user`, on a
/// free port of the loopback.
final class TokenServer: Sendable {
  /// What happens to the next refreshes.
  enum Fault: Sendable {
    case none
    /// GitLab acts on the request, and then its answer is lost: no byte, or one cut off.
    case stall, cut
    /// GitLab does not act on it.
    case answer(status: Int, body: String)
    /// GitLab acts on it, but only once the test has called ``TokenServer/release()``.
    case held
  }

  struct State {
    var access = "access-0"
    var refresh = "refresh-0"
    var lifetime = 7200
    var refreshes = 0
    var rejected = 0
    var unauthorized = 0
    var forms: [String] = []
    var fault = Fault.none
    var isReleased = false
    var count = 0
  }

  let state = Mutex(State())
  let port: Int
  private let listener: Int32

  var url: String { "http://127.0.0.1:\(port)" }

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 64) == 0
          && getsockname(listener, $0, &size) == 0
      }
    }
    guard isListening else { throw POSIXError(.EADDRINUSE) }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [weak self] in
      while true {
        let socket = accept(listener, nil, nil)
        guard socket >= 0 else {
          close(listener)
          return
        }
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        Thread.detachNewThread { [weak self] in
          while let (head, body) = Self.read(socket), let server = self {
            guard server.answer(head, body, socket) else { break }
          }
          close(socket)
        }
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func read(_ socket: Int32) -> (String, String)? {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let line = head.split(separator: "\r\n").first {
          $0.lowercased().hasPrefix("content-length:")
        }
        let length =
          line.flatMap {
            Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces))
          } ?? 0
        if bytes.count - end.upperBound >= length {
          return (head, String(decoding: bytes[end.upperBound...], as: UTF8.self))
        }
      }
      let count = recv(socket, &block, block.count, 0)
      guard count > 0 else { return nil }
      bytes += block[..<count]
    }
  }

  /// Returns whether the conversation goes on.
  private func answer(_ head: String, _ body: String, _ socket: Int32) -> Bool {
    if head.hasPrefix("GET /api/v4/user ") {
      let isKnown = state.withLock { state in
        let isKnown =
          head.contains("Bearer \(state.access)\r\n") || head.hasSuffix("Bearer \(state.access)")
        if !isKnown { state.unauthorized += 1 }
        return isKnown
      }
      return isKnown
        ? send(200, #"{"username":"ada","name":"Ada"}"#, socket)
        : send(401, #"{"message":"401 Unauthorized"}"#, socket)
    }
    if head.hasPrefix("POST /oauth/revoke ") {
      state.withLock { $0.forms.append(body) }
      return send(200, "{}", socket)
    }
    guard head.hasPrefix("POST /oauth/token ") else { return send(404, "<html>", socket) }
    let fault = state.withLock { state in
      state.forms.append(body)
      return state.fault
    }
    switch fault {
    case .answer(let status, let text): return send(status, text, socket)
    case .held: while state.withLock({ !$0.isReleased }) { usleep(1000) }
    default: break
    }
    let answer: String? = state.withLock { state in
      guard body.contains("refresh_token=\(state.refresh)&") else {
        state.rejected += 1
        return nil
      }
      state.refreshes += 1
      state.count += 1
      state.access = "access-\(state.count)"
      state.refresh = "refresh-\(state.count)"
      return """
        {"access_token":"\(state.access)","token_type":"Bearer","expires_in":\(state.lifetime),\
        "refresh_token":"\(state.refresh)","scope":"read_api read_repository"}
        """
    }
    guard let answer else {
      return send(
        400, #"{"error":"invalid_grant","error_description":"The grant is invalid."}"#, socket)
    }
    switch fault {
    case .stall:
      var byte: UInt8 = 0
      recv(socket, &byte, 1, 0)
      return false
    case .cut:
      return send(200, answer, socket, cutAt: answer.utf8.count / 2)
    default: return send(200, answer, socket)
    }
  }

  private func send(_ status: Int, _ body: String, _ socket: Int32, cutAt: Int? = nil) -> Bool {
    let head =
      "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
    let bytes = Array(head.utf8) + (cutAt.map { Array(body.utf8.prefix($0)) } ?? Array(body.utf8))
    let sent = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    return sent == bytes.count && cutAt == nil
  }

  /// Lets a held refresh go on.
  func release() { state.withLock { $0.isReleased = true } }

  /// Takes back the access token, as a person does on GitLab's page.
  func revokeAccess() { state.withLock { $0.access = "none" } }
}
