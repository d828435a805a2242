/// What one JSON object says: the fields of a log line, and the stacks, places and further records that it holds.
struct JSONRecord {
  /// An object of a list, which is a record of its own where the one around it is none.
  struct Part {
    var value: JSONValue
    /// The file that the object around it names.
    var file: String?
  }

  /// A line of output with its time.
  struct Entry {
    var time: Double?
    var text: [UInt8]
  }

  var fields = LogFields()
  private(set) var frames: [FrameList] = []
  private(set) var parts: [Part] = []
  private(set) var entries: [Entry] = []
  /// Texts under unknown keys that name a place in a file.
  private(set) var texts: [[UInt8]] = []
  private(set) var places: [(path: String, line: Int)] = []

  private let limits: Symptom.Limits
  /// The libraries that frames name by their number.
  private let images: JSONValue?

  private static let deepest = 12
  private static let mostMembers = 512
  private static let mostElements = 4_096
  private static let mostTexts = 1_024
  /// Longer names are not put together: no field is called so.
  private static let longestName = 64

  private struct Context {
    /// The names of the objects around, joined with dots.
    var prefix: [UInt8] = []
    var depth = 0
    var file: String?
    /// Whether an object around says something of a place.
    var isFinding = false
    var kind = Symptom.Trace.Kind.failure
    /// The number of lists of frames before the chain that the next one belongs to.
    var chain: Int?
    /// The number of lists before those of this object.
    var start = 0
    /// Whether the exception is told apart from the thread.
    var isThread = false
  }

  init(_ value: JSONValue, time: Double?, file: String? = nil, limits: Symptom.Limits) {
    self.limits = limits
    fields.time = time
    images = value["usedImages"]
    var context = Context()
    context.file = file
    collect(value, context)
  }

  /// Whether it has a stack, as frames or as text.
  var holdsStack: Bool { !frames.isEmpty || fields.holdsStack }

  /// Whether there is nothing that a line of a log would have.
  var isWrapper: Bool {
    fields.message == nil && fields.error == nil && fields.service == nil && fields.level == nil
      && !holdsStack
  }

  // MARK: Objects

  private mutating func collect(_ value: JSONValue, _ context: Context) {
    guard context.depth < Self.deepest, case .object(let members) = value else { return }
    var context = context
    context.start = frames.count
    readPlace(value, &context)
    for (key, member) in members.prefix(Self.mostMembers) {
      let name = Self.name(key, in: context.prefix)
      switch member.scalar {
      case .null: break
      case .literal, .string: set(key, name, member.scalar, context)
      case .object: collect(member, key, name, of: value, context)
      case .array(let elements): collect(elements, key, name, of: value, context)
      }
    }
  }

  private static func name(_ key: Bytes, in prefix: [UInt8]) -> [UInt8] {
    guard !prefix.isEmpty else { return Array(key.prefix(longestName)) }
    return prefix.count + key.count < longestName ? prefix + [0x2E] + key : [0x2E]
  }

  private mutating func collect(
    _ object: JSONValue, _ key: Bytes, _ name: [UInt8], of owner: JSONValue, _ context: Context
  ) {
    let isRaw = key.isCalled("rawstacktrace")
    if isRaw || key.isCalled("stacktrace"), case .array(let elements)? = object["frames"] {
      if isRaw, owner.member(["stacktrace"]) != nil { return }
      // Sentry orders the frames from the outermost on, and so their exceptions.
      add(
        StructuredFrames.list(elements, of: owner, images: images, isInnermostLast: true), context)
      return
    }
    var inner = context
    inner.depth += 1
    inner.prefix = Self.wrappers.contains(key.caselessFingerprint) ? [] : name
    if key.contains(0x2F), PlaceText.isSource(key) { inner.file = key.text(atMost: 1_024) }
    let isCause = ["previous", "cause", "innerexception", "inner"].contains { key.isCalled($0) }
    inner.chain = isCause ? context.chain ?? context.start : nil
    collect(object, inner)
  }

  /// Objects around what a record means.
  private static let wrappers = Set(
    ["_source", "attributes", "extensions"].map { Array($0.utf8)[...].caselessFingerprint })

  private mutating func set(
    _ key: Bytes, _ name: [UInt8], _ value: JSONValue, _ context: Context
  ) {
    guard let known = known(key, name, context) else {
      if case .string(let raw) = value { readUnknown(raw) }
      return
    }
    guard let text = value.text(atMost: limits.embeddedBytes) else { return }
    // A line of output, not its number.
    if known == .line, case .string = value, text.contains(where: { !$0.isDigit }) {
      fields.set(.message, text)
    } else {
      fields.set(known, text)
    }
  }

