import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// The process's standard output: results go here and nothing else does.
///
/// A reader that closes the pipe, as `head` does, ends the process quietly and with success.
final class StandardOutput {
  private var buffer: [UInt8] = []
  private static let capacity = 64 * 1024

  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  func write(_ bytes: [UInt8]) {
    buffer += bytes
    if buffer.count >= Self.capacity { flush() }
  }

  func write(_ text: String) { write(Array(text.utf8)) }

  func flush() {
    var start = 0
    while start < buffer.count {
      let count = buffer.withUnsafeBytes {
        Glibc.write(STDOUT_FILENO, $0.baseAddress.map { $0 + start }, buffer.count - start)
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE { exit(0) }
        StandardError.write(
          "sigsentry: Standard output cannot be written: \(String(cString: strerror(errno))).\n")
        exit(1)
      }
      start += count
    }
    buffer.removeAll(keepingCapacity: true)
  }

  deinit { flush() }
}

/// The process's standard error: progress, warnings and errors.
enum StandardError {
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  static func write(_ text: String) {
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(STDERR_FILENO, $0.baseAddress.map { $0 + start }, bytes.count - start)
      }
      if count < 0 && errno != EINTR { return }
      start += max(0, count)
    }
  }
}
