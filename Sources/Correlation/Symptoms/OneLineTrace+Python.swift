extension OneLineTrace {
  /// What begins a traceback of Python's.
  private static let title: StaticString = "Traceback (most recent call last):"

  /// `KeyError: 'DE' Traceback (most recent call last):   File "/a.py", line 3, in f     g(x)   File "/b.py", …`.
  static func unfoldedPython(_ line: Bytes) -> [UInt8]? {
    guard var start = line.find(text: title) else { return nil }
    var text = Array(line.before(start))
    var frames = 0
    while start < line.endIndex {
      let next = line.find(text: title, from: start + 1) ?? line.endIndex
      frames += unfold(line.slice(start, next), into: &text)
      start = next
    }
    return frames > 0 ? text : nil
  }

  /// What stands in front of a traceback that was read.
  static func withoutTraceback(_ line: Bytes) -> Bytes {
    line.find(text: title).map { line.before($0) } ?? line
  }

  /// Adds a traceback, and what stands between it and the next one; the number of its frames.
  private static func unfold(_ block: Bytes, into text: inout [UInt8]) -> Int {
    let body = block.startIndex + title.utf8CodeUnitCount
    text += block.before(body)
    text.append(0x0A)
    var frames = 0
    var from = body
    var source = body
    while let file = block.find(text: "File \"", from: from) {
      from = file + 6
      guard let end = endOfFrame(block, file) else { continue }
      let between = block.slice(source, file).trimmed
      // In front of the first frame nothing else stands.
      if frames == 0, !between.isEmpty { return 0 }
      add("    ", between, to: &text)
      add("  ", block.slice(file, end), to: &text)
      frames += 1
      from = end
      source = end
    }
    let rest = block.from(source).trimmed
    var end = rest.endIndex
    for words: StaticString in ["The above exception was ", "During handling of the above "] {
      if let at = rest.find(text: words), at < end { end = at }
    }
    let last = rest.before(end)
    let header = ExceptionHeader.typeRange(in: last)?.0.lowerBound ?? last.endIndex
    add("    ", last.before(header).trimmed, to: &text)
    add("", last.from(header), to: &text)
    add("", rest.from(end), to: &text)
    return frames
  }

  private static func add(_ indent: StaticString, _ line: Bytes, to text: inout [UInt8]) {
    guard !line.isEmpty else { return }
    indent.withUTF8Buffer { text += $0 }
    text += line
    text.append(0x0A)
  }

  /// The place behind `File "/a.py", line 3, in f`.
  private static func endOfFrame(_ block: Bytes, _ file: Int) -> Int? {
    guard let quote = block.find("\"", from: file + 6), block.has(", line ", at: quote + 1),
      let (_, end) = block.number(at: quote + 8)
    else { return nil }
    guard block.has(", in ", at: end) else { return end }
    return block.skip(from: end + 5) { !$0.isSpace }
  }
}
