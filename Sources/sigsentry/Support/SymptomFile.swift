import Correlation
import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// A symptom's bytes, from a file or standard input. Of more than is kept, the head and the tail count.
struct SymptomFile {
  /// The bytes kept from the head of an input, and from its tail.
  static let head = 48 << 20
  static let tail = 16 << 20
  /// The bytes after which a pipe is not listened to any more.
  private static let longestPipe = 4 << 30

  private(set) var bytes: [UInt8] = []
  /// The bytes that there were.
  private(set) var total = 0

  /// Whether the middle was left out.
  var isCut: Bool { total > bytes.count }

  /// Reads a file, or standard input for `-`.
  ///
  /// - Throws: ``CommandFailure`` with what the system says.
  init(_ path: String) throws(CommandFailure) {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path, errno) }
    defer { if path != "-" { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw Self.failure(path, EISDIR) }
    if path == "-", isatty(descriptor) == 1 {
      StandardError.write("Paste the symptom, then end it with Ctrl-D on a line of its own.\n")
    }
    try read(descriptor, path, size: status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil)
    try refuseForeignForms(path)
  }

  /// Whether the bytes hold some that no text has.
  var looksBinary: Bool {
    bytes.prefix(64 << 10).contains(0) && !Symptom.isUTF16(bytes)
  }

  private mutating func read(
    _ descriptor: Int32, _ path: String, size: Int?
  ) throws(CommandFailure) {
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    var rest: [UInt8] = []
    if let size { bytes.reserveCapacity(min(size, Self.head + Self.tail)) }
    while total < Self.longestPipe {
      // Of a file that is too long the middle is not even read.
      if let size, size > Self.head + Self.tail, total == Self.head {
        let end = lseek(descriptor, off_t(size - Self.tail), SEEK_SET)
        if end > total { total = Int(end) }
      }
      let wanted = total < Self.head ? min(piece.count, Self.head - total) : piece.count
      let count = Glibc.read(descriptor, &piece, wanted)
      if count < 0 {
        if errno == EINTR { continue }
        throw Self.failure(path, errno)
      }
      guard count > 0 else { break }
      if total < Self.head {
        bytes += piece[..<count]
      } else {
        rest += piece[..<count]
        if rest.count > 2 * Self.tail { rest.removeFirst(rest.count - Self.tail) }
      }
      total += count
    }
    bytes += rest.suffix(Self.tail)
  }

  /// What people hand in by mistake, with what to do instead.
  private func refuseForeignForms(_ path: String) throws(CommandFailure) {
    let forms: [(start: [UInt8], what: String, hint: String)] = [
      ([0x1F, 0x8B], "is compressed", "Run 'zcat FILE | sigsentry analyze -'."),
      ([0x28, 0xB5, 0x2F, 0xFD], "is compressed", "Run 'zstdcat FILE | sigsentry analyze -'."),
      (
        [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "is compressed",
        "Run 'xzcat FILE | sigsentry analyze -'."
      ),
      ([0x42, 0x5A, 0x68], "is compressed", "Run 'bzcat FILE | sigsentry analyze -'."),
      (
        [0x50, 0x4B, 0x03, 0x04], "is an archive",
        "Unpack it, and give the file with the trace or log."
      ),
      (
        [0x7F, 0x45, 0x4C, 0x46], "is a program or a memory image",
        "Give the backtrace that a debugger prints of it, as 'gdb -batch -ex bt PROGRAM FILE' does."
      ),
    ]
    guard bytes.count >= 8, let form = forms.first(where: { bytes.starts(with: $0.start) }) else {
      return
    }
    if form.start.count == 3, !bytes[3...].prefix(1).allSatisfy({ (0x31...0x39).contains($0) }) {
      return
    }
    throw .usage("The symptom \(Self.name(path)) \(form.what).", hint: form.hint)
  }

  private static func name(_ path: String) -> String {
    path == "-" ? "on standard input" : "file \(path)"
  }

  private static func failure(_ path: String, _ code: Int32) -> CommandFailure {
    .usage("The symptom \(name(path)) cannot be read: \(String(cString: strerror(code))).")
  }
}
