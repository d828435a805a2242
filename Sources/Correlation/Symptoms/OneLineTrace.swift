/// Takes stack traces apart that a log or a chat has put on one line.
enum OneLineTrace {
  /// Longer lines are no traces.
  private static let longest = 64 << 10
  /// Fewer frames than these may be words of a sentence.
  private static let fewest = 2

  /// The trace of a line, a frame on a line of its own; nil where it holds none.
  static func unfolded(_ line: Bytes) -> [UInt8]? {
    line.count > longest ? nil : unfoldedCalls(line) ?? unfoldedNumbers(line)
  }

  /// `System.X: m at A.B() in /a.cs:line 3 at C.D() --- End of …`, `java.lang.X: m at a.B.c(B.java:1) at …`.
  private static func unfoldedCalls(_ line: Bytes) -> [UInt8]? {
    var cuts: [Int] = []
    var frames = 0
    var from = line.startIndex
    while let at = line.find(text: " at ", from: from) {
      from = at + 4
      guard isCall(line.from(from)) else { continue }
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
