/// Reads the stack traces of C# and the rest of .NET.
struct DotNetTraceParser: TraceParser {
  static let language = Symptom.Language.dotNet

  /// The exceptions whose frames have not come yet, the innermost last.
  private var headers: [ExceptionHeader] = []
  private var isFirst = true
  /// Whether the next frame is the first of the exception whose header is the last one.
  private var awaitsFrame = false

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    let content = line.content
    switch line.first {
    case "a" where content.starts("at "):
      guard let frame = Self.frame(content.dropFirst(3).trimmed) else { return false }
      beginHeader(&traces)
      traces.add(frame, .dotNet)
      return true
    case "b" where content.starts("bei "), "e" where content.starts("en "),
      0xC3 where content.starts("à "):
      guard let frame = Self.translated(content) else { return false }
      beginHeader(&traces)
      traces.add(frame, .dotNet)
      return true
    case "-"
    where content.starts("--- End of inner exception stack trace")
      || content.starts("--- Ende der internen ")
      || content.starts("--- Fin de la trace de la pile "):
      if headers.isEmpty, traces.language == .dotNet {
        traces.begin(.dotNet, link: .consequence)
      }
      awaitsFrame = true
      return true
    case "-" where content.starts("--- End of stack trace from previous"):
      return true
    default:
      if content.last == ")", let frame = Self.unity(content) {
        traces.add(frame, .dotNet)
        return true
      }
      return readHeaders(content, &traces)
    }
  }

  /// `bei Acme.Pool.Take(Int32 n) in C:\src\Pool.cs:Zeile 12.`, `à Acme.Pool.Take() dans C:\src\Pool.cs:ligne 12`
  private static func translated(_ content: Bytes) -> RawFrame? {
    var text = content.from((content.find(" ") ?? content.startIndex) + 1)
    if text.last == "." { text = text.dropLast() }
    for (inside, line) in [(" in ", ":Zeile "), (" dans ", ":ligne "), (" en ", ":línea ")]
      as [(StaticString, StaticString)]
    {
      guard let mark = text.findLast(text: line), let at = text.findLast(text: inside), at < mark,
        let number = text.number(at: mark + line.utf8CodeUnitCount)?.value,
        text.at(at - 1) == ")"
      else { continue }
      var location = Location(Bytes())
      location.path = text.slice(at + inside.utf8CodeUnitCount, mark)
      location.line = number
      let call = text.before(at)
      return RawFrame(function: call.find("(").map { call.before($0) }, location: location)
    }
    // Without a place only a qualified call with its arguments is one.
    guard text.last == ")", let open = text.find("("), !text.before(open).contains(0x20) else {
      return nil
    }
    return frame(text)
  }

  /// Unity: `Acme.Pool:Take (int) (at Assets/Scripts/Pool.cs:12)`
  private static func unity(_ content: Bytes) -> RawFrame? {
    guard let mark = content.findLast(text: " (at "), content.count < 2_000 else { return nil }
    let location = Location(content.slice(mark + 5, content.endIndex - 1))
    guard location.line != nil, location.path.ends(".cs"), let open = content.find("(") else {
      return nil
    }
    let name = content.before(Swift.min(open, mark)).trimmed.map { $0 == ":" ? UInt8(0x2E) : $0 }
    guard !name.isEmpty, !name.contains(where: \.isSpace) else { return nil }
    return RawFrame(function: name[...], location: location)
  }

  private mutating func beginHeader(_ traces: inout TraceAssembler) {
    guard awaitsFrame, let header = headers.popLast() else { return }
    awaitsFrame = false
    traces.begin(
      .dotNet, type: header.type, message: header.message,
      link: isFirst ? .none : .consequence)
    isFirst = false
  }

  /// `A: outer ---> B: inner`, or the inner ones on lines of their own.
  private mutating func readHeaders(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard let arrow = content.find(text: "---> ") else { return false }
    var parts: [Bytes] = []
    if arrow == content.startIndex {
      if headers.isEmpty, let last = traces.lastText, !last.contains(text: "---> ") {
        parts.append(last)
      }
    }
    var start = content.startIndex
    var next = content.find(text: "---> ")
    while let at = next {
      parts.append(content.slice(start, at).trimmed)
      start = at + 5
      next = content.find(text: "---> ", from: start)
    }
    parts.append(content.from(start))
    let found = parts.filter { !$0.isEmpty }.compactMap { part -> ExceptionHeader? in
      // (Inner Exception #0) System.X: message
      var part = part
      if part.first == "(", let close = part.find(")") { part = part.from(close + 1).trimmed }
      return ExceptionHeader(part)
    }
    let outer = arrow == content.startIndex ? headers : []
    guard !found.isEmpty, found.count + outer.count < 32 else { return false }
    headers = outer + found
    isFirst = true
    awaitsFrame = true
    return true
  }

  /// `Acme.Pool.Take(Int32 n) in /src/Pool.cs:line 12`, without "at"; and Mono's form,
  /// `Acme.Pool.Take (System.Int32 n) [0x00023] in /src/Pool.cs:12`.
  static func frame(_ text: Bytes) -> RawFrame? {
    var call = text
    var location: Location?
    if let offset = text.find(text: ") [0x"), let inside = text.find(text: "] in ", from: offset) {
      call = text[text.startIndex...offset]
      let place = Location(text.from(inside + 5))
      // <6057d55fe713>:0 stands where nothing is known.
      if place.isPlausible, place.path.first != "<" { location = place }
    } else if let mark = text.findLast(text: ":line "), let (line, end) = text.number(at: mark + 6),
      end == text.endIndex, let inside = text.find(text: ") in ")
    {
      call = text[text.startIndex...inside]
      location = Location(Bytes())
      location?.path = text.slice(inside + 5, mark)
      location?.line = line
    } else if let inside = text.find(text: ") in ") {
      call = text[text.startIndex...inside]
      let place = Location(text.from(inside + 5))
      guard place.isPlausible else { return nil }
      location = place
    }
    guard call.last == ")", let open = call.find("("), open > call.startIndex else { return nil }
    let name = call.before(open).trimmed
    guard name.contains(where: { $0 == "." }) || location != nil,
      !FunctionName.without(name, "[", "]").contains(where: { $0.isSpace || $0 == "/" })
    else { return nil }
    // The arguments of the JVM and of JavaScript are locations.
    let arguments = call.from(open)
    guard location != nil || !arguments.contains(where: { $0 == ":" || $0 == "/" }) else {
      return nil
    }
    return RawFrame(function: name, location: location)
  }
}
