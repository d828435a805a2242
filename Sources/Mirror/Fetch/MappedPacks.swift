import Glibc

/// The memory in which libgit2 has unfinished packs mapped.
///
/// Its indexer maps a pack to resolve differences and does not count these mappings against libgit2's own limit
/// (`GIT_OPT_SET_MWINDOW_MAPPED_LIMIT`), so a whole pack stays in memory until the end.
enum MappedPacks {
  /// What libgit2 calls the file that it writes a pack to.
  private static let name = "/pack_git2_"

  /// Lets the system take the pages back. They are clean, shared pages of a file and come again when they are read.
  static func releasePages() {
    guard let maps = fopen("/proc/self/maps", "re") else { return }
    defer { fclose(maps) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, maps) > 0, let start = line {
      guard strstr(start, name) != nil else { continue }
      var rest: UnsafeMutablePointer<CChar>?
      let begin = strtoul(start, &rest, 16)
      guard let dash = rest, dash.pointee == CChar(UInt8(ascii: "-")) else { continue }
      let end = strtoul(dash + 1, nil, 16)
      guard end > begin, let address = UnsafeMutableRawPointer(bitPattern: begin) else { continue }
      madvise(address, Int(end - begin), MADV_DONTNEED)
    }
  }
}
