import Glibc

/// Reads a tar archive as ``TarWriter`` makes it, and nothing else: regular files with plain names, each no longer than
/// what is left of the archive.
final class TarReader {
  /// A file of the archive.
  struct Entry: Equatable {
    var name: String
    var byteCount: Int
  }

  private static let piece = 1 << 20

  private let path: String
  private let descriptor: Int32
  /// Bytes of the archive that were not read.
  private var left: Int
  /// Bytes of the present entry that were not read.
  private var leftOfEntry = 0
  private var padding = 0

  init(path: String) throws(ArchiveError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unreadable(path: path, reason: "it is no file")
    }
    left = Int(status.st_size)
  }

  deinit { close(descriptor) }

  func malformed(_ detail: String) -> ArchiveError { .malformed(path: path, detail: detail) }

  /// Goes to the next file, whatever is left of the present one; `nil` at the archive's end.
  func next() throws(ArchiveError) -> Entry? {
    guard leftOfEntry == 0 else { throw malformed("a file that was not read") }
    _ = try bytes(padding)
    padding = 0
    let header = try bytes(TarWriter.block)
    if header.allSatisfy({ $0 == 0 }) {
      // Two such blocks end the archive, and nothing follows.
      guard try bytes(TarWriter.block).allSatisfy({ $0 == 0 }), left == 0 else {
        throw malformed("something stands behind its end")
      }
      return nil
    }
    let name = header[..<100].prefix { $0 != 0 }
    guard let count = Self.size(header), count <= left,
      Self.octal(header[148..<154]) == TarWriter.checksum(header),
      header[156] == UInt8(ascii: "0"), header[257..<262].elementsEqual("ustar".utf8),
      header[345..<500].allSatisfy({ $0 == 0 }), header[157..<257].allSatisfy({ $0 == 0 }),
      name.allSatisfy({ (0x21..<0x7F).contains($0) })
    else { throw malformed("a head of a file that makes no sense") }
    leftOfEntry = count
    padding = (TarWriter.block - count % TarWriter.block) % TarWriter.block
    return Entry(name: String(decoding: name, as: UTF8.self), byteCount: count)
  }

  /// Reads the whole content of the present file, unless it is longer than a limit.
  func content(limit: Int) throws(ArchiveError) -> [UInt8] {
    guard leftOfEntry <= limit else { throw malformed("a file of \(leftOfEntry) bytes") }
    defer { leftOfEntry = 0 }
    return try bytes(leftOfEntry)
  }

  /// Gives the content of the present file piece by piece.
  func forEachPiece(_ body: ([UInt8]) throws -> Void) throws {
    while leftOfEntry > 0 {
      let piece = try bytes(min(leftOfEntry, Self.piece))
      leftOfEntry -= piece.count
      try body(piece)
    }
  }

  private func bytes(_ count: Int) throws(ArchiveError) -> [UInt8] {
    guard count <= left else { throw malformed("it is cut short") }
    var buffer = [UInt8](repeating: 0, count: count)
    var start = 0
    while start < count {
      let got = buffer.withUnsafeMutableBytes {
        read(descriptor, $0.baseAddress.map { $0 + start }, count - start)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw malformed("it is cut short") }
      start += got
    }
    left -= count
    return buffer
  }

  private static func size(_ header: [UInt8]) -> Int? {
    guard header[124] == 0x80 else { return octal(header[124..<135]) }
    guard header[125..<129].allSatisfy({ $0 == 0 }) else { return nil }
    return Int(exactly: header[128..<136].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private static func octal(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
      value = value << 3 | Int(digit & 7)
    }
    return value
  }
}
