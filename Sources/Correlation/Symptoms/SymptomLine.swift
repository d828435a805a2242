/// A line without its line end and colours, with what the readers ask about it first.
struct SymptomLine {
  /// The line, white space at its end cut.
  let bytes: Bytes
  /// The place of the first byte that is not white space.
  let body: Int

  init(_ raw: Bytes) {
    var end = raw.endIndex
    while end > raw.startIndex, raw[end - 1].isSpace { end -= 1 }
    bytes = raw.slice(raw.startIndex, end)
    body = bytes.skip(from: bytes.startIndex) { $0.isSpace }
  }

  var isEmpty: Bool { body == bytes.endIndex }
  /// The first byte that is not white space, or 0.
  var first: UInt8 { bytes.at(body) }
  /// The white space before the text, in bytes.
  var indent: Int { body - bytes.startIndex }
  /// The line without its indentation.
  var content: Bytes { bytes.from(body) }

  /// The line without terminal escape sequences (ECMA-48: CSI and OSC).
  static func withoutEscapes(_ line: Bytes) -> Bytes {
    guard line.contains(0x1B) else { return line }
    var result: [UInt8] = []
    result.reserveCapacity(line.count)
    var at = line.startIndex
    while at < line.endIndex {
      guard line[at] == 0x1B else {
        result.append(line[at])
        at += 1
        continue
      }
      switch line.at(at + 1) {
      case "[":
        at = line.skip(from: at + 2) { $0 >= 0x20 && $0 < 0x40 } + 1
      case "]":
        // An operating system command ends with BEL or ST; one without end is text.
        let end = line.from(at + 2).prefix(2_048).firstIndex { $0 == 0x07 || $0 == 0x1B }
        at = end.map { line[$0] == 0x1B ? $0 + 2 : $0 + 1 } ?? at + 2
      default:
        at += 2
      }
    }
    return result[...]
  }
}
