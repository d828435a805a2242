/// Reads CPython's tracebacks, faulthandler's dumps and pytest's short form.
struct PythonTraceParser: TraceParser {
  static let language = Symptom.Language.python

  private var link = TraceAssembler.Link.none
  private var indent = 0
  private var awaitsSource = false
  /// The message of a fatal error of the interpreter, whose threads follow.
  private var fatal: String?
  private var isInGroup = false
  /// Whether the exception was named above the frames, where other words may have been, too.
  private var isTypeGuessed = false

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    var content = line.content
    var indent = line.indent
    var isFramed = false
    // The frame that exception groups draw.
    if content.first == "|" || content.first == "+" {
      let inner = content.from(content.skip(from: content.startIndex) { $0 == "|" || $0 == "+" })
      if inner.first == "-" { return traces.language == .python }
      guard inner.first?.isSpace == true || traces.language == .python else { return false }
      let framed = SymptomLine(inner)
      isFramed = true
      content = framed.content
      indent = framed.indent
    }
    if content.starts("File \"") { return readFile(content, indent, &traces) }
    if let result = readMark(content, isFramed, &traces) { return result }
    if readPytest(line, &traces) { return true }
    guard traces.language == .python, traces.interruption == 0 else { return false }
    return readInside(content, indent, &traces)
  }

  /// `File "src/pool.py", line 12, in take`
  private mutating func readFile(
    _ content: Bytes, _ indent: Int, _ traces: inout TraceAssembler
  ) -> Bool {
    guard let quote = content.find("\"", from: content.startIndex + 6) else { return false }
    let rest = content.from(quote + 1)
    guard rest.starts(", line ") || rest.starts(" line ") || rest.starts(", in ") else {
      return false
    }
    var location = Location(Bytes())
    location.path = content.slice(content.startIndex + 6, quote)
    if let mark = rest.find(text: "line "), let (line, _) = rest.number(at: mark + 5), line > 0 {
      location.line = line
    }
    let function = rest.find(text: "in ").map { rest.from($0 + 3).trimmed }
    if traces.language != .python {
      traces.begin(.python, link: link)
      traces.update { $0.isInnermostLast = true }
      link = .none
      isTypeGuessed = false
    }
    traces.add(RawFrame(function: function, location: location), .python)
    awaitsSource = true
    self.indent = indent
    return true
  }

  private mutating func readMark(
    _ content: Bytes, _ isFramed: Bool, _ traces: inout TraceAssembler
  ) -> Bool? {
    let isMark = content.ends("Traceback (most recent call last):")
    switch content.first ?? 0 {
    case "T", "E", "C", "F", "D", "[":
      break
    default:
      guard isMark else { return nil }
    }
    if isMark || content.ends("Traceback (most recent call last)") {
      // AWS Lambda: [ERROR] KeyError: 'DE' Traceback (most recent call last):
      let head = content.findLast(text: "Traceback (").map { content.before($0) } ?? Bytes()
      let above = head.isEmpty && traces.lastText?.starts("[ERROR] ") == true
      let header = ExceptionHeader(above ? traces.lastText ?? head : head)
      let isGroup = content.contains(text: "Exception Group Traceback")
      traces.begin(
        .python, type: header?.type, message: header?.message,
        link: link == .none && !isGroup && isInGroup && isFramed ? .cause : link)
      traces.update { $0.isInnermostLast = true }
      isInGroup = isGroup || isInGroup && isFramed
      isTypeGuessed = header != nil
      link = .none
      awaitsSource = false
      return true
    }
    if content.starts("The above exception was the direct cause")
      || content.starts("During handling of the above exception")
    {
      traces.close()
      // Of an error while another was handled either may be the one to mend.
      link = content.first == "D" ? .sibling : .consequence
      isInGroup = false
      return true
    }
    if content.contains(text: "(most recent call first)") {
      let isCurrent = content.starts("Current thread")
      let message = isCurrent ? fatal : nil
      traces.begin(
        .python, type: message == nil ? nil : "Fatal Python error", message: message,
        kind: isCurrent ? .failure : .thread)
      return true
    }
    if content.starts("Fatal Python error: ") {
      fatal = content.dropFirst(20).text
      return true
    }
    if content.starts("[Previous line repeated "),
      let (count, _) = content.number(at: content.startIndex + 24)
    {
      guard traces.language == .python else { return false }
      traces.update { $0.skip(count) }
      return true
    }
    return nil
  }

  /// The quoted source, its markers, and the exception below the frames.
  private mutating func readInside(
    _ content: Bytes, _ indent: Int, _ traces: inout TraceAssembler
  ) -> Bool {
    guard let open = traces.open, !open.isEmpty else { return false }
    if indent > self.indent {
      if awaitsSource {
        let source = content.text(atMost: 300)
        traces.update { $0.updateLast { $0.source = source } }
        awaitsSource = false
      }
      return true
    }
    guard open.exceptionType == nil || isTypeGuessed else { return false }
    let colon = content.find(":") ?? content.endIndex
    let type = content.before(colon)
    guard let first = type.first, first.isLetter || first == "_", type.count < 200,
      type.allSatisfy({ $0.isWord || $0 == "." })
    else { return false }
    let message = content.from(colon + 1).trimmed
    isTypeGuessed = false
    traces.update {
      $0.exceptionType = type.text
      $0.message = message.isEmpty ? nil : message.text(atMost: 1_000)
    }
    return true
  }

  /// pytest: `src/pool.py:12: in take`, `src/pool.py:12: KeyError`, `E   KeyError: 'n'`.
  private func readPytest(_ line: SymptomLine, _ traces: inout TraceAssembler) -> Bool {
    let content = line.content
    if content.starts("E   "), traces.language == .python, traces.open?.exceptionType == nil {
      guard let header = ExceptionHeader(content.dropFirst(4)) else { return true }
      traces.update {
        $0.exceptionType = header.type
        $0.message = header.message
      }
      return true
    }
    guard line.indent == 0, content.count < 500, let mark = content.find(text: ".py:"),
      let (number, end) = content.number(at: mark + 4), content.at(end) == ":"
    else { return false }
    let rest = content.from(end + 1).trimmed
    let isCall = rest.starts("in ") && !rest.dropFirst(3).contains(where: { $0.isSpace })
    let isRaise =
      !rest.isEmpty && rest.allSatisfy { $0.isWord || $0 == "." }
      && ExceptionHeader.isExceptionName(rest)
    let isPlain = rest.isEmpty && traces.language == .python
    guard isCall || isRaise || isPlain else { return false }
    var location = Location(content.before(mark + 3))
    location.line = number
    guard !location.path.contains(where: { $0.isSpace }) else { return false }
    if traces.language != .python || traces.open?.exceptionType != nil && isCall {
      traces.begin(.python)
      traces.update { $0.isInnermostLast = true }
    }
    traces.add(RawFrame(function: isCall ? rest.dropFirst(3) : nil, location: location), .python)
    if isRaise {
      traces.update { if $0.exceptionType == nil { $0.exceptionType = rest.text } }
    }
    return true
  }
}
