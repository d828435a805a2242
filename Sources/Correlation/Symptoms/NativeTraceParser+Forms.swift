/// What tells a frame from a sentence that begins with a number, and the forms of single libraries and tools.
extension NativeTraceParser {
  /// Whether the text behind `#N` is a frame's: it has an address, arguments, a place or a library, and no words.
  ///
  /// - Parameter isNext: Whether a frame is awaited, so that a function's name alone is one.
  static func isFrame(_ text: Bytes, isNext: Bool) -> Bool {
    var rest = text
    if rest.starts("pc "), rest.at(rest.startIndex + 3).isHex { return true }
    var hasAddress = false
    if rest.starts("0x") {
      let end = rest.skip(from: rest.startIndex + 2) { $0.isHex }
      guard end > rest.startIndex + 2, end == rest.endIndex || rest.at(end).isSpace else {
        return false
      }
      rest = rest.from(end).trimmed
      if rest.starts("in ") { return true }
      hasAddress = true
    }
    if let at = rest.findLast(text: " at ") {
      let location = Location(rest.from(at + 4).trimmed)
      if location.isPlausible {
        let call = rest.before(at)
        return (location.line != nil || hasAddress || call.contains(0x28)) && isName(function(call))
      }
    }
    if let from = rest.findLast(text: " from ") {
      let name = rest.before(from)
      if hasAddress || name.last == ")" { return isName(function(name)) }
    }
    if let build = rest.findLast(text: " (BuildId:") { rest = rest.before(build) }
    if rest.last == ")", let open = rest.findLast("("), rest.from(open).contains(text: "0x"),
      rest.from(open).contains(0x2B)
    {
      rest = rest.before(open).trimmed
      hasAddress = true
    }
    if rest.last == "]", let open = rest.findLast("["),
      Location(rest.slice(open + 1, rest.endIndex - 1)).line != nil
    {
      return isName(rest.before(open).trimmed)
    }
    guard !rest.contains(where: \.isSpace) || !isPlaced(rest, hasAddress: hasAddress) else {
      return true
    }
    if Location(rest).line != nil, !rest.contains(where: \.isSpace) { return true }
    if enclosed(rest) != nil { return true }
    let name = function(rest)
    guard isName(name) else { return false }
    let arguments = rest.from(name.endIndex).trimmed
    if !arguments.isEmpty {
      // gdb names the values of arguments.
      return arguments.equals("()") || arguments.equals("(...)") || arguments.contains(0x3D)
    }
    return hasAddress
      || isNext && (ProseReader.isIdentifier(name) || name.contains(0x28) || name.equals("main"))
  }

  /// Mozilla's older form: `acme::take(int) (/src/pool.cc:12)`
  static func enclosed(_ text: Bytes) -> RawFrame? {
    guard text.last == ")", let open = text.findLast(text: " (") else { return nil }
    let location = Location(text.slice(open + 2, text.endIndex - 1))
    let name = text.before(open)
    guard location.line != nil, location.isPlausible, isName(name),
      !location.path.contains(where: { $0.isSpace || $0 == "=" || $0 == "\"" }),
      location.path.first == "/" || name.contains(0x28) || ProseReader.isIdentifier(name)
    else { return nil }
    return RawFrame(function: name, location: location)
  }

  /// Whether a name and a place with a line follow each other.
  private static func isPlaced(_ text: Bytes, hasAddress: Bool) -> Bool {
    guard let space = text.findLast(" ") else { return false }
    let location = Location(text.from(space + 1))
    let name = text.before(space).trimmed
    guard location.isPlausible, isName(name) else { return false }
    if hasAddress { return location.line != nil || location.path.first == "/" }
    return location.line != nil
      && (location.path.first == "/" || name.contains(0x28) || ProseReader.isIdentifier(name))
  }

