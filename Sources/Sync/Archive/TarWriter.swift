import Glibc

/// Writes a tar archive in the POSIX format `ustar`, one regular file after the other.
///
/// Written beside its place and put there by ``finish()``; what is not finished is removed.
final class TarWriter {
  /// Bytes of a header, and what contents are filled up to a multiple of.
  static let block = 512
  /// Sizes from here on do not fit in eleven octal digits and are written as GNU tar does.
  static let octalLimit = 1 << 33
  private static let piece = 1 << 20

  private let path: String
  private let draft: String
  private let descriptor: Int32
  private let time: Int
  private var isOpen = true
  /// Bytes written so far.
  private(set) var byteCount = 0

  /// - Parameter time: Seconds since 1970, for all files.
  init(path: String, time: Int) throws(ArchiveError) {
    self.path = path
    self.time = time
    draft = path + ".part"
    descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritable(path: draft, reason: Self.reason) }
  }

  deinit {
    guard isOpen else { return }
    close(descriptor)
    unlink(draft)
  }

  private static var reason: String { String(cString: strerror(errno)) }

  /// Adds a file of these bytes.
  func add(_ name: String, _ bytes: [UInt8]) throws(ArchiveError) {
    try write(Self.header(name, byteCount: bytes.count, time: time))
    try write(bytes)
    try fill(bytes.count)
  }

  /// Adds a file from the disk.
  ///
  /// - Parameter isCancelled: Asked before each mebibyte.
  func add(_ name: String, file: String, isCancelled: () -> Bool) throws(ArchiveError) {
    let source = open(file, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw .unreadable(path: file, reason: Self.reason) }
    defer { close(source) }
    var status = stat()
    guard fstat(source, &status) == 0 else {
      throw .unreadable(path: file, reason: Self.reason)
    }
    let count = Int(status.st_size)
    try write(Self.header(name, byteCount: count, time: time))
    var left = count
    var buffer = [UInt8](repeating: 0, count: Self.piece)
    while left > 0 {
      if isCancelled() { throw .cancelled }
      let got = read(source, &buffer, min(left, buffer.count))
      guard got > 0 else {
        throw .unreadable(path: file, reason: got == 0 ? "it was cut short" : Self.reason)
      }
      try write(buffer.span.extracting(..<got))
      left -= got
    }
    try fill(count)
  }

  /// Adds a file that comes in pieces, which make so many bytes together.
  func add(
    _ name: String, byteCount: Int,
    pieces: ((Span<UInt8>) throws(ArchiveError) -> Void) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    try write(Self.header(name, byteCount: byteCount, time: time))
    try pieces { piece throws(ArchiveError) in try write(piece) }
    try fill(byteCount)
  }

  /// Ends the archive, brings it to disk and puts it into its place.
  func finish() throws(ArchiveError) {
    try write([UInt8](repeating: 0, count: 2 * Self.block))
    guard fsync(descriptor) == 0 else { throw .unwritable(path: draft, reason: Self.reason) }
    guard rename(draft, path) == 0 else { throw .unwritable(path: path, reason: Self.reason) }
    isOpen = false
    close(descriptor)
  }

  private func fill(_ count: Int) throws(ArchiveError) {
    let rest = count % Self.block
    if rest > 0 { try write([UInt8](repeating: 0, count: Self.block - rest)) }
  }

  private func write(_ bytes: [UInt8]) throws(ArchiveError) { try write(bytes.span) }

  private func write(_ bytes: Span<UInt8>) throws(ArchiveError) {
    var start = 0
    let total = bytes.count
    while start < total {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + start }, total - start)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .unwritable(path: draft, reason: Self.reason) }
      start += count
    }
    byteCount += total
  }

  /// The 512 bytes before a file's content.
  static func header(_ name: String, byteCount: Int, time: Int) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: block)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
    }
    func octal(_ value: Int, digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    put(String(name.prefix(100)), at: 0)
    put(octal(0o600, digits: 7), at: 100)
    put(octal(0, digits: 7), at: 108)
    put(octal(0, digits: 7), at: 116)
    if byteCount < octalLimit {
      put(octal(byteCount, digits: 11), at: 124)
    } else {
      header[124] = 0x80
      for index in 0..<8 {
        header[135 - index] = UInt8(truncatingIfNeeded: byteCount >> (8 * index))
      }
    }
    put(octal(min(max(time, 0), octalLimit - 1), digits: 11), at: 136)
    header[156] = UInt8(ascii: "0")
    put("ustar", at: 257)
    put("00", at: 263)
    put(octal(checksum(header), digits: 6), at: 148)
    header[155] = UInt8(ascii: " ")
    return header
  }

  /// The sum of a header's bytes, those of the sum itself taken for spaces.
  static func checksum(_ header: [UInt8]) -> Int {
    header.enumerated().reduce(0) { sum, byte in
      sum + (148..<156 ~= byte.offset ? 0x20 : Int(byte.element))
    }
  }
}
