/// Sorts the lines of a symptom to traces, logs and prose.
struct SymptomCollector {
  private let limits: Symptom.Limits
  private var reader: TraceReader
  private var logs: LogCollector
  private var prose: ProseReader
  private var isTruncated = false

  init(limits: Symptom.Limits) {
    self.limits = limits
    reader = TraceReader(limits: limits)
    logs = LogCollector(limits: limits)
    prose = ProseReader(limits: limits)
  }

  mutating func markTruncated() { isTruncated = true }

  /// Reads a line of the symptom.
  ///
  /// - Parameter skims: Whether only parts of traces count, as in the middle of a huge file.
  mutating func read(_ raw: Bytes, skims: Bool = false) {
    var bytes = raw
    if bytes.count > limits.lineBytes {
      bytes = bytes.prefix(limits.lineBytes)
      isTruncated = true
    }
    if skims, bytes.count > 4_096 { return }
    read(SymptomLine(SymptomLine.withoutEscapes(bytes)), skims: skims, nesting: 0, time: nil)
  }

  private mutating func read(_ line: SymptomLine, skims: Bool, nesting: Int, time: Double?) {
    guard !line.isEmpty else {
      reader.traces.passEmpty()
      return
    }
    if line.first == "{", !skims, readJSON(line.content, nesting: nesting, time: time) { return }
    var prefix = LinePrefix(line.bytes)
    if line.content.contains(text: " Stack trace: #0 "), !skims,
      let unfolded = OneLineTrace.unfoldedNumbers(prefix.rest)
    {
      _ = readStack(unfolded)
      return
    }
    // What a time or a container's name stands before is no frame as it is.
    if !prefix.hasTime, prefix.service == nil, reader.read(line) { return }
    if prefix.rest.startIndex > line.bytes.startIndex {
      let rest = SymptomLine(prefix.rest)
      if rest.first == "{", !skims,
        readJSON(rest.content, nesting: nesting, time: prefix.time ?? time)
      {
        return
      }
      if rest.isEmpty, prefix.service != nil {
        reader.traces.passEmpty()
        return
      }
      if !rest.isEmpty, reader.read(rest) { return }
    }
    if skims {
      reader.traces.pass(line)
      return
    }
    prefix.time = prefix.time ?? time
    let unfolded = OneLineTrace.unfolded(line.content)
    if let unfolded { _ = readStack(unfolded) }
    if let fields = LogLineParser.parse(prefix) {
      let rest = SymptomLine(prefix.rest)
      reader.traces.pass(rest.isEmpty ? line : rest)
      reader.traces.note(fields.level)
      append(fields)
      return
    }
    // A level in front of a frame: "ERROR   File ..."; escaped line ends in a plain line.
    if unfolded != nil {
      readProse(line.content.prefix(1_024))
      return
    }
    if line.content.contains(text: "\\n"),
      line.content.contains(text: "at ")
        || line.content.contains(text: "File ")
    {
      _ = readStack(JSONValue.unescaped(line.content.prefix(limits.embeddedBytes)))
    } else {
      reader.traces.pass(line)
    }
    readProse(line.content)
  }

  private mutating func readProse(_ text: Bytes) {
    prose.read(text)
    guard !prose.isFull else { return }
    if let (range, _) = ExceptionHeader.typeRange(in: text.prefix(1_024)) {
      logs.addType(text[range].text(atMost: 200))
    }
  }

  // MARK: Logs

  private mutating func readJSON(_ text: Bytes, nesting: Int, time: Double?) -> Bool {
    guard nesting < 3 else { return false }
    var json = JSONReader(text, depth: limits.jsonDepth)
    guard let value = json.value(), case .object(let members) = value, !members.isEmpty else {
      return false
    }
    readRecord(value, nesting: nesting, time: time)
    return true
  }

  /// Reads a document of one JSON value over many lines.
  mutating func readDocument(_ value: JSONValue) {
    if case .array(let elements) = value {
      for element in elements { readRecord(element, nesting: 0, time: nil) }
    } else {
      readRecord(value, nesting: 0, time: nil)
    }
  }

  private mutating func readRecord(_ value: JSONValue, nesting: Int, time: Double?) {
    var fields = LogFields()
    fields.time = time
    var structured: [JSONValue] = []
    collect(value, prefix: [], depth: 0, into: &fields, structured: &structured)
    // Docker's file log driver wraps a line of output.
    if case .string(let inner)? = value["log"], value["stream"] != nil {
      let lines = JSONValue.unescaped(inner.prefix(limits.embeddedBytes))
      for line in lines.split(separator: 0x0A) {
        read(
          SymptomLine(SymptomLine.withoutEscapes(line)), skims: false, nesting: nesting + 1,
          time: fields.time)
      }
      return
    }
    if let message = fields.message, message.first == 0x7B, nesting < 2,
      readJSON(message[...], nesting: nesting + 1, time: fields.time)
    {
      return
    }
    let before = reader.traces.count
    reader.traces.close()
    reader.traces.note(fields.level)
    defer { reader.traces.note(nil) }
    for list in structured { StructuredFrames.read(list, into: &reader.traces) }
    append(fields, trace: reader.traces.count > before ? before : nil)
  }

