/// Reads the stack traces of Java, Kotlin, Scala and Groovy.
struct JVMTraceParser: TraceParser {
  static let language = Symptom.Language.jvm

  /// Whether the threads of a deadlock follow.
  var isInDeadlock = false

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    let content = line.content
    switch line.first {
    case "a":
      guard content.starts("at "), let frame = Self.frame(content.dropFirst(3).trimmed) else {
        return false
      }
      traces.add(frame, .jvm)
      return true
    case "C" where content.starts("Caused by: "):
      // The cause of a suppressed exception is indented like it.
      let isRelated = line.indent > 0 && traces.open?.kind == .related
      begin(content.dropFirst(11), isRelated ? .related : .failure, .cause, &traces)
      return true
    case "S" where content.starts("Suppressed: "):
      guard traces.language == .jvm else { return false }
      begin(content.dropFirst(12), .related, .sibling, &traces)
      return true
    case "W" where content.starts("Wrapped by: "):
      begin(content.dropFirst(12), .failure, .consequence, &traces)
      return true
    case "[" where content.starts("[ERROR] "):
      return readSurefire(content.dropFirst(8).trimmed, &traces)
    case "\"": return readThread(content, &traces)
    case "J": return readDeadlock(content, &traces)
    case "j", "-", "L": return isThreadState(content, traces)
    case ".":
      return traces.language == .jvm && content.starts("... ")
        && (content.contains(text: " more") || content.contains(text: "omitted"))
    default:
      return false
    }
  }

  /// Surefire, the innermost call last: `PoolTest.takes:12->Pool.take:20 » NullPointer`.
  private func readSurefire(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    let end = content.find(" ") ?? content.endIndex
    let isFailure = content.has(" » ", at: end)
    guard isFailure || content.before(end).contains(text: "->") else { return false }
    var frames: [RawFrame] = []
    var owner: Bytes?
    for call in content.before(end).split(separator: 0x3E) {
      let call = call.last == "-" ? call.dropLast() : call
      // OrderTest>PoolTest.takes:12 names the class of the test, too.
      if frames.isEmpty, owner == nil, call.last != ":", !call.contains(0x3A) {
        owner = call
        continue
      }
      guard let colon = call.find(":"), let (line, end) = call.number(at: colon + 1),
        end == call.endIndex, frames.count < 64
      else { return false }
      let method = call.before(colon)
      let name = method.findLast(".").map { method.from($0 + 1) } ?? method
      // A call of the same class has no name of its own.
      if name.count < method.count { owner = method.before(name.startIndex - 1) }
      guard let owner, !name.isEmpty, (owner + name).allSatisfy({ $0.isWord || $0 == "." }) else {
        return false
      }
      var frame = RawFrame(function: Bytes(Array(owner) + [0x2E] + Array(name)))
      frame.path = (owner.findLast(".").map { owner.from($0 + 1) } ?? owner).text + ".java"
      frame.line = line
      frames.append(frame)
    }
    let reason = content.from(end + 4).trimmed
    let type = reason.prefix { $0.isWord || $0 == "." }
    traces.begin(.jvm, type: isFailure && !type.isEmpty ? type.text(atMost: 200) : nil)
    for frame in frames.reversed() { traces.add(frame, .jvm) }
    traces.close()
    return true
  }

  private func begin(
    _ text: Bytes, _ kind: Symptom.Trace.Kind, _ link: TraceAssembler.Link,
    _ traces: inout TraceAssembler
  ) {
    let header = ExceptionHeader(text)
    var type = header?.type
    if type == nil {
      let word = text.prefix { $0.isWord || $0 == "." }
      if text.at(word.endIndex) == ":" || word.count == text.count, !word.isEmpty {
        type = word.text
      }
    }
    let message = header.map(\.message) ?? text.text(atMost: 1_000)
    traces.begin(.jvm, type: type, message: message, kind: kind, link: link)
  }

  /// `com.acme.Pool.take(Pool.java:12) ~[app.jar:1.0]`, without "at".
  static func frame(_ text: Bytes) -> RawFrame? {
    var rest = text
    // IntelliJ folds frames: `(Pool.java:12) <4 internal lines>`
    if rest.last == ">", let folded = rest.findLast(text: ") <") { rest = rest.before(folded + 1) }
    if rest.last == "]", let open = rest.findLast("[") { rest = rest.before(open).trimmed }
    if rest.last == "~" { rest = rest.dropLast().trimmed }
    guard rest.last == ")", let open = rest.findLast("("), open > rest.startIndex else {
      return nil
    }
    let method = rest.before(open)
    guard method.contains(where: { $0 == "." }),
      !method.contains(where: { $0.isSpace || $0 == ":" || $0 == "(" })
    else { return nil }
    var place = rest.slice(open + 1, rest.endIndex - 1)
    // Thread dumps name the module here: `(java.base@17.0.9/Thread.java:840)`
    if let slash = place.find("/"), place.before(slash).contains(0x40) {
      place = place.from(slash + 1)
    }
    var frame = RawFrame(function: method)
    if place.equals("Native Method") || place.starts("Unknown Source")
      || place.equals("<generated>") || place.isEmpty && method.contains(where: { $0 == "$" })
    {
      return frame
    }
    let location = Location(place)
    let isSource = sourceEndings.contains { location.path.ends($0) }
    guard isSource || location.path.equals("SourceFile"),
      !location.path.contains(where: { $0 == "/" || $0 == " " })
    else { return nil }
    if isSource {
      frame.path = path(method, file: location.path)
    }
    frame.line = location.line
    return frame
  }

  private static let sourceEndings: [StaticString] = [
    ".java", ".kt", ".scala", ".groovy", ".kts", ".clj",
  ]

  /// The package of a method as folders, and the file.
  private static func path(_ method: Bytes, file: Bytes) -> String {
    var owner = method.findLast("/").map { method.from($0 + 1) } ?? method
    for _ in 0..<2 {
      guard let dot = owner.findLast(".") else { return file.text }
      owner = owner.before(dot)
    }
    // A package has lower-case names; what follows the first class is nested in it.
    var end = owner.startIndex
    while end < owner.endIndex {
      let dot = owner.find(".", from: end + 1) ?? owner.endIndex
      let part = owner.slice(end, dot)
      if part.first(where: { $0 != "." })?.isUpper == true, !part.contains(0x5F) { break }
      end = dot
    }
    var path = owner.before(end).map { $0 == "." ? UInt8(0x2F) : $0 }
    if !path.isEmpty { path.append(0x2F) }
    return (path + file)[...].text(atMost: 1_024)
  }
}
