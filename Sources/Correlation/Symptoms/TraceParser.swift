/// A reader of one language's stack traces, fed line by line.
///
/// A parser keeps only what the form itself needs between two lines; frames and exceptions go to
/// the ``TraceAssembler``, which bounds them.
protocol TraceParser {
  static var language: Symptom.Language { get }

  init()

  /// Reads a line; false where it is not of this form, and then the traces are as they were: a line may be read again
  /// without what stands before it, and lines of another kind may stand between those of a trace.
  mutating func read(_ line: SymptomLine, into traces: inout TraceAssembler) -> Bool
}

/// A frame as its line gives it.
struct RawFrame: Equatable {
  var function: String?
  var path: String?
  var line: Int?
  var column: Int?
  /// The line of source code that the trace quotes.
  var source: String?
  var module: String?
  /// What the form itself says about whose code it is.
  var isInApp: Bool?

  init(function: Bytes? = nil, location: Location? = nil, module: Bytes? = nil) {
    self.function = function.map { $0.trimmed.text(atMost: 500) }
    if let location, !location.path.isEmpty {
      path = location.path.text(atMost: 1_024)
      line = location.line
      column = location.column
    }
    self.module = module?.text(atMost: 500)
  }

  /// Whether another frame is the same call.
  func isSameCall(as other: RawFrame) -> Bool {
    line == other.line && function == other.function && path == other.path
      && module == other.module
  }
}

/// A trace that is being read, with a bounded number of its frames.
struct RawTrace {
  let id: Int
  let chain: Int
  let language: Symptom.Language
  var kind: Symptom.Trace.Kind
  /// The place in the chain: of two exceptions, the cause has the higher level.
  var level: Int
  /// The level of the log line above it.
  var severity: Symptom.LogLevel?
  var exceptionType: String?
  var message: String?
  var isInnermostLast = false
  /// Whether it is nothing without frames.
  var isTentative = false
  /// Where the message itself says that it broke.
  var location: RawFrame?
  var number: Int?
  /// A debugger's number of the thread.
  var thread: Int?
  private(set) var leading: [(position: Int, frame: RawFrame)] = []
  private(set) var trailing: [(position: Int, frame: RawFrame)] = []
  private var ring = 0
  private(set) var total = 0

  init(
    id: Int, chain: Int, level: Int, language: Symptom.Language, kind: Symptom.Trace.Kind
  ) {
    self.id = id
    self.chain = chain
    self.level = level
    self.language = language
    self.kind = kind
  }

  var isEmpty: Bool { total == 0 }
  var frames: [(position: Int, frame: RawFrame)] {
    leading + trailing[ring...] + trailing[..<ring]
  }

  /// What tells the trace from others: its exception, its ends and its length.
  var fingerprint: Int {
    var hasher = Hasher()
    hasher.combine(language)
    hasher.combine(kind)
    hasher.combine(exceptionType)
    hasher.combine(total)
    if isEmpty { hasher.combine(message) }
    for (_, frame) in leading.prefix(8) + leading.suffix(4) {
      hasher.combine(frame.function)
      hasher.combine(frame.path)
      hasher.combine(frame.line)
    }
    return hasher.finalize()
  }

  /// Adds a frame; of equal ones in a row only the first two are kept.
  mutating func append(_ frame: RawFrame, limits: Symptom.Limits) {
    let position = total
    total += 1
    if trailing.isEmpty, leading.count >= 2, leading[leading.count - 1].frame.isSameCall(as: frame),
      leading[leading.count - 2].frame.isSameCall(as: frame)
    {
      return
    }
    if leading.count < limits.leadingFrames {
      leading.append((position, frame))
    } else if trailing.count < limits.trailingFrames {
      trailing.append((position, frame))
    } else if !trailing.isEmpty {
      trailing[ring] = (position, frame)
      ring = (ring + 1) % trailing.count
    }
  }

  /// Adds the frame that all others led to.
  mutating func insertInnermost(_ frame: RawFrame, limits: Symptom.Limits) {
    guard !isInnermostLast, !isEmpty else { return append(frame, limits: limits) }
    total += 1
    for index in leading.indices { leading[index].position += 1 }
    for index in trailing.indices { trailing[index].position += 1 }
    leading.insert((0, frame), at: 0)
    if trailing.isEmpty, leading.count > limits.leadingFrames { leading.removeLast() }
  }

  mutating func skip(_ count: Int) { total += Swift.min(Swift.max(count, 0), 1_000_000) }

  /// Changes the frame that was added last.
  mutating func updateLast(_ change: (inout RawFrame) -> Void) {
    if !trailing.isEmpty {
      change(&trailing[ring == 0 ? trailing.count - 1 : ring - 1].frame)
    } else if !leading.isEmpty {
      change(&leading[leading.count - 1].frame)
    }
  }

  /// Marks all frames as not the application's.
  mutating func markAllAsLibrary() {
    for index in leading.indices { leading[index].frame.isInApp = false }
    for index in trailing.indices { trailing[index].frame.isInApp = false }
  }
}
