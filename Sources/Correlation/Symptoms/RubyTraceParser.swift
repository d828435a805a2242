/// Reads Ruby's backtraces in both orders, and Rails' cleaned ones.
struct RubyTraceParser: TraceParser {
  static let language = Symptom.Language.ruby

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    var content = line.content
    var isNumbered = false
    var isFrom = false
    if line.first.isDigit, let (_, end) = content.number(at: content.startIndex),
      content.has(": from ", at: end)
    {
      isNumbered = true
      content = content.from(end + 7)
    } else if content.starts("from ") {
      isFrom = true
      content = content.dropFirst(5)
    }
    guard let mark = content.find(text: ":in `") ?? content.find(text: ":in '") else {
      guard isFrom || isNumbered, Location(content).line != nil else { return false }
      traces.add(RawFrame(location: Location(content)), .ruby)
      return true
    }
    let location = Location(content.before(mark))
    guard location.line != nil, !location.path.isEmpty else { return false }
    let start = mark + 5
    guard let end = content.find("'", from: start) else { return false }
    let frame = RawFrame(function: content.slice(start, end), location: location)
    if isNumbered {
      if traces.language != .ruby || traces.open?.exceptionType != nil {
        traces.begin(.ruby)
        traces.update { $0.isInnermostLast = true }
      }
      traces.add(frame, .ruby)
      return true
    }
    let rest = content.from(end + 1)
    guard !isFrom, rest.starts(": ") else {
      traces.add(frame, .ruby)
      return true
    }
    let (type, message) = Self.header(rest.dropFirst(2))
    if traces.language == .ruby, traces.open?.isInnermostLast == true,
      traces.open?.exceptionType == nil
    {
      traces.update {
        $0.exceptionType = type
        $0.message = message
      }
      traces.add(frame, .ruby)
      return true
    }
    // Ruby prints an exception's cause below it.
    let isCause =
      traces.language == .ruby && traces.interruption == 0
      && traces.open?.exceptionType != nil
    traces.begin(.ruby, type: type, message: message, link: isCause ? .cause : .none)
    traces.add(frame, .ruby)
    return true
  }

  /// `undefined method 'x' for nil (NoMethodError)`
  private static func header(_ text: Bytes) -> (String?, String?) {
    guard text.last == ")", let open = text.findLast(text: " (") else {
      return (nil, text.text(atMost: 1_000))
    }
    let type = text.slice(open + 2, text.endIndex - 1)
    guard type.first?.isUpper == true, type.allSatisfy({ $0.isWord || $0 == ":" }) else {
      return (nil, text.text(atMost: 1_000))
    }
    return (type.text, text.before(open).text(atMost: 1_000))
  }
}
