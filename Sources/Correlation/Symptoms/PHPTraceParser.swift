/// Reads PHP's uncaught exceptions, warnings, and the stack traces of Laravel's logs.
///
/// A line of PHP's names a called function and where the call stands, so that the function around
/// that place is the one of the next line.
struct PHPTraceParser: TraceParser {
  static let language = Symptom.Language.php

  /// The function that the last row of Xdebug's table called.
  private var caller: [UInt8] = []

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    let content = line.content
    if line.first == "#" { return readFrame(content, &traces) }
    if content.starts("Stack trace:") || content.starts("[stacktrace]")
      || content.starts("thrown in ")
    {
      return traces.language == .php
    }
    return readHeader(content, &traces)
  }

  /// `#0 /app/src/Pool.php(12): Acme\Pool->take(1)`, `#1 {main}`
  private func readFrame(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard let (number, end) = content.number(at: content.startIndex + 1), content.at(end) == " "
    else { return false }
    let rest = content.from(end + 1).trimmed
    if rest.starts("{main}") { return true }
    var location: Location?
    var call: Bytes
    if rest.starts("[internal function]: ") {
      call = rest.dropFirst(21)
    } else {
      guard let mark = Self.callMark(rest) else { return false }
      location = Location(rest.before(mark.open))
      location?.line = mark.line
      call = rest.from(mark.end)
    }
    if call.starts("called at") { return false }
    if let (at, _) = Self.firstBracket(call) { call = call.before(at) }
    let isAwaited =
      traces.language == .php && traces.interruption == 0 && traces.open?.isEmpty == false
    if isAwaited, number > 0 || traces.open?.total == 1 {
      let name = call.text(atMost: 500)
      traces.update { $0.updateLast { $0.function = name } }
    } else {
      traces.add(RawFrame(function: call), .php)
    }
    var next = RawFrame(location: location)
    if location == nil { next.isInApp = false }
    traces.add(next, .php)
    return true
  }

  /// Xdebug's table, the outermost call first: `2  0.0124  778584  Acme\\Pool->take( )  ../pool.php:25`.
  ///
  /// A row names a called function and where the call stands, as PHP's own traces do.
  private mutating func readTableRow(
    _ content: Bytes, _ traces: inout TraceAssembler
  ) -> Bool {
    let fields = content.split(maxSplits: 3, whereSeparator: \.isSpace)
    guard fields.count == 4, fields[1].contains(0x2E),
      fields.prefix(3).allSatisfy({ $0.allSatisfy { $0.isDigit || $0 == "." } })
    else { return false }
    let call = fields[3].trimmed
    guard let open = call.find("("), let space = call.lastIndex(where: \.isSpace), open < space
    else { return false }
    let location = Location(call.from(space + 1))
    guard location.isPlausible else { return false }
    if traces.language != .php || traces.open?.isInnermostLast == false {
      traces.begin(.php, link: .sibling)
      traces.update { $0.isInnermostLast = true }
      caller = []
    }
    if location.line != nil {
      traces.add(RawFrame(function: caller.isEmpty ? nil : caller[...], location: location), .php)
    }
    let name = call.before(open)
    caller = name.first == "{" ? [] : Array(name.prefix(500))
    return true
  }

  /// The bracket that begins the arguments; `{closure}` and `{closure:A::b():1}` have none inside.
  private static func firstBracket(_ call: Bytes) -> (Int, Int)? {
    var from = call.startIndex
    if let brace = call.find("{"), let end = call.find("}", from: brace) { from = end }
    return call.find("(", from: from).map { ($0, from) }
  }

  /// `(12): ` behind a path.
  private static func callMark(_ text: Bytes) -> (open: Int, line: Int, end: Int)? {
    var from = text.startIndex
    while let open = text.find("(", from: from) {
      if let (line, end) = text.number(at: open + 1), text.has("): ", at: end) {
        return (open, line, end + 3)
      }
      from = open + 1
    }
    return nil
  }

  private mutating func readHeader(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    if let object = content.find(text: "[object] ("),
      content.contains(text: "Uncaught PHP Exception ")
    {
      return begin(content.from(object + 10), .none, &traces)
    }
    if let uncaught = content.find(text: "Uncaught PHP Exception ") {
      return begin(content.from(uncaught + 23), .none, &traces)
    }
    if let uncaught = content.find(text: "Uncaught "),
      content.contains(text: "PHP ") || content.contains(text: "atal error")
    {
      return begin(content.from(uncaught + 9), .none, &traces)
    }
    if content.starts("Next "), traces.language == .php {
      // PHP prints the innermost exception first.
      return begin(content.dropFirst(5), .consequence, &traces)
    }
    if let object = content.find(text: "[object] (") {
      let isPrevious = content.contains(text: "[previous exception]") && traces.language == .php
      return begin(content.from(object + 10), isPrevious ? .cause : .none, &traces)
    }
    if content.first?.isDigit == true { return readTableRow(content, &traces) }
    var content = content
    if content.starts("( ! ) ") { content = content.dropFirst(6) }
    if let php = content.find(text: "PHP "), php > content.startIndex,
      content.has("Fatal error: ", at: php + 4) || content.has("Parse error: ", at: php + 4)
    {
      content = content.from(php)
    }
    guard
      content.starts("PHP ") || content.starts("Fatal error: ")
        || content.starts("Parse error: ") || content.starts("Warning: ")
    else { return false }
    guard let colon = content.find(":"), let (location, start) = Self.place(content) else {
      return false
    }
    var type = content.before(colon)
    if type.starts("PHP ") { type = type.dropFirst(4).trimmed }
    traces.begin(
      .php, type: type.text,
      message: content.slice(colon + 1, Swift.max(start, colon + 1)).trimmed.text)
    traces.setLocation(RawFrame(location: location))
    return true
  }

  /// `Acme\PoolException: empty in /app/src/Pool.php:12`, `Acme\E(code: 0): empty at /app/a.php:12)`
  private func begin(
    _ text: Bytes, _ link: TraceAssembler.Link, _ traces: inout TraceAssembler
  ) -> Bool {
    // Monolog writes the exception as JSON: `(Acme\\\\E(code: 0): empty at /app/a.php:12)"}`
    var text = text
    if let end = text.find(text: ")\"") { text = JSONValue.unescaped(text.before(end + 1))[...] }
    let type = text.prefix { $0.isWord || $0 == "\\" }
    guard !type.isEmpty else { return false }
    let place = Self.place(text)
    var start = type.endIndex
    if text.has("(code: ", at: start), let close = text.find(")", from: start) { start = close }
    start = text.find(text: ": ", from: start).map { $0 + 2 } ?? start
    let end = place?.start ?? text.endIndex
    var message = start < end ? text.slice(start, end).trimmed : Bytes()
    if message.count > 2, message.first == "\"", message.last == "\"" {
      message = message.dropFirst().dropLast()
    }
    traces.begin(
      .php, type: type.text, message: message.isEmpty ? nil : message.text(atMost: 1_000),
      link: link)
    if let place { traces.add(RawFrame(location: place.location), .php) }
    return true
  }

  /// The location at the end of a header, and where the words before it begin.
  private static func place(_ text: Bytes) -> (location: Location, start: Int)? {
    var text = text.last == ")" ? text.dropLast() : text
    // Of a wrong call the message names the caller first, and then what was called.
    if let defined = text.find(text: " and defined in ") {
      if let (location, _) = place(text.from(defined + 12)) { return (location, defined) }
      text = text.before(defined)
    }
    if let mark = text.findLast(text: " on line "), let (line, _) = text.number(at: mark + 9),
      let start = text.before(mark).findLast(text: " in ")
    {
      var location = Location(Bytes())
      location.path = text.slice(start + 4, mark)
      location.line = line
      return (location, start)
    }
    if let mark = text.findLast(text: ".php line "), let (line, _) = text.number(at: mark + 10),
      let start = text.before(mark).findLast(text: " at ")
    {
      var location = Location(Bytes())
      location.path = text.slice(start + 4, mark + 4)
      location.line = line
      return (location, start)
    }
    for word: StaticString in [" in ", " at "] {
      guard let start = text.findLast(text: word) else { continue }
      let location = Location(text.from(start + 4))
      if location.line != nil, location.isPlausible { return (location, start) }
    }
    return nil
  }
}
