import Foundation
import Glibc

/// One end of a pair of sockets, closed with its owner.
final class Socket: Sendable {
  let descriptor: Int32

  /// Takes over an open descriptor and moves it out of the way of 0 to 9, which a child wants for itself.
  private init(moving old: Int32) throws {
    descriptor = fcntl(old, F_DUPFD_CLOEXEC, 10)
    let code = errno
    close(old)
    guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
  }

  deinit { close(descriptor) }

  /// Two ends that are connected to each other, and that no child inherits unasked.
  static func pair() throws -> (ours: Socket, theirs: Socket) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
    let ours = try Socket(moving: ends[0])
    return (ours, try Socket(moving: ends[1]))
  }

  /// Sends all bytes.
  func send(_ bytes: [UInt8]) throws {
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
      start += count
    }
  }

  /// Waits for bytes, and blocks the thread for so long; nil at the end.
  func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      return count > 0 ? Array(buffer[..<count]) : nil
    }
  }
}
