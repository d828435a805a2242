/// Reads the backtraces of the Swift runtime and of Apple's crash reports.
struct SwiftTraceParser: TraceParser {
  static let language = Symptom.Language.swift

  init() {}

  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool {
    let content = line.content
    if line.first.isDigit {
      if readFrame(content, &traces) { return true }
    }
    if traces.language == .swift, traces.interruption == 0, isExcerpt(content) { return true }
    return readHeader(content, &traces)
  }

  /// `3 [ra] [inlined] 0x00007f Pool.take(_:) + 12 in acme at /src/Pool.swift:12:3`,
  /// `4   acme   0x000000010 $s4Acme4PoolC4takeyyF + 12 (Pool.swift:12)`
  private func readFrame(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard let (number, end) = content.number(at: content.startIndex), content.at(end) == " "
    else { return false }
    var rest = content.from(end).trimmed
    var isLibrary = false
    let isMarked = rest.first == "["
    while rest.first == "[", let close = rest.find("]"), close - rest.startIndex < 12 {
      let mark = rest[rest.startIndex...close]
      if mark.equals("[system]") || mark.equals("[thunk]") { isLibrary = true }
      rest = rest.from(close + 1).trimmed
    }
    var module: Bytes?
    if !rest.starts("0x") {
      // Apple's form names the binary before the address.
      if let address = rest.find(text: " 0x") ?? rest.find(text: "\t0x"),
        address - rest.startIndex < 120
      {
        let name = rest.before(address).trimmed
        if name.first != "@", !name.contains(text: " in "), !name.contains(text: "(") {
          module = name
          rest = rest.from(address).trimmed
        }
      }
    }
    var hasAddress = rest.starts("0x")
    if hasAddress {
      rest = rest.from(rest.skip(from: rest.startIndex + 2) { $0.isHex }).trimmed
      // A function comes with an offset or a binary; words come without.
      if !rest.contains(text: " + "), module != nil || !isMarked && !rest.contains(text: " in ") {
        hasAddress = false
      }
    }
    guard let frame = frame(rest, module, isLibrary, hasAddress) else { return false }
    traces.add(frame, .swift, number: number)
    return true
  }

  private func frame(
    _ text: Bytes, _ module: Bytes?, _ isLibrary: Bool, _ hasAddress: Bool
  ) -> RawFrame? {
    var rest = text
    var location: Location?
    var module = module
    if let at = rest.findLast(text: " at ") {
      let place = Location(rest.from(at + 4))
      if place.isPlausible {
        location = place
        rest = rest.before(at)
      }
    }
    if let inside = rest.findLast(text: " in "), !rest.from(inside + 4).contains(text: "(") {
      module = rest.from(inside + 4)
      rest = rest.before(inside)
    }
    if location == nil, rest.last == ")", let open = rest.findLast(text: " (") {
      let place = Location(rest.slice(open + 2, rest.endIndex - 1))
      if place.line != nil, place.isPlausible {
        location = place
        rest = rest.before(open)
      }
    }
    let offset = rest.findLast(text: " + ")
    if let offset { rest = rest.before(offset) }
    // Without an address, only an offset, a module or a location tells a frame from a list item.
    guard !rest.isEmpty,
      hasAddress || (location?.line != nil && module != nil)
        || (offset != nil && module != nil)
    else { return nil }
    var frame = RawFrame(function: rest, location: location, module: module)
    if isLibrary { frame.isInApp = false }
    return frame
  }

  /// Lines of quoted source: `    12│   let size = pool.take()`.
  private func isExcerpt(_ content: Bytes) -> Bool {
    let at = content.skip(from: content.startIndex) { $0.isDigit || $0.isSpace || $0 == "*" }
    return content.has("│", at: at)
  }

  private func readHeader(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    if content.starts("Thread "), let (_, end) = content.number(at: content.startIndex + 7) {
      let rest = content.from(end)
      // "Thread 0 crashed:", "Thread 3 "name":", "Thread 0 Crashed:: Dispatch queue"
      let isCrashed = rest.contains(text: " crashed") || rest.contains(text: " Crashed")
      guard
        isCrashed || rest.equals(":") || rest.starts(":: ")
          || (rest.starts(" \"") && rest.ends("\":"))
      else {
        return false
      }
      if isCrashed, traces.language == .swift, traces.open?.isEmpty == true { return true }
      traces.begin(.swift, kind: isCrashed ? .failure : .thread)
      return true
    }
    for mark: StaticString in ["Program crashed: ", "Fatal error: "] {
      guard let at = content.find(text: mark) else { continue }
      let before = content.before(at)
      var message = content.from(at + mark.utf8CodeUnitCount)
      var location: Location?
      if before.ends(": ") {
        // Acme/Pool.swift:12: Fatal error: message
        let place = Location(before.dropLast(2))
        if place.path.ends(".swift") { location = place }
      } else if let file = message.findLast(text: ": file "),
        let line = message.findLast(text: ", line ")
      {
        // Fatal error: message: file Acme/Pool.swift, line 12
        var place = Location(Bytes())
        place.path = message.slice(file + 7, Swift.max(line, file + 7))
        place.line = message.number(at: line + 7)?.value
        message = message.before(file)
        location = place
      }
      // PHP and others have fatal errors too.
      guard
        mark.utf8CodeUnitCount > 13 || location != nil
          || message.starts("Unexpectedly found nil") || message.starts("Index out of range")
      else { continue }
      traces.begin(
        .swift, type: mark.utf8CodeUnitCount > 13 ? "crash" : "Fatal error",
        message: message.text(atMost: 1_000))
      if let location { traces.setLocation(RawFrame(location: location)) }
      return true
    }
    return false
  }
}
