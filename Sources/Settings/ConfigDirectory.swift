import Glibc

/// The config directory as the file system has it.
package enum ConfigDirectory {
  /// Makes the directory and its parents with mode 0700 where they are missing; what is there stays.
  package static func make(_ path: String) throws(SettingsError) {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw .directory(path: path, reason: "it is not a directory")
      }
      return
    }
    guard errno == ENOENT else { throw .directory(path: path, reason: reason(errno)) }
    if let parent = parent(of: path) { try make(parent) }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .directory(path: path, reason: reason(errno))
    }
  }

  /// Makes new entries of the directory last through a power cut.
  @discardableResult
  package static func synchronize(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fsync(descriptor) == 0
  }

  /// The system's words for an error number.
  package static func reason(_ code: Int32) -> String {
    String(cString: strerror(code)).lowercased()
  }

  /// Runs the body while no other process is in the same place with this directory.
  ///
  /// Where the file system knows no such locks, the body runs all the same.
  static func locked<Value>(
    _ path: String, _ body: () throws(SettingsError) -> Value
  ) throws(SettingsError) -> Value {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .directory(path: path, reason: reason(errno)) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
    defer { flock(descriptor, LOCK_UN) }
    return try body()
  }

  static func parent(of path: String) -> String? {
    let trimmed = path.reversed().drop { $0 == "/" }
    let above = trimmed.drop { $0 != "/" }.drop { $0 == "/" }
    return above.isEmpty ? nil : String(above.reversed())
  }
}