  /// Whether the text is a function's name, with its arguments and, of C++, the type that it returns.
  static func isName(_ text: Bytes) -> Bool {
    var text = text
    for words: StaticString in ["non-virtual thunk to ", "virtual thunk to "]
    where text.starts(words) { text = text.dropFirst(words.utf8CodeUnitCount) }
    guard let first = text.first,
      first.isWord && !first.isDigit || first == "?" || first == "<" || first == "~"
        || first == "(" || (first == "-" || first == "+") && text.at(text.startIndex + 1) == "["
    else { return false }
    if let mark = text.find(text: "operator"), !text.at(mark + 8).isWord,
      text.contains(0x28) || text.contains(text: "::")
    {
      return true
    }
    let words = outerWords(text)
    guard let last = words.last else { return first == "(" || first == "<" }
    guard words.count > 1 else { return last.last != "," && last.last != "." && last.last != ":" }
    return text.contains(0x28) && words.dropLast().allSatisfy(isType)
  }

  /// The words outside of all brackets, without qualifiers.
  private static func outerWords(_ text: Bytes) -> [Bytes] {
    var words: [Bytes] = []
    var depth = 0
    var start: Int?
    func close(_ end: Int) {
      guard let begin = start else { return }
      start = nil
      let word = text.slice(begin, end)
      let isQualifier =
        word.equals("const") || word.equals("volatile") || word.equals("&") || word.equals("&&")
      if !isQualifier { words.append(word) }
    }
    for at in text.indices {
      switch text[at] {
      case "(", "<", "[", "{":
        if depth == 0, start == nil { start = at }
        depth += 1
      case ">" where text.at(at - 1) == "-": break
      case ")", ">", "]", "}": depth = Swift.max(0, depth - 1)
      case let byte where byte.isSpace: if depth == 0 { close(at) }
      default: if depth == 0, start == nil { start = at }
      }
    }
    close(text.endIndex)
    // Brackets alone, as of [clone .cold] and <null>, are no words.
    return words.filter { $0.first != "[" && !($0.first == "<" && $0.last == ">") }
  }

  private static func isType(_ word: Bytes) -> Bool {
    if word.contains(text: "::") || word.contains(0x3C) || word.last == "*" || word.last == "&" {
      return true
    }
    for type: StaticString in [
      "void", "bool", "char", "short", "int", "long", "unsigned", "signed", "float", "double",
      "auto", "static", "const", "size_t",
    ] where word.equals(type) { return true }
    return word.starts("decltype(")
  }

  // MARK: Forms

  /// backward-cpp: `Source "/src/pool.cpp", line 12, in acme::take(int) [0x5556]`, `Object "/lib/libc.so.6", at 0x7f, in main`.
  static func backward(_ text: Bytes) -> RawFrame? {
    var rest = text
    if rest.starts("| ") { rest = rest.dropFirst(2).trimmed }
    let isSource = rest.starts("Source \"")
    guard isSource || rest.starts("Object \"") else { return nil }
    let start = rest.startIndex + 8
    guard let quote = rest.find("\"", from: start) else { return nil }
    var function: Bytes?
    if let inside = rest.find(text: ", in ", from: quote) {
      let name = rest.from(inside + 5)
      let address = name.last == "]" ? name.findLast(text: " [") : nil
      function = address.map { name.before($0) } ?? name
    }
    let path = rest.slice(start, quote)
    guard isSource else {
      return rest.has(", at 0x", at: quote + 1) ? RawFrame(function: function, module: path) : nil
    }
    guard rest.has(", line ", at: quote + 1), let (line, _) = rest.number(at: quote + 8) else {
      return nil
    }
    var location = Location(Bytes())
    location.path = path
    location.line = line
    return RawFrame(function: function, location: location)
  }

  /// What stands below a frame of backward-cpp's: the source that it quotes, and calls that were inlined.
  func readBelow(_ line: SymptomLine, _ traces: inout TraceAssembler) -> Bool {
    guard traces.interruption == 0, traces.open?.isEmpty == false, line.indent > 0 else {
      return false
    }
    if let frame = Self.backward(line.content) {
      traces.add(frame, .native)
      return true
    }
    let marks: (UInt8) -> Bool = { $0 == "|" || $0 == ">" || $0.isSpace }
    let start = line.content.skip(from: line.body, while: marks)
    guard let (_, end) = line.content.number(at: start) else { return false }
    return line.content.at(end) == ":"
  }
}
