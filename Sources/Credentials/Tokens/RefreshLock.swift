import Glibc
import HTTP
import Settings

/// Lets one thread of one process refresh a connection's tokens at a time.
///
/// A lock on the file `refresh-<id>.lock` in the config directory, held until this value goes. The file stays as
/// long as the connection does: to remove it would let two holders stand on two files of one name.
final class RefreshLock {
  private let file: Descriptor

  /// Waits for the lock.
  ///
  /// Where the file system knows no such locks the caller goes on without one; the generation of the stored secrets
  /// still keeps one pair from overwriting another.
  ///
  /// - Throws: ``TokenError/busy(connection:)`` after `limit`, ``TokenError/cancelled``, ``TokenError/lock(path:reason:)``.
  init(
    directory: String, connection: Connection, limit: Duration, cancellation: Cancellation
  ) throws(TokenError) {
    let path = Self.path(directory: directory, connection: connection.id)
    let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard number >= 0 else {
      throw .lock(path: path, reason: ConfigDirectory.reason(errno))
    }
    file = Descriptor(number)
    let deadline = ContinuousClock.now + limit
    var pause: UInt32 = 1000
    while flock(number, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else { return }
      guard !cancellation.isCancelled else { throw .cancelled }
      guard ContinuousClock.now < deadline else { throw .busy(connection: connection.name) }
      usleep(pause)
      pause = min(pause * 2, 4000)
    }
  }

  deinit {
    // Not by closing alone: a child process between fork and exec has the descriptor too, and would keep the lock.
    flock(file.number, LOCK_UN)
  }

  static func path(directory: String, connection: Connection.ID) -> String {
    "\(directory)/refresh-\(connection).lock"
  }
}
