import CLibcurl
import CShims
import Glibc

/// What a client has moved so far.
public struct Traffic: Sendable, Hashable {
  /// Requests sent, each step of a redirect included.
  public var requests = 0
  /// Bytes received on the wire, TLS included, name look-ups not.
  public var bytesReceived = 0
  /// Bytes sent on the wire, TLS included, not counting what was sent twice.
  public var bytesSent = 0

  /// Makes a count of nothing.
  public init() {}
}

/// The sockets curl holds for one client, and the kernel's count of the bytes on them.
///
/// curl tells of whole header lines and body parts only; the kernel counts every byte, those of a TLS
/// handshake too, so it alone can tell a slow server from a silent one. Needs Linux 4.19 or later; before it, only what
/// curl hands over counts.
final class Sockets {
  private var counts: [curl_socket_t: shim_tcp_bytes] = [:]
  /// Bytes received, over all sockets there were.
  private(set) var received: UInt64 = 0
  /// Bytes sent, over all sockets there were.
  private(set) var sent: UInt64 = 0

  func opened(_ socket: curl_socket_t) {
    counts[socket] = shim_tcp_bytes()
  }

  func close(_ socket: curl_socket_t) {
    _ = update(socket)
    counts[socket] = nil
    _ = Glibc.close(socket)
  }

  /// Reads the counters; returns whether a byte came, or one sent was acknowledged, since the last
  /// time.
  func update() -> Bool {
    var isAlive = false
    for socket in counts.keys where update(socket) { isAlive = true }
    return isAlive
  }

  private func update(_ socket: curl_socket_t) -> Bool {
    var now = shim_tcp_bytes()
    guard let last = counts[socket], shim_tcp_bytes_of(socket, &now) == 0 else { return false }
    counts[socket] = now
    received &+= now.received &- last.received
    sent &+= now.sent &- last.sent
    return now.received != last.received || now.acknowledged != last.acknowledged
  }
}