  private func known(_ key: Bytes, _ name: [UInt8], _ context: Context) -> LogFields.Key? {
    LogFields.key(name[...]) ?? nestedKey(key, context)
  }

  /// The few keys that mean the same under any parent.
  private func nestedKey(_ key: Bytes, _ context: Context) -> LogFields.Key? {
    guard context.depth > 0 else { return nil }
    if LogFields.key(key) == .stack, !key.isCalled("trace") { return .stack }
    let isWrapper = ["fields", "data", "record", "jsonPayload"].contains {
      context.prefix.elementsEqual($0.utf8)
    }
    return isWrapper ? LogFields.key(key) : nil
  }

  private mutating func readUnknown(_ raw: Bytes) {
    if StackText.isStack(raw) {
      let text = JSONValue.string(raw).text(atMost: limits.embeddedBytes)
      if let text { fields.set(.stack, text) }
    } else if raw.count <= 8_192, raw.contains(0x2E) {
      let text = JSONValue.unescaped(raw)
      if PlaceText.namesLine(text[...]) { add(text) }
    }
  }

  private mutating func add(_ text: [UInt8]) {
    if texts.count < Self.mostTexts { texts.append(text) }
  }

  /// Takes the file of an object, and the place where it has a line too.
  private mutating func readPlace(_ value: JSONValue, _ context: inout Context) {
    let isFinding = value.member(["message", "description", "ruleid", "copname", "text"]) != nil
    context.isFinding = context.isFinding || isFinding
    let own = PlaceText.file(of: value)
    if let own { context.file = own.path }
    guard let path = context.file, own != nil || context.isFinding,
      let line = own?.line ?? PlaceText.line(of: value)
    else { return }
    if context.depth == 0, own == nil {
      fields.file = path
      fields.line = line
      return
    }
    // Fields of a log line are read by their names.
    if let key = own?.key, LogFields.key(Self.name(key, in: context.prefix)[...]) == .file {
      return
    }
    if places.count < Self.mostTexts { places.append((path, line)) }
  }

  // MARK: Lists

  private mutating func collect(
    _ elements: [JSONValue], _ key: Bytes, _ name: [UInt8], of owner: JSONValue, _ context: Context
  ) {
    guard !key.isCalled("breadcrumbs"), !key.isCalled("usedimages") else { return }
    switch elements.first(where: { if case .null = $0 { false } else { true } }) {
    case .string: readTexts(elements, key, known(key, name, context), of: owner, context)
    case .literal: readBytes(elements, known(key, name, context))
    case .array: readRows(elements, key, name, of: owner, context)
    case .object: readObjects(elements, key, of: owner, context)
    case .null?, nil: break
    }
  }

  private mutating func readTexts(
    _ elements: [JSONValue], _ key: Bytes, _ known: LogFields.Key?, of owner: JSONValue,
    _ context: Context
  ) {
    let isText = elements.allSatisfy { if case .string = $0 { true } else { false } }
    let lines = elements.prefix(1_024).compactMap { element -> [UInt8]? in
      if case .string = element { element.text(atMost: 4_096) } else { nil }
    }
    if known == .stack || key.isCalled("trace"),
      let list = StructuredFrames.list(ofPlaces: lines, of: owner)
    {
      add(list, context)
      return
    }
    let joined = Array(lines.joined(separator: [0x0A]))
    if known == .stack && isText || StackText.isStack(joined[...]) {
      fields.set(.stack, joined)
    } else if known == .message, isText {
      fields.set(.message, Array(lines.joined(separator: [0x20])))
    } else {
      for line in lines where PlaceText.isSource(line[...]) || PlaceText.namesLine(line[...]) {
        add(line)
      }
    }
  }

  /// Reads text that a journal gives as a list of its bytes.
  private mutating func readBytes(_ elements: [JSONValue], _ known: LogFields.Key?) {
    guard known == .message || known == .stack || known == .error else { return }
    var bytes: [UInt8] = []
    for element in elements.prefix(limits.embeddedBytes) {
      guard case .literal(let digits) = element,
        let (value, end) = digits.number(at: digits.startIndex), end == digits.endIndex,
        let byte = UInt8(exactly: value)
      else { return }
      bytes.append(byte)
    }
    if let known { fields.set(known, bytes) }
  }

