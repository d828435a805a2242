extension Symptom {
  /// Reads a symptom: any mixture of stack traces, log lines, paths and prose.
  ///
  /// Never fails: what is not understood is prose. Of a text over ``Limits/bytes`` the head and the
  /// tail are read in full, and between them only the lines of traces.
  ///
  /// - Complexity: One pass over the lines; the memory beside the input is bounded by the limits.
  public static func parse(_ bytes: [UInt8], limits: Limits = .default) -> Symptom {
    if let decoded = UTF16Text.decoded(bytes) { return parse(decoded, limits: limits) }
    var collector = SymptomCollector(limits: limits)
    var text = bytes[...]
    if text.starts("\u{FEFF}") { text = text.dropFirst(3) }
    guard text.count > limits.bytes else {
      var documents = JSONDocuments(text, depth: limits.jsonDepth)
      var start = text.startIndex
      while start < text.endIndex {
        if let document = documents.next(at: start) {
          collector.readDocument(document.value)
          start = document.end
          continue
        }
        let end = text.find("\n", from: start) ?? text.endIndex
        collector.read(text[start..<end])
        start = end + 1
      }
      let symptom = collector.finish()
      guard symptom.frames.count < 2 else { return symptom }
      return withoutColumns(text, limits: limits, than: symptom) ?? symptom
    }
    collector.markSkimmed()
    let quarter = limits.bytes / 4
    let head = text.prefix(3 * quarter)
    let tail = text.suffix(quarter)
    eachLine(head) { collector.read($0) }
    eachLine(text[head.endIndex..<tail.startIndex]) { collector.read($0, skims: true) }
    eachLine(tail) { collector.read($0) }
    return collector.finish()
  }

  /// Reads a text whose lines make no trace as they are, without what they share at their start; `nil` where that tells
  /// no more than the plain reading.
  private static func withoutColumns(
    _ text: Bytes, limits: Limits, than plain: Symptom
  ) -> Symptom? {
    var best: Symptom?
    for words in 1...SharedColumns.mostWords {
      guard let bare = SharedColumns.removed(from: text, words: words) else { continue }
      var collector = SymptomCollector(limits: limits)
      eachLine(bare[...]) { collector.read($0) }
      let symptom = collector.finish()
      guard symptom.frames.count > max(1, best?.frames.count ?? 0),
        symptom.tellingFrames > plain.tellingFrames, symptom.files.isSuperset(of: plain.files)
      else { continue }
      best = symptom
    }
    return best
  }

  /// The number of frames with a path or with a function that may be the application's.
  private var tellingFrames: Int {
    frames.count { $0.path != nil || $0.function != nil && $0.isInApp != false }
  }

  /// The names of the source files that are named anywhere.
  private var files: Set<Substring> {
    let mentioned = paths.filter { $0.line != nil || $0.path.contains { $0 == "/" || $0 == "\\" } }
    let all = frames.compactMap(\.path) + mentioned.map(\.path)
    let names = all.compactMap { $0.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last }
    return Set(names.filter { ProseReader.isSourceName(Array($0.utf8)[...]) })
  }

  /// Reads a symptom from a string.
  public static func parse(_ text: String, limits: Limits = .default) -> Symptom {
    parse(Array(text.utf8), limits: limits)
  }

  private static func eachLine(_ bytes: Bytes, _ body: (Bytes) -> Void) {
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes.find("\n", from: start) ?? bytes.endIndex
      var line = bytes[start..<end]
      while line.last == 0x0D { line = line.dropLast() }
      // Old systems, and AWS Lambda, end lines so; progress bars begin them anew.
      while let mark = line.find("\r") {
        body(line.before(mark))
        line = line.from(mark + 1)
      }
      body(line)
      start = end + 1
    }
  }

  /// The bytes of a symptom that somebody has described: the words, an empty line, and the text as UTF-8.
  ///
  /// Read by ``parse(_:limits:)``, a text means the same behind its description as alone.
  public static func text(_ bytes: [UInt8], describedAs description: String) -> [UInt8] {
    let words = Array((description + "\n\n").utf8)
    if let decoded = UTF16Text.decoded(bytes) { return words + decoded }
    return bytes.starts(with: "\u{FEFF}".utf8) ? words + bytes.dropFirst(3) : words + bytes
  }

  /// Whether bytes are text in UTF-16, so that those which are 0 are no sign of other data.
  public static func isUTF16(_ bytes: [UInt8]) -> Bool { UTF16Text.form(of: bytes) != nil }
}

/// Text in UTF-16, as tools on Windows write it.
enum UTF16Text {
  /// The order of the bytes, and where the text begins; nil where it is not UTF-16.
  ///
  /// Without a byte order mark, text begins with characters of ASCII: of them every second byte is 0, and none else.
  static func form(of bytes: [UInt8]) -> (isLittle: Bool, start: Int)? {
    guard bytes.count >= 4 else { return nil }
    if bytes[0] == 0xFF, bytes[1] == 0xFE { return (true, 2) }
    if bytes[0] == 0xFE, bytes[1] == 0xFF { return (false, 2) }
    let head = bytes.prefix(64)
    guard head.count >= 16 else { return nil }
    let zeros = head.indices.filter { head[$0] == 0 }
    guard zeros.count * 16 >= head.count * 7, let first = zeros.first,
      zeros.allSatisfy({ $0 & 1 == first & 1 })
    else { return nil }
    return (first & 1 == 1, 0)
  }

  /// The text in UTF-8; nil where it is none in UTF-16.
  static func decoded(_ bytes: [UInt8]) -> [UInt8]? {
    guard let (isLittle, start) = form(of: bytes) else { return nil }
    let end = bytes.count & ~1
    func unit(_ at: Int) -> UInt16 {
      isLittle
        ? UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8
        : UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1])
    }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count / 2)
    var at = start
    while at < end {
      var next = min(at + 1 << 20, end)
      // The two halves of a character stay together.
      if next < end, UTF16.isLeadSurrogate(unit(next - 2)) { next += 2 }
      let units = stride(from: at, to: next, by: 2).map(unit)
      text += String(decoding: units, as: UTF16.self).utf8
      at = next
    }
    return text
  }
}
