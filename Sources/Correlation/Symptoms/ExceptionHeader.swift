/// An exception's type and message, as a line above or below its frames gives them.
struct ExceptionHeader: Equatable {
  var type: String
  var message: String?

  /// Reads `java.lang.IllegalStateException: no pool`, `Uncaught TypeError: x is undefined`,
  /// `Exception in thread "main" a.b.FooError`, `Foo::Error (message):`.
  ///
  /// The type may stand behind other words; only a name with a telling ending counts.
  init?(_ line: Bytes) {
    guard let (range, end) = Self.typeRange(in: line) else { return nil }
    type = line[range].text(atMost: 200)
    var rest = line.from(end).trimmed
    if rest.first == ":" {
      rest = rest.dropFirst().trimmed
    } else if rest.starts("occurred ") {
      rest = Bytes()
    } else if rest.first == "(" {
      let close = rest.findLast(")") ?? rest.endIndex
      rest = rest.slice(rest.startIndex + 1, Swift.max(close, rest.startIndex + 1))
    }
    message = rest.isEmpty ? nil : rest.text(atMost: 1_000)
  }

  /// The first word of the line that is an exception's type, and the place behind it.
  static func typeRange(in line: Bytes) -> (Range<Int>, Int)? {
    var at = line.startIndex
    while at < line.endIndex {
      guard line[at].isLetter || line[at] == "_" else {
        at += 1
        continue
      }
      var end = at
      while end < line.endIndex {
        let byte = line[end]
        if byte.isWord {
          end += 1
        } else if byte == "." || byte == "\\" || byte == "+", line.at(end + 1).isWord {
          end += 1
        } else if byte == ":", line.at(end + 1) == ":", line.at(end + 2).isWord {
          end += 2
        } else {
          break
        }
      }
      let word = line.slice(at, end)
      if isExceptionName(word) {
        let next = line.at(end)
        let isHead =
          end == line.endIndex || next == ":" || next == "\"" || next == "'"
          || (next == " " && (line.at(end + 1) == "(" || line.has(": ", at: end + 1)))
          || (next == "(" && word.contains(text: "::")) || line.has(" occurred ", at: end)
        if isHead { return (at..<end, end) }
      }
      at = Swift.max(end, at + 1)
    }
    return nil
  }

  /// Whether a word ends like the name of an exception; a bare "Error" counts, "error" does not.
  static func isExceptionName(_ word: Bytes) -> Bool {
    guard word.count >= 4, word.contains(where: { $0.isUpper }) else { return false }
    for ending: StaticString in [
      "Error", "Exception", "Throwable", "Failure", "Fault", "Interrupt", "Warning", "Panic",
      "Abort", "Timeout", "NotFound", "Invalid", "Exit", "Err",
    ] where word.ends(ending) {
      let isWhole = word.count == ending.utf8CodeUnitCount
      return !isWhole || word.equals("Error") || word.equals("Exception")
    }
    return false
  }
}
