/// Finds JSON values that stand on lines of their own, over several of them, as in a file or behind words.
struct JSONDocuments {
  private let text: Bytes
  private let depth: Int
  /// How many more bytes that only look like JSON are read for nothing.
  private var budget: Int
  private var hasSeenObject = false
  /// Longer texts are read by their lines.
  private static let mostBytes = 8 << 20
  private static let mostNodes = 200_000

  init(_ text: Bytes, depth: Int) {
    self.text = text
    self.depth = depth
    budget = text.count > Self.mostBytes ? 0 : 4 * text.count
  }

  /// The value that begins on the line at `start`, and the place behind its last line; `nil` where none does.
  ///
  /// A log of one object a line is none.
  mutating func next(at start: Int) -> (value: JSONValue, end: Int)? {
    guard budget > 0 else { return nil }
    let open = text.skip(from: start) { $0.isSpace && $0 != 0x0A }
    guard text.at(open) == "[" || text.at(open) == "{" else { return nil }
    if text.at(open) == "{", isWhole(at: open) { return nil }
    var reader = JSONReader(text.from(open), depth: depth, nodes: Self.mostNodes)
    if let value = reader.value(), !reader.isCut, Self.isDocument(value) {
      let end = text.skip(from: reader.at) { $0.isSpace && $0 != 0x0A }
      if text.at(end) == 0x0A || end == text.endIndex { return (value, end + 1) }
    }
    budget -= reader.at - open
    return nil
  }

  /// Whether an object ends on its own line; of a log, only the first line is read to know.
  private mutating func isWhole(at open: Int) -> Bool {
    let line = text.slice(open, text.find("\n", from: open) ?? text.endIndex).trimmed
    guard line.last == "}" else { return false }
    defer { hasSeenObject = true }
    guard !hasSeenObject else { return true }
    var reader = JSONReader(line, depth: depth)
    return reader.value() != nil && !reader.isCut
  }

  private static func isDocument(_ value: JSONValue) -> Bool {
    switch value {
    case .object(let members): return !members.isEmpty
    case .array(let elements):
      switch elements.first {
      case .object, .string: return true
      default: return false
      }
    case .null, .literal, .string: return false
    }
  }
}
