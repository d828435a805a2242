/// Sorts the lines of a symptom to traces, logs and prose.
struct SymptomCollector {
  let limits: Symptom.Limits
  var reader: TraceReader
  var logs: LogCollector
  var prose: ProseReader
  private var isSkimmed = false

  init(limits: Symptom.Limits) {
    self.limits = limits
    reader = TraceReader(limits: limits)
    logs = LogCollector(limits: limits)
    prose = ProseReader(limits: limits)
  }

  /// Hears that the middle of the text is only skimmed.
  mutating func markSkimmed() { isSkimmed = true }

  /// Reads a line of the symptom.
  ///
  /// - Parameter skims: Whether only parts of traces count, as in the middle of a huge file.
  mutating func read(_ raw: Bytes, skims: Bool = false) {
    let bytes = raw.prefix(limits.lineBytes)
    if skims, bytes.count > 4_096 { return }
    let plain = PlainText.withoutInvisibles(SymptomLine.withoutEscapes(bytes))
    eachLine(of: plain) { $0.read($1, skims: skims, nesting: 0, time: nil) }
  }

  private mutating func eachLine(
    of text: Bytes, _ body: (inout SymptomCollector, SymptomLine) -> Void
  ) {
    var rest = text
    while let end = rest.find("\n") {
      body(&self, SymptomLine(rest.before(end)))
      rest = rest.from(end + 1)
    }
    body(&self, SymptomLine(rest))
  }

  mutating func read(_ line: SymptomLine, skims: Bool, nesting: Int, time: Double?) {
    guard !line.isEmpty else {
      reader.traces.passEmpty()
      return
    }
    if !skims, readJSON(line.content, nesting: nesting, time: time) { return }
    var prefix = LinePrefix(line.bytes)
    prefix.time = prefix.time ?? time
    if !skims, line.bytes.last == "}" || line.bytes.last == "]",
      readJSON(behind: prefix, nesting: nesting)
    {
      return
    }
    if !skims, nesting < 2, prefix.rest.trimmed.first != "{",
      let plain = PlainText.withoutMarkup(line.bytes)
    {
      eachLine(of: plain) { $0.read($1, skims: false, nesting: nesting + 1, time: time) }
      return
    }
    if line.content.contains(text: " Stack trace: #0 "), !skims,
      let unfolded = OneLineTrace.unfoldedNumbers(prefix.rest)
    {
      _ = readStack(unfolded)
      return
    }
    let unescaped = skims ? nil : OneLineTrace.unescaped(prefix.rest, limit: limits.embeddedBytes)
    let isWhole = unescaped != nil && OneLineTrace.isHeader(prefix.rest.trimmed)
    // What a time or a container's name stands before is no frame as it is.
    if !isWhole, !prefix.hasTime, !prefix.hasStep, prefix.service == nil, reader.read(line) {
      return
    }
    if prefix.rest.startIndex > line.bytes.startIndex {
      let rest = SymptomLine(prefix.rest)
      if !skims, readJSON(rest.content, nesting: nesting, time: prefix.time) { return }
      if rest.isEmpty, prefix.service != nil || prefix.hasStep {
        reader.traces.passEmpty()
        return
      }
      if !rest.isEmpty, !isWhole, reader.read(rest) { return }
    }
    if skims {
      reader.traces.pass(line)
      return
    }
    let unfolded = unescaped == nil ? OneLineTrace.unfolded(line.content) : nil
    if let unfolded {
      _ = readStack(unfolded)
      prefix.rest = OneLineTrace.withoutTraceback(prefix.rest)
    }
    if var fields = LogLineParser.parse(prefix) {
      let rest = SymptomLine(prefix.rest)
      reader.traces.pass(rest.isEmpty ? line : rest)
      reader.traces.note(fields.level)
      var trace: Int?
      if fields.stacks.isEmpty, let unescaped { trace = readStack(unescaped) }
      if trace != nil, let message = fields.message {
        fields.message = Array(OneLineTrace.firstLine(message[...]))
      }
      append(fields, trace: trace)
      return
    }
    if unfolded != nil {
      readProse(OneLineTrace.withoutTraceback(line.content).prefix(1_024))
      return
    }
    guard let unescaped else {
      reader.traces.pass(line)
      return readProse(line.content)
    }
    let isRead = readStack(unescaped) != nil
    readProse(isRead ? OneLineTrace.firstLine(line.content) : line.content)
  }

  mutating func readProse(_ text: Bytes) {
    prose.read(text)
  }

  /// Reads text of many lines as one trace or chain; the ordinal of its first one.
  mutating func readStack(_ text: [UInt8]) -> Int? {
    var text = text.prefix(limits.embeddedBytes)
    if !text.contains(0x0A), text.contains(text: "\\n") { text = JSONValue.unescaped(text)[...] }
    reader.traces.close()
    let before = reader.traces.count
    for raw in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let line = SymptomLine(raw)
      if line.isEmpty {
        reader.traces.passEmpty()
      } else if !reader.read(line) {
        reader.traces.pass(line)
      }
    }
    reader.traces.close()
    return reader.traces.count > before ? before : nil
  }

  /// Ends the reading.
  mutating func finish() -> Symptom {
    reader.traces.close()
    var symptom = Symptom()
    symptom.logs = logs.records
    let places = TraceArranger.arrange(reader.traces, into: &symptom)
    for index in symptom.logs.indices {
      symptom.logs[index].trace = symptom.logs[index].trace.flatMap { places[$0] }
    }
    symptom.services = logs.services.names
    symptom.failingServices = logs.failingServices.names
    symptom.times = logs.times
    symptom.paths = prose.paths
    symptom.identifiers = prose.identifiers.terms
    symptom.words = prose.words.terms
    symptom.sequence = prose.sequence
    var messages = NameList(limit: limits.names)
    let failures = symptom.traces.filter { $0.kind == .failure }
    for trace in failures.filter(\.isRootCause) + failures.filter({ !$0.isRootCause }) {
      messages.add(trace.message)
    }
    for message in logs.messages.names { messages.add(message) }
    symptom.errorMessages = messages.names
    symptom.isSkimmed = isSkimmed
    return symptom
  }
}
