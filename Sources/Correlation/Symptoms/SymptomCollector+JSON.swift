extension SymptomCollector {
  /// Reads a line of JSON: an object, even one that is cut, or a whole list of objects or texts.
  mutating func readJSON(_ text: Bytes, nesting: Int, time: Double?) -> Bool {
    let isObject = text.first == "{"
    guard nesting < 3, isObject || text.starts("[{\"") || text.starts("[\"") else { return false }
    var json = JSONReader(text, depth: limits.jsonDepth)
    guard let value = json.value(), isObject || !json.isCut && json.at == text.endIndex else {
      return false
    }
    switch value {
    case .object(let members):
      guard !members.isEmpty else { return false }
      readRecord(value, nesting: nesting, time: time)
    case .array(let elements): readList(elements, nesting: nesting, time: time)
    case .null, .literal, .string: return false
    }
    return true
  }

  /// Reads the object at the end of a line of text, where it has a stack.
  mutating func readJSON(behind prefix: LinePrefix, nesting: Int) -> Bool {
    let rest = prefix.rest
    guard nesting < 3, rest.last == "}" || rest.ends("} []") else { return false }
    var from = rest.startIndex
    for _ in 0..<3 {
      guard let open = rest.find(text: "{\"", from: from) else { return false }
      var json = JSONReader(rest.from(open), depth: limits.jsonDepth)
      guard let value = json.value(), !json.isCut else { return false }
      from = json.at
      let tail = rest.from(from).trimmed
      guard tail.isEmpty || tail.equals("[]") else { continue }
      var record = JSONRecord(value, time: prefix.time, limits: limits)
      guard record.holdsStack else { return false }
      var head = prefix
      head.rest = rest.before(open)
      if let text = LogLineParser.parse(head) {
        record.fields.level = text.level ?? record.fields.level
        record.fields.service = text.service ?? record.fields.service
        record.fields.message = text.message ?? record.fields.message
      } else if !head.rest.trimmed.isEmpty {
        record.fields.message = Array(head.rest.trimmed.prefix(4_096))
      }
      read(record, nesting: nesting, isPart: false, isDetail: false)
      return true
    }
    return false
  }

  /// Reads a document of one JSON value over many lines.
  mutating func readDocument(_ value: JSONValue) {
    if case .array(let elements) = value {
      readList(elements, nesting: 0, time: nil)
    } else {
      readRecord(value, nesting: 0, time: nil)
    }
  }

  private mutating func readList(_ elements: [JSONValue], nesting: Int, time: Double?) {
    if StructuredFrames.isFrames(elements) {
      reader.traces.close()
      let list = StructuredFrames.list(elements, of: .null, isInnermostLast: false)
      StructuredFrames.read(list, type: nil, into: &reader.traces)
      return
    }
    for element in JSONRecord.inTimeOrder(elements) {
      if case .string(let raw) = element {
        readLines(JSONValue.unescaped(raw.prefix(limits.embeddedBytes)), nesting: nesting, time)
      } else {
        readRecord(element, nesting: nesting, time: time)
      }
    }
  }

  /// Reads lines of output that JSON wraps.
  private mutating func readLines(_ text: [UInt8], nesting: Int, _ time: Double?) {
    var text = text[...]
    if text.last == 0x0A { text = text.dropLast() }
    for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
      read(
        SymptomLine(SymptomLine.withoutEscapes(line)), skims: false, nesting: nesting + 1,
        time: time)
    }
  }

  private mutating func readRecord(
    _ value: JSONValue, nesting: Int, time: Double?, part: JSONRecord.Part? = nil,
    isDetail: Bool = false
  ) {
    let record = JSONRecord(value, time: time, file: part?.file, limits: limits)
    if let output = Self.output(of: value) {
      readLines(
        JSONValue.unescaped(output.prefix(limits.embeddedBytes)), nesting: nesting,
        record.fields.time)
      return
    }
    if let message = record.fields.message, message.first == 0x7B, nesting < 2,
      readJSON(message[...], nesting: nesting + 1, time: record.fields.time)
    {
      return
    }
    read(record, nesting: nesting, isPart: part != nil, isDetail: isDetail)
  }

  /// The output that Docker's file log driver or Go's tests wrap.
  private static func output(of value: JSONValue) -> Bytes? {
    if case .string(let text)? = value["log"], value["stream"] != nil { return text }
    if case .string(let text)? = value["Output"], case .string(let action)? = value["Action"],
      action.equals("output")
    {
      return text
    }
    return nil
  }

  /// - Parameters:
  ///   - isPart: Whether it is of a list that another record holds.
  ///   - isDetail: Whether that record has words of its own, so that here only stacks and places count.
  private mutating func read(_ record: JSONRecord, nesting: Int, isPart: Bool, isDetail: Bool) {
    var fields = record.fields
    for entry in record.entries { readLines(entry.text, nesting: nesting, entry.time) }
    for place in record.places { prose.add(path: place.path, line: place.line) }
    for text in record.texts { prose.read(text[...]) }
    if !isPart || fields.level != nil { reader.traces.note(fields.level) }
    var isLine = false
    if !record.holdsStack, !isDetail {
      fields.stacks = []
      isLine = isPartOfTrace(fields.message)
    } else {
      reader.traces.close()
    }
    let before = reader.traces.count
    for list in record.frames {
      StructuredFrames.read(list, type: fields.errorType, into: &reader.traces)
    }
    let hasTrace = reader.traces.count > before
    let isEmpty = record.isWrapper && (isPart || !record.parts.isEmpty || !record.entries.isEmpty)
    if isDetail {
      for stack in fields.stacks { _ = readStack(stack) }
      if let file = fields.file, let line = fields.line { prose.add(path: file, line: line) }
    } else if !isLine, !isEmpty {
      append(fields, trace: hasTrace ? before : nil)
    } else if let file = fields.file, let line = fields.line {
      prose.add(path: file, line: line)
    }
    let isRecord = fields.message != nil || fields.error != nil || fields.level != nil
    for part in record.parts {
      readRecord(
        part.value, nesting: nesting, time: fields.time, part: part, isDetail: isDetail || isRecord)
    }
    if record.holdsStack, !isPart { reader.traces.note(nil) }
  }

  /// Reads a message as a line of text: of a program's output each line may be a record of its own.
  ///
  /// - Returns: Whether it is of a trace that has frames.
  private mutating func isPartOfTrace(_ message: [UInt8]?) -> Bool {
    guard let message else {
      reader.traces.close()
      return false
    }
    let line = SymptomLine(SymptomLine.withoutEscapes(message[...]))
    guard !line.isEmpty else {
      reader.traces.passEmpty()
      return false
    }
    guard !line.bytes.contains(0x0A), reader.read(line) else {
      reader.traces.pass(line)
      return false
    }
    guard let open = reader.traces.open, open.isEmpty else { return true }
    // The words of an error are no trace where no frame follows.
    reader.traces.update { $0.isTentative = true }
    return false
  }

  mutating func append(_ fields: LogFields, trace: Int? = nil) {
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
    if let error = fields.error { prose.read(Array(error.utf8)[...]) }
    logs.append(
      Symptom.LogRecord(
        time: fields.time, level: fields.level, service: fields.service,
        message: firstLine.text(atMost: 1_000), file: fields.file, line: fields.line,
        function: fields.function, logger: fields.logger, error: fields.error, trace: trace))
  }
}
