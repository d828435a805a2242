extension NativeTraceParser {
  /// The name of a signal in the text: SIGSEGV.
  static func signal(_ text: Bytes) -> String? {
    guard let start = text.find(text: "SIG"), text.at(start + 3).isUpper else { return nil }
    return text.slice(start, text.skip(from: start) { $0.isUpper || $0.isDigit }).text
  }

  /// Lines above frames: threads and signals of gdb, findings of the sanitizers.
  func readHeader(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    if content.starts("Thread "), let (thread, end) = content.number(at: content.startIndex + 7) {
      if content.contains(text: " received signal ") {
        traces.crashingThread = thread
        beginSignal(content, &traces)
        return true
      }
      if content.has(" (Thread ", at: end) || content.has(" (LWP ", at: end) {
        let isCrashing = traces.crashingThread == thread
        traces.begin(.native, kind: isCrashing ? .failure : .thread)
        traces.update { $0.thread = thread }
        return true
      }
      return false
    }
    if content.starts("Stack trace (most recent call last)") {
      traces.begin(.native)
      traces.update { $0.isInnermostLast = true }
      return true
    }
    if content.starts("Program received signal ") || content.starts("Program terminated with")
      || content.starts("Process ") && content.contains(text: " dumped core")
    {
      beginSignal(content, &traces)
      return true
    }
    if content.starts("[Current thread is "),
      let (thread, _) = content.number(at: content.startIndex + 19)
    {
      traces.crashingThread = thread
      return true
    }
    if content.starts("Stack trace of thread ") {
      // coredumpctl prints the crashed thread first.
      let isFirst = traces.language != .native || traces.open?.isEmpty == true
      if !isFirst || traces.language == nil {
        traces.begin(.native, kind: isFirst ? .failure : .thread)
      }
      return true
    }
    return readSanitizer(content, &traces)
  }

  private func beginSignal(_ content: Bytes, _ traces: inout TraceAssembler) {
    let message = content.find(text: "SIG").map { start -> Bytes in
      let rest = content.from(start)
      return rest.find(",").map { rest.from($0 + 1).trimmed } ?? rest
    }
    traces.begin(.native, type: Self.signal(content), message: (message ?? content).text)
  }

  /// `==12==ERROR: AddressSanitizer: …`, `==12== Invalid read of size 8`.
  func readPrefixed(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard content.starts("=="), let (_, end) = content.number(at: content.startIndex + 2),
      content.has("==", at: end)
    else { return false }
    let rest = content.from(end + 2)
    let line = SymptomLine(rest)
    if line.isEmpty {
      // Valgrind separates its findings with empty lines.
      if traces.language == .native, traces.open?.isEmpty == false { traces.close() }
      return true
    }
    if line.content.starts("at 0x") || line.content.starts("by 0x") {
      var copy = NativeTraceParser()
      return copy.read(line, into: &traces)
    }
    if readSanitizer(line.content, &traces) { return true }
    for start: StaticString in [
      "Invalid ", "Conditional jump", "Use of uninit", "Process terminating", "Syscall param",
      "Mismatched free", "Source and destination", "Jump to the invalid",
    ] where line.content.starts(start) {
      traces.begin(.native, type: "valgrind", message: line.content.text)
      return true
    }
    if line.content.starts("Address ") || line.content.starts("Block was alloc")
      || line.content.starts("Uninitialised value was")
    {
      traces.begin(.native, message: line.content.text, kind: .related, link: .sibling)
      return true
    }
    return false
  }

  private func readSanitizer(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    if let name = content.find(text: "Sanitizer:"), !content.starts("SUMMARY") {
      guard content.starts("ERROR: ") || content.starts("WARNING: ") else { return false }
      let rest = content.from(name + 10).trimmed
      let end =
        rest.find(text: " on ") ?? rest.find(text: " (pid") ?? rest.find(":") ?? rest.endIndex
      traces.begin(.native, type: rest.before(end).text(atMost: 100), message: rest.text)
      return true
    }
    if content.starts("SUMMARY: ") {
      traces.close()
      return true
    }
    for start: StaticString in ["READ of size", "WRITE of size"] where content.starts(start) {
      return traces.language == .native
    }
    for start: StaticString in ["Write of size", "Read of size", "Atomic "]
    where content.starts(start) && traces.language == .native { return true }
    for start: StaticString in [
      "freed by thread", "previously allocated by", "allocated by thread", "Previous write",
      "Previous read", "Thread T", "Location is heap", "Direct leak of", "Indirect leak of",
      "Uninitialized value was", "Mutex M", "Address 0x",
    ] where content.starts(start) {
      guard
        content.last == ":" || content.contains(text: " by ") || content.contains(text: "located")
      else { return false }
      let isLeak = content.starts("Direct leak") || content.starts("Indirect leak")
      traces.begin(
        .native, type: isLeak ? "leak" : nil, message: content.text,
        kind: isLeak ? .failure : .related, link: isLeak ? .none : .sibling)
      return true
    }
    return false
  }

  /// `server: pool.c:12: take: Assertion 'n' failed.`, `ERROR:../src/pool.c:12:take: assertion
  /// failed`, `pool.c:12:3: runtime error: signed integer overflow`.
  func readAssertion(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard content.count < 4_000 else { return false }
    if let mark = content.find(text: "error"), readDiagnostic(content, mark, &traces) {
      return true
    }
    if content.last == ".", let mark = content.find(text: ": Assertion "),
      content.contains(text: " failed")
    {
      // program: file:line: function: Assertion
      var head = content.before(mark)
      if let program = head.find(text: ": ") { head = head.from(program + 2) }
      guard let colon = head.find(text: ": ") else { return false }
      let location = Location(head.before(colon))
      guard location.line != nil else { return false }
      begin(location, head.from(colon + 2), "assertion", content.from(mark + 2), &traces)
      return true
    }
    if let error = content.find(text: "ERROR:"), let mark = content.find(text: ": ", from: error) {
      // GLib: domain:ERROR:file:line:function: message
      let head = content.slice(error + 6, mark)
      guard let colon = head.findLast(":") else { return false }
      let location = Location(head.before(colon))
      guard location.line != nil, location.isPlausible else { return false }
      begin(location, head.from(colon + 1), "assertion", content.from(mark + 2), &traces)
      return true
    }
    return false
  }

  /// `pool.c:12:3: error: expected ';'`, `pool.c:12:3: runtime error: …`, `src\pool.c(12): error C2065: …`.
  ///
  /// - Parameter mark: Where "error" stands.
  private func readDiagnostic(
    _ content: Bytes, _ mark: Int, _ traces: inout TraceAssembler
  ) -> Bool {
    var head = content.before(mark)
    for kind: StaticString in ["runtime ", "fatal "] where head.ends(kind) {
      head = head.dropLast(kind.utf8CodeUnitCount)
    }
    guard head.ends(": "), let colon = content.find(":", from: mark), colon - mark < 16 else {
      return false
    }
    var location = Location(head.dropLast(2))
    if location.line == nil, head.ends("): "), let open = head.findLast("("),
      let (line, _) = head.number(at: open + 1)
    {
      location = Location(head.before(open))
      location.line = line > 0 ? line : nil
    }
    guard location.line != nil, location.isSource, !location.path.contains(0x20) else {
      return false
    }
    let type = content.slice(head.endIndex, mark + 5).text
    begin(location, nil, type, content.from(colon + 1).trimmed, &traces)
    return true
  }

  private func begin(
    _ location: Location, _ function: Bytes?, _ type: String, _ message: Bytes,
    _ traces: inout TraceAssembler
  ) {
    traces.begin(.native, type: type, message: message.text)
    traces.setLocation(RawFrame(function: function, location: location))
  }
}
