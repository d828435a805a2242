/// Takes stack traces apart that a log or a chat has put on one line.
enum OneLineTrace {
  /// Longer lines are no traces.
  private static let longest = 64 << 10
  /// Fewer frames than these may be words of a sentence.
  private static let fewest = 2

  /// The trace of a line, a frame on a line of its own; nil where it holds none.
  static func unfolded(_ line: Bytes) -> [UInt8]? {
    guard line.count <= longest else { return nil }
    return unfoldedPython(line) ?? unfoldedCalls(line) ?? unfoldedNumbers(line)
  }

  /// The text of a line that a log has written line ends into, as `\\n` or `#012`; nil where it holds no trace.
  static func unescaped(_ line: Bytes, limit: Int) -> [UInt8]? {
    let isSyslogs = line.contains(text: "#012")
    guard isSyslogs || line.contains(text: "\\n") else { return nil }
    guard
      line.contains(text: "at ") || line.contains(text: "File ") || line.contains(text: ":in ")
        || line.contains(text: ".go:") || line.contains(text: ".php(")
    else { return nil }
    let text = line.prefix(limit)
    return isSyslogs ? withoutOctals(text) : JSONValue.unescaped(text)
  }

  /// Whether a line is one that a parser would take for the first of a trace, whatever else stands on it.
  static func isHeader(_ text: Bytes) -> Bool {
    text.starts("panic: ") || text.starts("fatal error: ") || text.starts("thread '")
      || text.contains(text: "PHP Fatal error: ")
  }

  /// The message in front of the first line end that a log has written as text.
  static func firstLine(_ text: Bytes) -> Bytes {
    let end = text.find(text: "\\n") ?? text.find(text: "#012") ?? text.endIndex
    let line = text.before(end)
    return (line.ends("\\r") ? line.dropLast(2) : line).trimmed
  }

  /// rsyslog writes control bytes as three octal digits: `#011` is a tab, `#012` a line end.
  private static func withoutOctals(_ text: Bytes) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var at = text.startIndex
    while at < text.endIndex {
      if text[at] == "#", text.at(at + 1) == "0", 0x30...0x31 ~= text.at(at + 2),
        0x30...0x37 ~= text.at(at + 3)
      {
        result.append((text.at(at + 2) - 0x30) << 3 | text.at(at + 3) - 0x30)
        at += 4
      } else {
        result.append(text[at])
        at += 1
      }
    }
    return result
  }

  /// `System.X: m at A.B() in /a.cs:line 3 at C.D() --- End of …`, `java.lang.X: m at a.B.c(B.java:1) at …`.
  private static func unfoldedCalls(_ line: Bytes) -> [UInt8]? {
    var cuts: [Int] = []
    var frames = 0
    var from = line.startIndex
    while let at = line.find(text: " at ", from: from) {
      from = at + 4
      if let end = endOfScriptCall(line.from(from)) {
        // What follows the last call is a line of its own.
        if line.at(end) == " ", !line.has(" at ", at: end) { cuts.append(end) }
      } else if !isCall(line.from(from)) {
        continue
      }
      cuts.append(at)
      frames += 1
    }
    guard frames >= fewest else { return nil }
    for mark: StaticString in [" --- End of ", " Caused by: ", " ---> "] {
      from = line.startIndex
      while let at = line.find(text: mark, from: from) {
        cuts.append(at)
        from = at + mark.utf8CodeUnitCount
      }
    }
    return cut(line, cuts.sorted())
  }

  /// The place behind a call of JavaScript's, `Pool.take (/app/pool.js:12:3)` or `/app/pool.js:12:3`, that text begins with.
  private static func endOfScriptCall(_ text: Bytes) -> Int? {
    let text = text.prefix(600)
    var start = text.startIndex
    for word: StaticString in ["async ", "new "] where text.starts(word) {
      start = text.startIndex + word.utf8CodeUnitCount
    }
    let space = text.skip(from: start) { !$0.isSpace }
    var end = space
    if text.has(" (", at: space) {
      guard let close = text.find(")", from: space) else { return nil }
      end = close + 1
    }
    guard let frame = JavaScriptTraceParser.v8(text.before(end)),
      frame.column != nil || frame.isInApp == false
    else { return nil }
    return end
  }

  /// Whether text begins with a dotted name and an opening parenthesis.
  private static func isCall(_ text: Bytes) -> Bool {
    var hasDot = false
    for byte in text.prefix(400) {
      switch byte {
      case "(": return hasDot
      case ".", "/": hasDot = true
      case " ", ",", ";", "\"": return false
      default: break
      }
    }
    return false
  }

  /// `Uncaught Error: m in /a.php:1 Stack trace: #0 /b.php(3): c() #1 {main} thrown in …`.
  static func unfoldedNumbers(_ line: Bytes) -> [UInt8]? {
    guard line.count > 40, line.count <= longest,
      let start = line.find(text: " #0 ") ?? (line.starts("#0 ") ? line.startIndex : nil)
    else {
      return nil
    }
    var cuts: [Int] = []
    if line.at(start) == " " { cuts.append(start) }
    if let title = line.before(start + 1).findLast(text: " Stack trace:"), title < start {
      cuts.append(title)
    }
    var from = start + 2
    var next = 1
    while let at = line.find(text: " #", from: from), let (number, end) = line.number(at: at + 2) {
      from = at + 2
      guard number == next, line.at(end) == " " else { continue }
      cuts.append(at)
      next += 1
    }
    guard next >= fewest else { return nil }
    if let thrown = line.find(text: " thrown in ", from: from) { cuts.append(thrown) }
    return cut(line, cuts.sorted())
  }

  private static func cut(_ line: Bytes, _ cuts: [Int]) -> [UInt8] {
    var text = Array(line)
    for at in cuts { text[at - line.startIndex] = 0x0A }
    return text
  }
}
