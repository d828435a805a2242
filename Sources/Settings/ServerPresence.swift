import Glibc

/// Tells the servers of one config directory of each other: a lock on its file `serve.lock`, held until this value goes or
/// its process ends.
///
/// Where the file system knows no such locks, every server takes itself for the only one.
public final class ServerPresence: Sendable {
  private let descriptor: Int32
  /// Whether no other server of this directory ran when this one began. Others wait at their beginning until ``share()``.
  public let isAlone: Bool

  /// Joins the servers of a directory.
  ///
  /// - Throws: ``SettingsError/directory(path:reason:)`` where the lock's file cannot be made.
  public init(directory: String) throws(SettingsError) {
    let path = "\(directory)/serve.lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw .directory(path: path, reason: ConfigDirectory.reason(errno))
    }
    self.descriptor = descriptor
    isAlone = flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
    if !isAlone { share() }
  }

  /// Lets other servers begin.
  public func share() {
    while flock(descriptor, LOCK_SH) != 0 && errno == EINTR {}
  }

  deinit {
    // Not by closing alone: a child process between fork and exec has the descriptor too, and would keep the lock.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
