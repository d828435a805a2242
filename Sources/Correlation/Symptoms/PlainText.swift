/// Undoes what word processors, chats and HTML do to text.
enum PlainText {
  /// A line with the white space of ASCII, without invisible marks; line separators of Unicode are line ends.
  static func withoutInvisibles(_ line: Bytes) -> Bytes {
    guard line.contains(0xC2) || line.contains(0xE2) || line.contains(0xEF) else { return line }
    return replaced(line) { text, at in
      switch text[at] {
      case 0xC2 where text.at(at + 1) == 0xA0: return (" ", 2)
      case 0xE2 where text.at(at + 1) == 0x80:
        switch text.at(at + 2) {
        case 0x80...0x8A, 0xAF: return (" ", 3)
        case 0x8B...0x8F: return ("", 3)
        case 0xA8, 0xA9: return ("\n", 3)
        default: return nil
        }
      case 0xE2 where text.at(at + 1) == 0x81 && text.at(at + 2) == 0xA0: return ("", 3)
      case 0xEF where text.at(at + 1) == 0xBB && text.at(at + 2) == 0xBF: return ("", 3)
      default: return nil
      }
    } ?? line
  }

  /// A line without tags, entities and typographic quotes, with the line ends that its tags mean; nil where it has none.
  static func withoutMarkup(_ line: Bytes) -> Bytes? {
    let isMarkup =
      line.contains(text: "&quot;") || line.contains(text: "&nbsp;") || line.contains(text: "<br")
      || line.contains(text: "</b>") || line.contains(text: "&lt;") || line.contains(text: "&gt;")
      || line.contains(text: "&#")
    // Typographic quotes inside of straight ones are a value's.
    guard isMarkup || line.contains(0xE2) && !line.contains(text: "=\"") else { return nil }
    return replaced(line) { text, at in
      switch text[at] {
      case "<" where isMarkup:
        for tag: StaticString in ["<br>", "<br/>", "<br />"] where text.has(tag, at: at) {
          return ("\n", tag.utf8CodeUnitCount)
        }
        for tag: StaticString in ["<b>", "</b>", "<strong>", "</strong>", "<pre>", "</pre>"]
        where text.has(tag, at: at) { return ("", tag.utf8CodeUnitCount) }
      case "&" where isMarkup:
        for (entity, meaning) in entities where text.has(entity, at: at) {
          return (meaning, entity.utf8CodeUnitCount)
        }
      case 0xE2 where text.at(at + 1) == 0x80:
        switch text.at(at + 2) {
        case 0x98...0x9B: return ("'", 3)
        case 0x9C...0x9F: return ("\"", 3)
        default: break
        }
      default: break
      }
      return nil
    }
  }

  private static let entities: [(StaticString, StaticString)] = [
    ("&quot;", "\""), ("&#34;", "\""), ("&#039;", "'"), ("&#39;", "'"), ("&apos;", "'"),
    ("&nbsp;", " "), ("&#160;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"),
  ]

  /// The text with what the closure finds replaced; nil where that is nothing.
  private static func replaced(
    _ text: Bytes, _ find: (Bytes, Int) -> (StaticString, Int)?
  ) -> Bytes? {
    var result: [UInt8]?
    var at = text.startIndex
    while at < text.endIndex {
      let byte = text[at]
      if byte == "<" || byte == "&" || byte >= 0xC2, let (meaning, length) = find(text, at) {
        if result == nil { result = Array(text.before(at)) }
        meaning.withUTF8Buffer { result?.append(contentsOf: $0) }
        at += length
      } else {
        result?.append(byte)
        at += 1
      }
    }
    return result.map { $0[...] }
  }
}
