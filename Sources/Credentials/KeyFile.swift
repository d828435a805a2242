import Foundation
import Glibc
import HTTP
import Settings

/// The key file in the config directory: `key`, and `key.next` while the key is being changed.
struct KeyFile: Sendable {
  let directory: String

  var path: String { "\(directory)/key" }
  var nextPath: String { "\(directory)/key.next" }

  /// The longest file read, in bytes.
  private static let maximumLength = 256

  /// The key in use, or nil where there is no file.
  func read() throws(KeyError) -> VaultKey? {
    try Self.read(path, isPrivate: true)
  }

  /// The key that a change is under way to, or nil.
  func readNext() throws(KeyError) -> VaultKey? {
    try Self.read(nextPath, isPrivate: true)
  }

  /// The key in use; a new one at first use. Of several processes at once, all get the same.
  func readOrCreate() throws(KeyError) -> VaultKey {
    if let key = try read() { return key }
    do {
      try ConfigDirectory.make(directory)
    } catch {
      throw .cannotStore(path: path, reason: error.summary)
    }
    let temporary = "\(path).\(UInt64.random(in: 0 ... .max))"
    try write(VaultKey.random(), to: temporary)
    // A link, unlike a rename, never replaces a key that another process was quicker to store.
    let linked = link(temporary, path)
    let failure = errno
    unlink(temporary)
    guard linked == 0 || failure == EEXIST else {
      throw .cannotStore(path: path, reason: ConfigDirectory.reason(failure))
    }
    try synchronize()
    guard let key = try read() else { throw .missing(path: path) }
    return key
  }

  /// Stores the key to change to beside the one in use; one that was left over must be settled.
  func writeNext(_ key: VaultKey) throws(KeyError) {
    try write(key, to: nextPath)
    try synchronize()
  }

  /// Finishes or takes back a change that was cut short: the next key becomes the one in use where
  /// the secrets are sealed with it, and is dropped where they are not.
  ///
  /// - Parameter keyID: Names the key of the stored secrets, which nobody may change meanwhile.
  func settle(keyID: Data?) throws(KeyError) {
    let next: VaultKey?
    do {
      next = try readNext()
    } catch .malformed {
      // Cut off while it was written, so nothing is sealed with it.
      unlink(nextPath)
      return
    }
    guard let next else { return }
    if next.id == keyID, try read()?.id != keyID {
      guard rename(nextPath, path) == 0 else {
        throw .cannotStore(path: path, reason: ConfigDirectory.reason(errno))
      }
      try synchronize()
    } else {
      unlink(nextPath)
    }
  }

  /// Reads a key from a file.
  ///
  /// - Parameter isPrivate: Insists on the caller as owner and on no rights for others; else only
  ///   on no rights for everybody, because systemd lets root own a service's credentials.
  static func read(_ path: String, isPrivate: Bool) throws(KeyError) -> VaultKey? {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT: return nil
      case ELOOP: throw .notAFile(path: path)
      default: throw .unreadable(path: path, reason: ConfigDirectory.reason(errno))
      }
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: ConfigDirectory.reason(errno))
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
    guard !isPrivate || status.st_uid == geteuid() else {
      throw .otherOwner(path: path, owner: status.st_uid)
    }
    guard status.st_mode & (isPrivate ? 0o077 : 0o007) == 0 else {
      throw .tooOpen(path: path, mode: status.st_mode & 0o7777)
    }
    var bytes = [UInt8](repeating: 0, count: maximumLength + 1)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else {
        throw .unreadable(path: path, reason: ConfigDirectory.reason(errno))
      }
      if got == 0 { break }
      count += got
    }
    return try VaultKey(
      Secret(String(decoding: bytes[..<count], as: UTF8.self)), source: "The key file \(path)")
  }

  private func write(_ key: VaultKey, to path: String) throws(KeyError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .cannotStore(path: path, reason: ConfigDirectory.reason(errno))
    }
    defer { close(descriptor) }
    // 65 bytes to a new file: a short write is a full disk.
    let text = Array((key.text.reveal() + "\n").utf8)
    let written = text.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard written == text.count, fsync(descriptor) == 0 else {
      let reason = written >= 0 && written < text.count ? ENOSPC : errno
      unlink(path)
      throw .cannotStore(path: path, reason: ConfigDirectory.reason(reason))
    }
  }

  private func synchronize() throws(KeyError) {
    guard ConfigDirectory.synchronize(directory) else {
      throw .cannotStore(path: path, reason: ConfigDirectory.reason(errno))
    }
  }
}
