/// Reads log lines in logfmt and in plain text.
enum LogLineParser {
  /// The fields of a line; nil where it has not the look of a log line.
  ///
  /// - Parameter prefix: The line, with the prefixes of its transport taken off.
  static func parse(_ prefix: LinePrefix) -> LogFields? {
    var fields = LogFields()
    fields.time = prefix.time
    fields.level = prefix.level
    fields.service = prefix.service.map(\.text)
    var rest = prefix.rest.trimmed
    guard !rest.isEmpty else { return nil }
    if !prefix.hasTime, fields.level == nil, let found = glog(rest) ?? chromium(rest) {
      return found
    }
    let hasTime = prefix.hasTime
    if fields.level == nil { readLevel(&rest, &fields, isStamped: hasTime) }
    if rest.contains(0x3D) { readPairs(rest, &fields) }
    guard hasTime || fields.level != nil || fields.service != nil && fields.known > 0 else {
      return nil
    }
    // Without a time or a level in front, one pair may be any text's.
    if !hasTime, prefix.level == nil, fields.known == 1, rest == prefix.rest.trimmed,
      rest.first?.isWord == true, fields.message == nil,
      rest.find("=").map({ eq in
        rest.before(eq).contains(where: { $0.isSpace })
      }) == true
    {
      return nil
    }
    if fields.message == nil { fields.message = Array(message(rest).prefix(4_096)) }
    return fields
  }

  /// The level among the first words; of a line without time only the very first.
  private static func readLevel(_ rest: inout Bytes, _ fields: inout LogFields, isStamped: Bool) {
    var at = rest.startIndex
    let limit = min(rest.endIndex, rest.startIndex + (isStamped ? 120 : 24))
    var words = 0
    while at < limit, words < (isStamped ? 8 : 1) {
      guard rest[at].isWord else {
        at += 1
        continue
      }
      let end = rest.skip(from: at) { $0.isWord || $0 == "." || $0 == "-" || $0 == "/" }
      let word = rest.slice(at, end)
      if let level = LogFields.level(word), word.first?.isDigit == false {
        let before = at > rest.startIndex ? rest[at - 1] : 0x20
        let after = rest.at(end)
        let isMarked =
          before == "[" || before == "<" || before == "(" || after == ":" || after == "|"
          || after == "]"
        // "error" in the middle of a sentence is no level.
        let isAllCaps = word.allSatisfy { $0.isUpper }
        if rest.at(end) != "=", isMarked || isAllCaps && (isStamped || after == " ") {
          fields.level = level
          let text = rest.skip(from: end) {
            $0.isSpace || $0 == "]" || $0 == ":" || $0 == ")" || $0 == ">" || $0 == "|"
          }
          rest = rest.from(text)
          return
        }
      } else if rest.at(end) == "=" {
        return
      }
      words += 1
      at = max(end, at + 1)
    }
  }

  /// The message without the thread, logger and separators in front.
  private static func message(_ text: Bytes) -> Bytes {
    var rest = text
    while rest.first == "[", let close = rest.find("]"), close - rest.startIndex < 80 {
      rest = rest.from(close + 1).trimmed
    }
    while rest.first == "-" || rest.first == ":" || rest.first == "|" {
      rest = rest.dropFirst().trimmed
    }
    return rest.isEmpty ? text : rest
  }

  /// Key and value pairs anywhere in the text.
  static func readPairs(_ text: Bytes, _ fields: inout LogFields) {
    var from = text.startIndex
    var pairs = 0
    while let equals = text.find("=", from: from), pairs < 128 {
      pairs += 1
      var start = equals
      while start > from,
        text[start - 1].isWord || text[start - 1] == "." || text[start - 1] == "-"
          || text[start - 1] == "@"
      {
        start -= 1
      }
      from = equals + 1
      guard start < equals, start == text.startIndex || !text[start - 1].isWord else { continue }
      var value: Bytes
      if text.at(equals + 1) == "\"" {
        var end = equals + 2
        while end < text.endIndex, text[end] != "\"" { end += text[end] == "\\" ? 2 : 1 }
        end = min(end, text.endIndex)
        value = text.slice(equals + 2, end)
        from = end
      } else {
        let end = text.skip(from: equals + 1) { !$0.isSpace && $0 != "," && $0 != "]" && $0 != ")" }
        value = text.slice(equals + 1, end)
        from = end
      }
      guard let key = LogFields.key(text.slice(start, equals)) else { continue }
      value = value.prefix(64 << 10)
      fields.set(key, JSONValue.unescaped(value))
    }
  }

  /// Chromium: `[1234:5678:1128/100211.123456:ERROR:pool.cpp(15)] message`
  private static func chromium(_ text: Bytes) -> LogFields? {
    guard text.first == "[", let close = text.prefix(240).find("]"), text.at(close - 1) == ")",
      let open = text.before(close).findLast("("), let (line, end) = text.number(at: open + 1),
      end == close - 1, let colon = text.before(open).findLast(":"), colon > text.startIndex,
      let start = text.before(colon).findLast(":"),
      let level = LogFields.level(text.slice(start + 1, colon))
    else { return nil }
    var fields = LogFields()
    fields.level = level
    fields.file = text.slice(colon + 1, open).text
    fields.line = line
    fields.message = Array(text.from(close + 1).trimmed.prefix(4_096))
    return fields
  }

  /// klog and glog: `E0102 15:04:05.678901   1234 pool.go:123] message`
  private static func glog(_ text: Bytes) -> LogFields? {
    let levels: [UInt8: Symptom.LogLevel] = [
      0x49: .info, 0x57: .warning, 0x45: .error, 0x46: .fatal,
    ]
    guard let level = text.first.flatMap({ levels[$0] }),
      let (_, end) = text.number(at: text.startIndex + 1), end - text.startIndex >= 5,
      text.at(end) == " ", let close = text.find("]", from: end),
      close - end < 120
    else { return nil }
    var fields = LogFields()
    fields.level = level
    let head = text.slice(end, close)
    if let space = head.findLast(" ") {
      let location = Location(head.from(space + 1))
      guard location.line != nil else { return nil }
      fields.file = location.path.text
      fields.line = location.line
    }
    fields.message = Array(text.from(close + 1).trimmed.prefix(4_096))
    return fields
  }
}