  private func collect(
    _ value: JSONValue, prefix: [UInt8], depth: Int, into fields: inout LogFields,
    structured: inout [JSONValue]
  ) {
    guard depth < 6, case .object(let members) = value else { return }
    for (key, member) in members.prefix(512) {
      let name = prefix.isEmpty ? Array(key) : prefix + [0x2E] + key
      switch member {
      case .null: break
      case .literal, .string:
        guard let known = LogFields.key(name[...]) ?? nestedKey(key, prefix, depth) else {
          if case .string(let raw) = member, Self.looksLikeStack(raw),
            let text = member.text(atMost: limits.embeddedBytes)
          {
            fields.set(.stack, text)
          }
          continue
        }
        if let text = member.text(atMost: limits.embeddedBytes) { fields.set(known, text) }
      case .object:
        if key.equals("stacktrace"), member["frames"] != nil {
          structured.append(value)
        } else {
          collect(member, prefix: name, depth: depth + 1, into: &fields, structured: &structured)
        }
      case .array(let elements):
        let isText = elements.allSatisfy { if case .string = $0 { true } else { false } }
        if isText, LogFields.key(name[...]) == .stack {
          let lines = elements.prefix(1_024).compactMap { $0.text(atMost: 4_096) }
          fields.set(.stack, Array(lines.joined(separator: [0x0A])))
        } else if StructuredFrames.isFrames(elements) {
          structured.append(value)
        } else if key.equals("values") || key.equals("exception") || key.equals("threads") {
          for element in elements.prefix(64) {
            collect(
              element, prefix: prefix, depth: depth + 1, into: &fields, structured: &structured)
          }
        }
      }
    }
  }

  /// Whether the text of a key that nobody knows holds a stack trace all the same.
  private static func looksLikeStack(_ raw: Bytes) -> Bool {
    guard raw.count > 40, raw.contains(text: "\\n") || raw.contains(0x0A) else { return false }
    for mark: StaticString in [
      "\\n   at ", "\\n    at ", "\\n\\tat ", "\\tat ", "\n   at ", "\n\tat ",
      "Traceback (most recent",
      "goroutine ", "Stack trace:", ":in `",
    ] where raw.contains(text: mark) { return true }
    return false
  }

  /// The few keys that mean the same under any parent.
  private func nestedKey(_ key: Bytes, _ prefix: [UInt8], _ depth: Int) -> LogFields.Key? {
    guard depth > 0 else { return nil }
    if key.equals("stack") || key.equals("stack_trace") || key.equals("stackTrace")
      || key.equals("stacktrace")
    {
      return .stack
    }
    let isWrapper =
      prefix.elementsEqual("fields".utf8) || prefix.elementsEqual("data".utf8)
      || prefix.elementsEqual("record".utf8) || prefix.elementsEqual("jsonPayload".utf8)
    return isWrapper ? LogFields.key(key) : nil
  }

  private mutating func append(_ fields: LogFields, trace: Int? = nil) {
    var trace = trace
    for stack in fields.stacks {
      if let id = readStack(stack) { trace = trace ?? id }
    }
    let message = fields.message ?? []
    let firstLine = message.firstIndex(of: 0x0A).map { message[..<$0] } ?? message[...]
    if let file = fields.file, Location(Array(file.utf8)[...]).isPlausible {
      prose.add(path: file, line: fields.line)
    }
    prose.read(firstLine)
    var type = fields.errorType
    if let error = fields.error {
      let bytes = Array(error.utf8)[...]
      prose.read(bytes)
      type = type ?? ExceptionHeader.typeRange(in: bytes).map { bytes[$0.0].text(atMost: 200) }
    }
    if type == nil, let level = fields.level, level >= .warning {
      type = ExceptionHeader.typeRange(in: firstLine.prefix(1_024)).map {
        firstLine[$0.0].text(atMost: 200)
      }
    }
    logs.append(
      Symptom.LogRecord(
        time: fields.time, level: fields.level, service: fields.service,
        message: firstLine.text(atMost: 1_000), file: fields.file, line: fields.line,
        function: fields.function, logger: fields.logger, error: fields.error, trace: trace),
      type: type)
  }

  /// Reads text of many lines as one trace or chain; the ordinal of its first one.
  private mutating func readStack(_ text: [UInt8]) -> Int? {
    var text = text[...]
    if text.count > limits.embeddedBytes {
      text = text.prefix(limits.embeddedBytes)
      isTruncated = true
    }
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
    symptom.times = logs.times
    symptom.paths = prose.paths
    symptom.identifiers = prose.identifiers.terms
    symptom.words = prose.words.terms
    symptom.sequence = prose.sequence
    var types = NameList(limit: limits.names)
    var messages = NameList(limit: limits.names)
    let failures = symptom.traces.filter { $0.kind == .failure }
    for trace in failures.filter(\.isRootCause) + failures.filter({ !$0.isRootCause }) {
      types.add(trace.exceptionType)
      messages.add(trace.message)
    }
    for type in logs.types.names { types.add(type) }
    for message in logs.messages.names { messages.add(message) }
    symptom.exceptionTypes = types.names
    symptom.errorMessages = messages.names
    symptom.isTruncated =
      isTruncated || reader.traces.isTruncated || logs.isTruncated || prose.isTruncated
      || prose.words.isTruncated || prose.identifiers.isTruncated
    return symptom
  }
}
