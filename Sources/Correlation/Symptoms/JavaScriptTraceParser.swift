/// Reads the stack traces of V8 (Node, Chrome, Deno), SpiderMonkey (Firefox, gjs) and JavaScriptCore.
struct JavaScriptTraceParser: TraceParser {
  static let language = Symptom.Language.javaScript

  /// Whether the errors inside an AggregateError follow.
  private var isInErrors = false

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    var content = line.content
    if isInErrors {
      if traces.language == .javaScript {
        if readInnerError(content, &traces) { return true }
        if content.last == "," { content = content.dropLast() }
      } else {
        isInErrors = false
      }
    }
    switch line.first {
    case "a" where content.starts("at "):
      guard let frame = Self.v8(content.dropFirst(3).trimmed) else { break }
      traces.add(frame, .javaScript)
      return true
    case "[" where content.starts("[cause]: "):
      let header = ExceptionHeader(content.dropFirst(9))
      traces.begin(
        .javaScript, type: header?.type, message: header?.message, link: .cause)
      return true
    case "[", "e":
      guard traces.language == .javaScript, !isInErrors,
        content.equals("[errors]: [") || content.equals("errors: [")
      else { break }
      traces.begin(.javaScript, link: .cause)
      isInErrors = true
      return true
    case "C" where content.starts("Caused by: ") && traces.language == .javaScript:
      let header = ExceptionHeader(content.dropFirst(11))
      traces.begin(
        .javaScript, type: header?.type, message: header?.message, link: .cause)
      return true
    case 0xE2 where content.starts("❯ "):
      // Vitest
      let rest = content.dropFirst(4)
      guard let space = rest.findLast(" ") else { break }
      let location = Location(rest.from(space + 1))
      guard location.line != nil, location.isPlausible else { break }
      traces.add(RawFrame(function: rest.before(space), location: location), .javaScript)
      return true
    case "}":
      return traces.language == .javaScript && content.count == 1 && traces.interruption == 0
    default:
      break
    }
    guard let frame = Self.mozilla(content) else { return false }
    traces.add(frame, .javaScript)
    return true
  }

  /// The name of an inner error, or the end of their list.
  private mutating func readInnerError(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    if content.first == "]", content.count < 3 {
      isInErrors = false
      return true
    }
    guard let header = ExceptionHeader(content), content.starts(with: header.type.utf8) else {
      return false
    }
    if traces.open?.isEmpty == true, traces.open?.exceptionType == nil {
      traces.update {
        $0.exceptionType = header.type
        $0.message = header.message
      }
    } else {
      traces.begin(.javaScript, type: header.type, message: header.message, link: .sibling)
    }
    return true
  }

  /// `Pool.take [as get] (/app/src/pool.js:12:3)`, `async file:///app/a.mjs:1:2`, without "at".
  static func v8(_ text: Bytes) -> RawFrame? {
    var rest = text
    if rest.ends(" {") { rest = rest.dropLast(2) }
    if rest.last == ")" {
      guard let open = rest.find(text: " ("), open > rest.startIndex else { return nil }
      // Functions have spaces only behind these words and before an alias.
      let name = rest.before(open)
      var place = rest.slice(open + 2, rest.endIndex - 1)
      // Hermes
      if place.starts("address at ") { place = place.dropFirst(11) }
      if place.starts("index "), name.starts("async ") {
        var frame = RawFrame()
        frame.isInApp = false
        return frame
      }
      guard isName(name) else { return nil }
      var frame = RawFrame(function: name)
      if place.equals("<anonymous>") || place.equals("native") || place.equals("unknown location") {
        frame.isInApp = false
        return frame
      }
      var location = Location(place)
      if place.starts("eval at "), let inner = place.findLast(text: " (") {
        // eval at f (file:1:2), <anonymous>:1:1
        let close = place.find(")", from: inner) ?? place.endIndex
        location = Location(place.slice(inner + 2, close))
      }
      let isLocated = location.line != nil || hasSourceEnding(location.path)
      guard isLocated, location.isPlausible || location.path.equals("<anonymous>") else {
        return nil
      }
      set(location, on: &frame)
      return frame
    }
    if rest.starts("async ") { rest = rest.dropFirst(6) }
    let location = Location(rest)
    guard location.line != nil, location.isPlausible || rest.starts("<anonymous>"),
      location.path.first != "'", !location.path.contains(text: ": "),
      !location.path.contains(text: ") in "), !location.path.contains(text: ") ["),
      hasLook(location)
    else { return nil }
    var frame = RawFrame()
    set(location, on: &frame)
    return frame
  }

  private static func hasLook(_ location: Location) -> Bool {
    location.column != nil || location.path.contains(where: { $0 == "/" || $0 == "\\" })
  }

  private static func hasSourceEnding(_ path: Bytes) -> Bool {
    let endings: [StaticString] = [
      ".js", ".ts", ".mjs", ".cjs", ".jsx", ".tsx", ".vue", ".mts", ".svelte",
    ]
    return endings.contains { path.ends($0) }
  }

  private static func isName(_ name: Bytes) -> Bool {
    var rest = name
    for word: StaticString in ["async ", "new ", "get ", "set "] where rest.starts(word) {
      rest = rest.dropFirst(word.utf8CodeUnitCount)
    }
    if let alias = rest.find(text: " [as ") { rest = rest.before(alias) }
    return !rest.contains(where: { $0.isSpace || $0 == "(" })
  }

  private static func set(_ location: Location, on frame: inout RawFrame) {
    frame.path = location.path.text(atMost: 1_024)
    frame.line = location.line
    frame.column = location.column
  }

  /// `take@resource:///org/acme/pool.js:12:3`, `Pool.prototype.take/<@https://acme.org/a.js:1:2`.
  static func mozilla(_ content: Bytes) -> RawFrame? {
    guard content.count < 2_000, content.last?.isDigit == true, let at = content.find("@") else {
      return nil
    }
    let name = content.before(at)
    let location = Location(content.from(at + 1))
    guard location.line != nil, location.path.count > 1 else { return nil }
    // `user@host:/folder:22` is no script's.
    let path = location.path
    guard
      hasSourceEnding(path) || path.first == "/" || path.starts("./")
        || path.starts("self-hosted")
        || path.contains(text: "://") && (location.column != nil || path.contains(text: " line "))
    else { return nil }
    guard
      !name.contains(where: { $0.isSpace }) || name.starts("promise callback*")
        || name.starts("set") || name.starts("get ")
    else { return nil }
    var frame = RawFrame(function: name.isEmpty ? nil : name)
    var place = location
    // script.js line 12 > eval:1:2
    if let eval = place.path.find(text: " line ") {
      place.line = place.path.number(at: eval + 6)?.value
      place.path = place.path.before(eval)
    }
    set(place, on: &frame)
    if place.path.starts("self-hosted") { frame.isInApp = false }
    return frame
  }
}
