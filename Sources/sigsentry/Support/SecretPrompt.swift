import Foundation
import HTTP

#if canImport(Glibc)
  import Glibc
#endif

/// Asks for a secret at the terminal without showing it.
enum SecretPrompt {
  static func read(_ prompt: String) throws -> String {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else {
      throw CommandFailure.usage(
        "There is no terminal to ask for the token.", hint: "Use --token-stdin or --token-env.")
    }
    defer { close(terminal) }
    var before = termios()
    guard tcgetattr(terminal, &before) == 0 else {
      throw CommandFailure.usage(
        "The terminal cannot hide what is typed.", hint: "Use --token-stdin or --token-env.")
    }
    var hidden = before
    hidden.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(terminal, TCSAFLUSH, &hidden)
    defer {
      tcsetattr(terminal, TCSAFLUSH, &before)
      write(terminal, "\n")
    }
    write(terminal, prompt)

    var line: [UInt8] = []
    var byte: UInt8 = 0
    while line.count < 8192 {
      // A look at the cancellation now and then: Ctrl-C has to end the prompt and leave the terminal as it was.
      var waiting = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, 100)
      if Interruption.cancellation.isCancelled { throw CancellationError() }
      if ready == 0 || (ready < 0 && errno == EINTR) { continue }
      guard Glibc.read(terminal, &byte, 1) == 1 else { break }
      if byte == UInt8(ascii: "\n") { break }
      line.append(byte)
    }
    return String(decoding: line, as: UTF8.self)
  }

  private static func write(_ terminal: Int32, _ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(terminal, bytes, bytes.count)
  }
}
