extension Symptom {
  /// Reads a symptom: any mixture of stack traces, log lines, paths and prose.
  ///
  /// Never fails: what is not understood is prose. Of a text over ``Limits/bytes`` the head and the
  /// tail are read in full, and between them only the lines of traces.
  ///
  /// - Complexity: One pass over the lines; the memory beside the input is bounded by the limits.
  public static func parse(_ bytes: some Collection<UInt8>, limits: Limits = .default) -> Symptom {
    if let array = bytes as? [UInt8] { return parse(array, limits: limits) }
    var collector = SymptomCollector(limits: limits)
    let count = bytes.count
    if count <= limits.bytes { return parse(Array(bytes), limits: limits) }
    collector.markTruncated()
    let windows = Windows(count: count, limits: limits)
    var start = bytes.startIndex
    var position = 0
    // Pieces of a bounded size, cut behind a line end.
    while position < count {
      let skims = windows.skims(position)
      let end = min(windows.end(after: position), position + (4 << 20))
      let stop = bytes.index(start, offsetBy: end - position)
      var piece = Array(bytes[start..<stop])
      if end < count, let newline = piece.lastIndex(of: 0x0A) {
        piece.removeSubrange((newline + 1)...)
      }
      eachLine(piece[...]) { collector.read($0, skims: skims) }
      start = bytes.index(start, offsetBy: piece.count)
      position += piece.count
    }
    return collector.finish()
  }

  /// Reads a symptom from an array, without a copy.
  public static func parse(_ bytes: [UInt8], limits: Limits = .default) -> Symptom {
    if let decoded = UTF16Text.decoded(bytes, limit: limits.bytes) {
      var symptom = parse(decoded, limits: limits)
      if bytes.count > limits.bytes { symptom.isTruncated = true }
      return symptom
    }
    var collector = SymptomCollector(limits: limits)
    var text = bytes[...]
    if text.starts("\u{FEFF}") { text = text.dropFirst(3) }
    guard text.count > limits.bytes else {
      if let document = document(text, limits: limits) {
        collector.readDocument(document)
      } else {
        eachLine(text) { collector.read($0) }
      }
      let symptom = collector.finish()
      return symptom.frames.count < 2 ? withoutColumns(text, limits: limits) ?? symptom : symptom
    }
    collector.markTruncated()
    let windows = Windows(count: text.count, limits: limits)
    let head = text.from(text.startIndex).prefix(windows.head)
    let tail = text.suffix(windows.count - windows.tail)
    eachLine(head) { collector.read($0) }
    eachLine(text[head.endIndex..<tail.startIndex]) { collector.read($0, skims: true) }
    eachLine(tail) { collector.read($0) }
    return collector.finish()
  }

  /// Reads a text whose lines make no trace as they are, without what they share at their start; `nil` where that makes
  /// none of them either.
  private static func withoutColumns(_ text: Bytes, limits: Limits) -> Symptom? {
    var best: Symptom?
    for words in 1...SharedColumns.mostWords {
      guard let bare = SharedColumns.removed(from: text, words: words) else { continue }
      var collector = SymptomCollector(limits: limits)
      eachLine(bare[...]) { collector.read($0) }
      let symptom = collector.finish()
      if symptom.frames.count > max(1, best?.frames.count ?? 0) { best = symptom }
    }
    return best
  }

  /// Reads a symptom from a string.
  public static func parse(_ text: String, limits: Limits = .default) -> Symptom {
    parse(Array(text.utf8), limits: limits)
  }

  /// The parts of a text that is too long to be read in full.
  private struct Windows {
    let count: Int
    /// The end of the part at the head that is read in full.
    let head: Int
    /// The start of the part at the tail that is read in full.
    let tail: Int

    init(count: Int, limits: Limits) {
      self.count = count
      let bytes = max(4, min(limits.bytes, count))
      head = bytes / 4 * 3
      tail = count - bytes / 4
    }

    func skims(_ position: Int) -> Bool { position >= head && position < tail }

    func end(after position: Int) -> Int {
      position < head ? head : position < tail ? tail : count
    }
  }

  private static func eachLine(_ bytes: Bytes, _ body: (Bytes) -> Void) {
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes.find("\n", from: start) ?? bytes.endIndex
      body(bytes[start..<end])
      start = end + 1
    }
  }

  /// The value of a text that is one JSON value over several lines.
  private static func document(_ text: Bytes, limits: Limits) -> JSONValue? {
    let start = text.skip(from: text.startIndex) { $0.isSpace }
    guard text.at(start) == "{" || text.at(start) == "[", text.count <= 8 << 20 else { return nil }
    let lineEnd = text.find("\n", from: start) ?? text.endIndex
    if text.at(start) == "{" {
      // A log of one object a line.
      var first = JSONReader(text[start..<lineEnd], depth: limits.jsonDepth)
      if first.value() != nil, !first.isCut { return nil }
    }
    var reader = JSONReader(text.from(start), depth: limits.jsonDepth)
    guard let value = reader.value(), !reader.isCut else { return nil }
    reader.skipSpace()
    guard reader.at == text.endIndex else { return nil }
    switch value {
    case .object(let members): return members.isEmpty ? nil : value
    case .array(let elements):
      guard case .object? = elements.first else { return nil }
      return value
    case .null, .literal, .string: return nil
    }
  }
}

/// Text in UTF-16, as tools on Windows write it.
enum UTF16Text {
  /// UTF-8 of at most `limit` bytes of text that begins with a byte order mark; nil without one.
  static func decoded(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
    guard bytes.count >= 4 else { return nil }
    let isLittle = bytes[0] == 0xFF && bytes[1] == 0xFE
    guard isLittle || bytes[0] == 0xFE && bytes[1] == 0xFF else { return nil }
    let end = min(bytes.count, limit) & ~1
    let units = stride(from: 2, to: end, by: 2).map { at -> UInt16 in
      isLittle
        ? UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8
        : UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1])
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }
}
