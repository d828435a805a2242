extension TerminalText {
  /// The columns that a terminal is taken to have.
  public static let columns = 80

  /// Breaks text between words so that no line is wider than ``columns``; a longer word is cut, but an address is left
  /// whole, to be followed.
  ///
  /// - Parameters:
  ///   - text: Already harmless, see ``safe(_:)``.
  ///   - first: What stands before the first line, as `1. `.
  ///   - indent: Columns of white space before the other lines.
  /// - Returns: The lines, each with a line feed at its end.
  public static func wrapped(_ text: String, first: String = "", indent: Int = 0) -> String {
    let margin = String(repeating: " ", count: indent)
    var result = ""
    var line = first
    var used = width(first)
    var isEmpty = true
    func end() {
      result += line + "\n"
      (line, used, isEmpty) = (margin, indent, true)
    }
    for word in text.split(separator: " ") {
      var word = word
      var size = width(word)
      if !isEmpty, used + 1 + size > columns { end() }
      let isAddress = word.hasPrefix("https://") || word.hasPrefix("http://")
      while !isAddress, used + size > columns, size > 1 {
        let piece = prefix(word, width: columns - used)
        guard !piece.isEmpty else { break }
        line += piece
        word = word.dropFirst(piece.count)
        size = width(word)
        end()
      }
      line += (isEmpty ? "" : " ") + word
      used += size + (isEmpty ? 0 : 1)
      isEmpty = false
    }
    if !isEmpty || result.isEmpty { result += line + "\n" }
    return result
  }

  /// Cuts text to some columns, with an ellipsis in place of the rest.
  public static func fitted(_ text: String, columns: Int) -> String {
    width(text) <= columns ? text : prefix(text[...], width: max(0, columns - 1)) + "…"
  }

  private static func prefix(_ text: Substring, width limit: Int) -> Substring {
    var used = 0
    var end = text.startIndex
    for index in text.indices {
      used += width(text[index])
      guard used <= limit else { break }
      end = text.index(after: index)
    }
    return text[..<end]
  }

  /// The columns that text takes: East Asian letters and pictures take two.
  static func width(_ text: some StringProtocol) -> Int {
    text.utf8.count == text.unicodeScalars.count
      ? text.utf8.count : text.reduce(0) { $0 + width($1) }
  }

  private static func width(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.value {
    case 0x300..<0x370: return 0
    case 0x1100..<0x1160, 0x2E80..<0xA4D0, 0xAC00..<0xD7A4, 0xF900..<0xFB00, 0xFE30..<0xFE70,
      0xFF00..<0xFF61, 0xFFE0..<0xFFE7, 0x1F300..<0x1F650, 0x1F680..<0x1FB00, 0x20000..<0x3FFFE:
      return 2
    default: return 1
    }
  }
}
