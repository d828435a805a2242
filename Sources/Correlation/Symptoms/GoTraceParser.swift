/// Reads Go's panics, goroutine dumps, and the `%+v` form of errors with a stack.
struct GoTraceParser: TraceParser {
  static let language = Symptom.Language.go

  /// The function whose location is on the next line.
  private var function: [UInt8] = []

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    let content = line.content
    // What cockroachdb/errors prints before each line of a stack.
    if content.starts("| ") {
      let inner = SymptomLine(content.dropFirst(2))
      if inner.indent > 0 { return readIndented(inner.content, &traces) }
      guard traces.language == .go, Self.isFunction(inner.content) else { return false }
      function = Array(inner.content.prefix(1_000))
      return true
    }
    if line.indent > 0 { return readIndented(content, &traces) }
    switch line.first {
    case "#" where content.starts("#\t0x"): return readProfile(content, &traces)
    case "p" where content.starts("panic: "):
      beginPanic("panic", content.dropFirst(7), &traces)
      return true
    case "f" where content.starts("fatal error: "):
      beginPanic("fatal error", content.dropFirst(13), &traces)
      return true
    case "g" where content.starts("goroutine "):
      guard let (_, end) = content.number(at: content.startIndex + 10), content.last == ":",
        let open = content.find("[", from: end)
      else { return false }
      let state = content.slice(open + 1, content.find("]", from: open) ?? content.endIndex - 1)
      function = []
      if traces.language == .go, traces.open?.isEmpty == true, traces.open?.message != nil {
        return true
      }
      // A dump without a panic: the running goroutine is the one that asked for it.
      let isFailure = traces.language != .go && state.starts("running")
      traces.begin(.go, kind: isFailure ? .failure : .thread)
      return true
    case "[" where content.starts("[signal ") || content.starts("[originating from"):
      return traces.language == .go
    case "." where content.starts("...additional frames elided"):
      return traces.language == .go
    default:
      break
    }
    guard traces.language == .go, traces.interruption == 0 else { return false }
    if content.starts("created by ") || content.last == ")" && content.contains(text: "(") {
      var name = content.starts("created by ") ? content.dropFirst(11) : content
      if let routine = name.find(text: " in goroutine ") { name = name.before(routine) }
      guard !name.contains(where: { $0 == " " }) || content.last == ")" else { return false }
      function = Array(name.prefix(1_000))
      return true
    }
    return false
  }

  private mutating func beginPanic(
    _ type: String, _ message: Bytes, _ traces: inout TraceAssembler
  ) {
    var message = message
    if message.ends(" [recovered]") { message = message.dropLast(12) }
    function = []
    traces.begin(.go, type: type, message: message.text(atMost: 1_000))
  }

  private mutating func readIndented(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    if content.starts("panic: ") {
      guard traces.language == .go, traces.open?.isEmpty == true else { return false }
      let message = content.dropFirst(7).text(atMost: 1_000)
      traces.update { $0.message = message }
      return true
    }
    let end = content.find(text: " +0x") ?? content.endIndex
    let location = Location(content.before(end))
    let path = location.path
    guard path.ends(".go") || path.ends(".s") || path.equals("_cgo_gotypes.go") || path.ends(".c"),
      location.line != nil || path.ends(".go"), !path.contains(where: { $0.isSpace })
    else { return false }
    var name = function[...]
    if name.isEmpty, var text = traces.lastText {
      if text.starts("| ") { text = text.dropFirst(2) }
      if Self.isFunction(text) { name = text }
    }
    guard !name.isEmpty || traces.language == .go else { return false }
    function = []
    traces.add(RawFrame(function: name.isEmpty ? nil : name, location: location), .go)
    return true
  }

  /// A profile's `#\t0x46def0\tgithub.com/acme/pool.(*Pool).Take+0xb0\t\t/src/pool.go:70`.
  private func readProfile(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    let fields = content.split(separator: 9)
    guard fields.count == 4 else { return false }
    let location = Location(fields[3])
    guard location.line != nil, location.path.ends(".go") || location.path.ends(".s") else {
      return false
    }
    let name = fields[2].findLast(text: "+0x").map { fields[2].before($0) } ?? fields[2]
    traces.add(RawFrame(function: name, location: location), .go)
    return true
  }

  /// `github.com/acme/pool.(*Pool).Take`
  private static func isFunction(_ text: Bytes) -> Bool {
    text.contains(where: { $0 == "." })
      && !text.contains(where: { $0.isSpace || $0 == ":" || $0 == "\"" || $0 == "=" })
  }
}
