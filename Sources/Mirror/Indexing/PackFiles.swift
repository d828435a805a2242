#if canImport(Glibc)
  import Glibc
#endif

/// The files of one pack.
enum PackFiles {
  /// Tells git that what the pack's objects point to may be missing: gitrepository-layout(5), "pack-*.promisor".
  ///
  /// - Parameter pack: The path of the pack without its suffix.
  static func markAsPromised(_ pack: String) throws(GitError) {
    let path = pack + ".promisor"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o444)
    guard descriptor >= 0 else { throw .ofSystem("write \(path)") }
    close(descriptor)
  }

  /// Brings a pack, its index and their directory to disk.
  static func synchronize(_ pack: String, in directory: String) throws(GitError) {
    for path in [pack + ".pack", pack + ".idx"] { try synchronize(path) }
    try synchronize(directory)
  }

  /// Brings a file or directory to disk.
  static func synchronize(_ path: String) throws(GitError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .ofSystem("bring \(path) to disk") }
  }
}
