/// Reads Ruby's backtraces in both orders, and Rails' cleaned ones.
struct RubyTraceParser: TraceParser {
  static let language = Symptom.Language.ruby

  /// Whether the next line names the exception whose frames follow.
  private var awaitsCause = false

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    var content = Self.withoutTags(line.content)
    if let isRead = readCause(content, &traces) { return isRead }
    content = line.content
    var isNumbered = false
    var isFrom = false
    if line.first.isDigit, let (_, end) = content.number(at: content.startIndex),
      content.has(": from ", at: end)
    {
      isNumbered = true
      content = content.from(end + 7)
    } else if content.starts("# ") {
      // RSpec
      content = content.dropFirst(2).trimmed
      let place = content.find(text: ":in ").map { content.before($0) } ?? content
      let location = Location(place)
      guard location.line != nil, Self.isRuby(location.path),
        !location.path.contains(where: \.isSpace)
      else { return false }
      if place.count == content.count {
        traces.add(RawFrame(location: location), .ruby)
        return true
      }
    } else if content.starts("from ") {
      isFrom = true
      content = content.dropFirst(5)
    }
    if let frame = Self.reported(content) {
      traces.add(frame, .ruby)
      return true
    }
    content = Self.withoutTags(content)
    guard let mark = content.find(text: ":in `") ?? content.find(text: ":in '") else {
      guard isFrom || isNumbered, Location(content).line != nil else { return false }
      traces.add(RawFrame(location: Location(content)), .ruby)
      return true
    }
    // Some tools leave the line out, or write a question mark for it.
    let place = content.before(mark)
    let location = Location(place.ends(":?") ? place.dropLast(2) : place)
    guard !location.path.isEmpty, location.line != nil || Self.isRuby(location.path),
      !location.path.contains(text: "\\n") || !location.path.contains(where: \.isSpace)
    else { return false }
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

  /// Rails: a line `Causes:` or `Caused by:`, and below it `KeyError (key not found: "n")`.
  private mutating func readCause(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool? {
    guard traces.language == .ruby, let open = traces.open else { return nil }
    if !open.isEmpty {
      guard content.equals("Caused by:") || content.equals("Causes:") else { return nil }
      traces.begin(.ruby, link: .cause)
      awaitsCause = true
      return true
    }
    guard awaitsCause else { return nil }
    awaitsCause = false
    let word = content.prefix { $0.isWord || $0 == ":" }
    guard word.first?.isUpper == true, let header = ExceptionHeader(content),
      content.starts(with: header.type.utf8)
    else { return nil }
    traces.update {
      $0.exceptionType = header.type
      $0.message = header.message
    }
    return true
  }

  /// Without the tags of a log: `[3f1c-11] app/models/pool.rb:12:in 'take'`.
  private static func withoutTags(_ text: Bytes) -> Bytes {
    var content = text
    while content.first == "[", let close = content.find("]"), close - content.startIndex < 80,
      content.at(close + 1) == " "
    {
      content = content.from(close + 2)
    }
    return content
  }

  /// The forms of error trackers: `line 83 of [PROJECT_ROOT]/app/pool.rb: take`, `[GEM_ROOT]/pool.rb:18→ take`,
  /// `4 File "/app/pool.rb" line 10 in take`.
  private static func reported(_ content: Bytes) -> RawFrame? {
    if content.starts("line "), let (line, end) = content.number(at: content.startIndex + 5),
      content.has(" of ", at: end), let colon = content.findLast(text: ": ")
    {
      return frame(content.slice(end + 4, colon), line, content.from(colon + 2))
    }
    if let arrow = content.find(text: "→ ") {
      let location = Location(content.before(arrow))
      return location.line.flatMap { frame(location.path, $0, content.from(arrow + 4)) }
    }
    let file = content.skip(from: content.startIndex) { $0.isDigit || $0 == " " }
    guard content.has("File \"", at: file), let quote = content.find("\"", from: file + 6),
      content.has(" line ", at: quote + 1), let (line, end) = content.number(at: quote + 7),
      content.has(" in ", at: end)
    else { return nil }
    return frame(content.slice(file + 6, quote), line, content.from(end + 4))
  }

  private static func frame(_ path: Bytes, _ line: Int, _ function: Bytes) -> RawFrame? {
    var path = path
    var isInApp: Bool?
    for (root, isOwn) in [("[PROJECT_ROOT]/", true), ("[GEM_ROOT]/", false), ("[/project/]", nil)]
      as [(StaticString, Bool?)]
    where path.starts(root) {
      path = path.dropFirst(root.utf8CodeUnitCount)
      isInApp = isOwn
    }
    guard isRuby(path) else { return nil }
    var frame = RawFrame(function: function)
    frame.path = path.text(atMost: 1_024)
    frame.line = line
    frame.isInApp = isInApp
    // Only frames of gems begin with a name and a version: actionview-4.2.9/lib/…
    if isInApp == nil, let slash = path.find("/"), let dash = path.before(slash).findLast("-"),
      path.at(dash + 1).isDigit
    {
      frame.isInApp = false
    }
    return frame
  }

  private static func isRuby(_ path: Bytes) -> Bool {
    let endings: [StaticString] = [".rb", ".haml", ".erb", ".slim", ".rake", ".ru", ".builder"]
    return endings.contains { path.ends($0) }
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