  /// Reads the rows of a stream of log lines, each a time and a text; or what else a list of lists holds.
  private mutating func readRows(
    _ elements: [JSONValue], _ key: Bytes, _ name: [UInt8], of owner: JSONValue, _ context: Context
  ) {
    let rows = elements.compactMap { element -> Entry? in
      guard case .array(let row) = element, row.count >= 2, case .string(let time) = row[0],
        FunctionName.allDigits(time), case .string(let text) = row[1]
      else { return nil }
      let piece = text.prefix(limits.embeddedBytes)
      return Entry(time: LogFields.time(time), text: JSONValue.unescaped(piece))
    }
    if rows.count == elements.count {
      let isBackward = (rows.first?.time ?? 0) > (rows.last?.time ?? 0)
      entries += isBackward ? rows.reversed() : rows
      return
    }
    guard context.depth < Self.deepest else { return }
    var inner = context
    inner.depth += 1
    for case .array(let row) in elements.prefix(64) { collect(row, key, name, of: owner, inner) }
  }

  private mutating func readObjects(
    _ elements: [JSONValue], _ key: Bytes, of owner: JSONValue, _ context: Context
  ) {
    if StructuredFrames.isFrames(elements, key) {
      add(
        StructuredFrames.list(
          elements, of: owner, images: images,
          isInnermostLast: key.equals("frames") && StructuredFrames.isInnermostLast(owner)), context
      )
      return
    }
    if let first = elements.first, first["key"] != nil, first["value"] != nil {
      for element in elements.prefix(Self.mostMembers) { readPair(element, context) }
      return
    }
    let isThreads = elements.contains { Self.isCrashed($0) }
    let isOld = ["values", "exception", "threads"].contains { key.equals($0) }
    let isChain =
      Self.chains.contains(key.caselessFingerprint)
      && elements.prefix(8).contains { Self.hasFrames($0) }
    guard isThreads || isOld || isChain else {
      for element in Self.inTimeOrder(Array(elements.prefix(Self.mostElements))) {
        guard case .object = element else { continue }
        parts.append(Part(value: element, file: context.file))
      }
      return
    }
    var inner = context
    inner.depth += 1
    inner.chain = isThreads ? nil : frames.count
    inner.isThread = isThreads
    let crashed = elements.filter { Self.isCrashed($0) }
    for element in crashed.prefix(8) { collect(element, inner) }
    if isThreads { inner.kind = .thread }
    for element in elements.prefix(isThreads ? 256 : 64) where !Self.isCrashed(element) {
      collect(element, inner)
    }
  }

  /// Lists of exceptions that caused each other.
  private static let chains = Set(
    ["exceptions", "errors", "trace_chain", "details", "causes"]
      .map { Array($0.utf8)[...].caselessFingerprint })

  private static func isCrashed(_ thread: JSONValue) -> Bool {
    let mark = thread["crashed"] ?? thread["triggered"]
    if case .literal(let word)? = mark { return word.equals("true") }
    return false
  }

  private static func hasFrames(_ value: JSONValue) -> Bool {
    guard case .object(let members) = value else { return false }
    return members.prefix(64).contains { key, member in
      if case .array(let elements) = member { return StructuredFrames.isFrames(elements, key) }
      return key.isCalled("stacktrace") && member["frames"] != nil
    }
  }

  /// `{"key": "exception.stacktrace", "value": …}`
  private mutating func readPair(_ pair: JSONValue, _ context: Context) {
    guard case .string(let key)? = pair["key"], let value = pair["value"]?.scalar else { return }
    switch value {
    case .string: set(key, Array(key.prefix(Self.longestName)), value, context)
    case .literal:
      if let known = LogFields.key(key), known == .line || known == .time {
        set(key, Array(key), value, context)
      }
    case .null, .array, .object: break
    }
  }

  private mutating func add(_ list: FrameList, _ context: Context) {
    guard !list.frames.isEmpty, frames.count < limits.traces else { return }
    var list = list
    list.kind = context.kind
    list.isThread = context.isThread
    if let chain = context.chain, frames.count > chain {
      list.link = list.isSentrys ? .consequence : .cause
    }
    frames.append(list)
  }

  /// The records of a list, oldest first where each is one line of text: a query may have given the newest first.
  static func inTimeOrder(_ elements: [JSONValue]) -> [JSONValue] {
    guard let first = elements.first.flatMap(time), let last = elements.last.flatMap(time),
      first > last, !elements.contains(where: { hasLines($0["_source"] ?? $0) })
    else { return elements }
    return elements.reversed()
  }

  private static func time(of element: JSONValue) -> Double? {
    let record = element["_source"] ?? element
    return record.member(["timestamp", "@timestamp", "time", "ts"])?.text(atMost: 64)
      .flatMap { LogFields.time($0[...]) }
  }

  private static func hasLines(_ record: JSONValue) -> Bool {
    guard case .object(let members) = record else { return false }
    return members.contains { _, member in
      if case .string(let raw) = member { raw.dropLast(2).contains(text: "\\n") } else { false }
    }
  }
}
