import Glibc

/// A file that is written beside its place and has no name yet that git or a reader would look at. Removed when it is
/// freed before it was given one.
final class PackFileWriter {
  /// Where it is written; git and the mirror's upkeep know the name as that of something unfinished.
  let path: String
  private let descriptor: Int32
  private(set) var byteCount = 0
  private var isNamed = false

  /// Makes the file in a directory of packs.
  init(in directory: String) throws(GitError) {
    var template = Array("\(directory)/tmp_pack_XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw .ofSystem("write a pack into \(directory)") }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    close(descriptor)
    if !isNamed { unlink(path) }
  }

  /// Whether a file of that name is one that was never finished, of this writer or of libgit2's.
  static func isUnfinished(_ name: String) -> Bool {
    name.hasPrefix("tmp_pack_") || name.hasPrefix("pack_git2_")
  }

  /// Writes bytes at the end.
  func append(_ bytes: [UInt8]) throws(GitError) {
    try write(bytes, at: byteCount)
    byteCount += bytes.count
  }

  /// Writes bytes at an offset.
  func write(_ bytes: [UInt8], at offset: Int) throws(GitError) {
    guard bytes.withUnsafeBytes({ put($0, at: offset) }) else { throw .ofSystem("write \(path)") }
  }

  private func put(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    var written = 0
    while written < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written,
        off_t(offset + written))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }

  /// Cuts the file.
  func truncate(to count: Int) throws(GitError) {
    guard ftruncate(descriptor, off_t(count)) == 0 else { throw .ofSystem("write \(path)") }
    byteCount = count
  }

  /// Brings the file to disk and gives it its name, from where it is never changed any more.
  func finish(as name: String) throws(GitError) {
    guard fchmod(descriptor, 0o444) == 0, fsync(descriptor) == 0 else {
      throw .ofSystem("bring \(path) to disk")
    }
    guard rename(path, name) == 0 else { throw .ofSystem("write \(name)") }
    isNamed = true
  }
}
