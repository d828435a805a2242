extension JSONValue {
  /// The value of the first name that is there; names are in lower case and match `fileName`, `file_name` and `FileName`.
  func member(_ names: [StaticString]) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    for name in names {
      for (key, value) in members where key.isCalled(name) {
        if case .null = value { continue }
        return value
      }
    }
    return nil
  }

  /// The text of the first name that has some.
  func text(of names: [StaticString]) -> String? {
    guard case .object(let members) = self else { return nil }
    for name in names {
      for (key, value) in members where key.isCalled(name) {
        if let text = value.text(atMost: 1_000), !text.isEmpty { return text[...].text }
      }
    }
    return nil
  }

  /// The number of the first name that has one above 0.
  func number(of names: [StaticString]) -> Int? {
    text(of: names).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// The value that OpenTelemetry wraps in the name of its type.
  var scalar: JSONValue {
    guard case .object(let members) = self, members.count == 1 else { return self }
    for name: StaticString in ["stringvalue", "intvalue", "boolvalue", "doublevalue"]
    where members[0].key.isCalled(name) { return members[0].value }
    return self
  }
}

extension ArraySlice<UInt8> {
  /// Whether the key is a name in lower case, but for capitals, `_` and `-`.
  func isCalled(_ name: StaticString) -> Bool {
    let length = name.utf8CodeUnitCount
    guard count >= length, count <= length + 4 else { return false }
    return name.withUTF8Buffer { expected in
      var at = 0
      for byte in self where byte != 0x5F && byte != 0x2D {
        guard at < length, byte.lowered == expected[at] else { return false }
        at += 1
      }
      return at == length
    }
  }
}

/// Tells text that names a place in a source file.
enum PlaceText {
  private static let files: [StaticString] = ["filepath", "filename", "file", "path", "abspath"]
  private static let lines: [StaticString] = [
    "line", "lineno", "linenumber", "startline", "beginline",
  ]

  /// Whether the whole text is the path of a source file.
  static func isSource(_ text: Bytes) -> Bool {
    guard text.count > 2, text.count < 1_024, !text.contains(where: { $0.isSpace }),
      !text.contains(text: "://")
    else { return false }
    return ProseReader.isSourceName(baseName(Location(text).path))
  }

  /// Whether the text names a source file and a line of it, as `billing/invoice.py:38` or `pool.c, line 12`.
  static func namesLine(_ text: Bytes) -> Bool {
    let tokens = text.prefix(8_192).split { byte in
      byte.isSpace || byte == "\"" || byte == "'" || byte == "`" || byte == "(" || byte == ")"
        || byte == "," || byte == "[" || byte == "]"
    }
    for token in tokens {
      var token = token
      while let last = token.last, last == ":" || last == "." { token = token.dropLast() }
      let location = Location(token)
      guard isSource(location.path), !isHost(token, text) else { continue }
      if location.line != nil || isLine(text.from(token.endIndex)) { return true }
    }
    return false
  }

  /// Whether nothing but `cart.acme.in:443` is there.
  private static func isHost(_ token: Bytes, _ text: Bytes) -> Bool {
    token.count == text.count && !token.contains { $0 == "/" || $0 == "\\" }
      && token.count { $0 == "." } > 1
  }

  /// `, line 12`, ` on line 12` or `(12)`.
  private static func isLine(_ text: Bytes) -> Bool {
    if text.first == "(", text.number(at: text.startIndex + 1) != nil { return true }
    let at = text.prefix(4).firstIndex { $0.isLetter } ?? text.startIndex
    for mark: StaticString in ["line ", "on line "] where text.has(mark, at: at) {
      return text.number(at: at + mark.utf8CodeUnitCount) != nil
    }
    return false
  }

  /// The source file that an object names, by which key, and the line where the path has it.
  static func file(of object: JSONValue) -> (key: Bytes?, path: String, line: Int?)? {
    guard case .object(let members) = object else { return nil }
    if let uri = object["artifactLocation"]?["uri"] { return file(nil, uri) }
    for name in files {
      for (key, value) in members where key.isCalled(name) {
        if let found = file(key, value) { return found }
      }
    }
    return nil
  }

  private static func file(_ key: Bytes?, _ value: JSONValue) -> (Bytes?, String, Int?)? {
    guard case .string = value, let text = value.text(atMost: 1_024) else { return nil }
    let path = text.starts(with: "file://".utf8) ? text[7...] : text[...]
    guard isSource(path) else { return nil }
    let location = Location(path)
    return (key, location.path.text(atMost: 1_024), location.line)
  }

  /// The line that an object names.
  static func line(of object: JSONValue) -> Int? {
    if let line = object.number(of: lines) { return line }
    for key in ["region", "start", "lines", "positions", "begin"] as [StaticString] {
      guard let inner = object[key] else { continue }
      if let line = inner.number(of: lines + ["begin"]) ?? inner["begin"]?.number(of: lines) {
        return line
      }
    }
    return nil
  }

  private static func baseName(_ path: Bytes) -> Bytes {
    path.lastIndex { $0 == "/" || $0 == "\\" }.map { path.from($0 + 1) } ?? path
  }
}

/// Tells text that holds a stack trace, whatever it is called.
enum StackText {
  /// - Parameter text: Plain, or as it stands between the quotes of JSON.
  static func isStack(_ text: Bytes) -> Bool {
    guard text.count > 40, text.contains(text: "\\n") || text.contains(0x0A) else { return false }
    for mark: StaticString in [
      "\\n   at ", "\\n    at ", "\\n\\tat ", "\\tat ", "\n   at ", "\n    at ", "\n\tat ",
      "Traceback (most recent", "goroutine ", "Stack trace:", ":in `", ":in '", "stack backtrace:",
    ] where text.contains(text: mark) { return true }
    return isNumbered(text)
  }

  /// `#0 /app/src/Pool.php(12): take()`, `#0  take (n=1) at src/pool.c:3` with a `#1` below.
  private static func isNumbered(_ text: Bytes) -> Bool {
    guard let start = text.find(text: "#0 "), text.find(text: "#1 ", from: start) != nil else {
      return false
    }
    let line = text.from(start).prefix(600)
    return line.contains(text: "): ") || line.contains(text: " at ") || line.contains(text: " in ")
      || line.contains(text: "0x")
  }
}
