import SourceCode

/// Puts frames together to traces, and traces to chains.
struct TraceAssembler {
  /// How a trace is joined to the one before.
  enum Link {
    /// Not at all: a chain of its own.
    case none
    /// The new one caused the one before.
    case cause
    /// The new one was caused by the one before.
    case consequence
    /// Part of the chain, but neither.
    case sibling
  }

  let limits: Symptom.Limits
  private(set) var closed: [RawTrace] = []
  private(set) var open: RawTrace?
  /// The debugger's number of the thread that received the signal.
  var crashingThread: Int?

  /// How many more traces of a fingerprint there were than are kept.
  private(set) var repeats: [Int: Int] = [:]
  private var known: Set<Int> = []

  private var nextID = 0
  private var nextChain = 0
  private var previous: (chain: Int, level: Int, language: Symptom.Language)?
  /// The last lines that were no part of a trace, newest last: they may hold a header.
  private var recent: [[UInt8]] = []
  /// The level of the last log line, and how many lines ago it was.
  private var severity: (level: Symptom.LogLevel, age: Int)?
  /// Lines since the last frame that were no part of a trace.
  private(set) var interruption = 0

  init(limits: Symptom.Limits) { self.limits = limits }

  /// The language of the trace that is open.
  var language: Symptom.Language? { open?.language }

  /// The ordinal of the last trace begun, to find the traces of a piece of text by.
  var count: Int { nextID }

  /// The text of the last line that was no part of a trace.
  var lastText: Bytes? { recent.last.map { $0[...] } }

  /// Begins a trace whose header was read.
  mutating func begin(
    _ language: Symptom.Language, type: String? = nil, message: String? = nil,
    kind: Symptom.Trace.Kind = .failure, link: Link = .none
  ) {
    close()
    var chain = nextChain
    var level = 0
    if link != .none, let previous, previous.language == language {
      chain = previous.chain
      switch link {
      case .cause: level = previous.level + 1
      case .consequence: level = previous.level - 1
      case .none, .sibling: level = previous.level
      }
    }
    if chain == nextChain { nextChain += 1 }
    var trace = RawTrace(id: nextID, chain: chain, level: level, language: language, kind: kind)
    nextID += 1
    trace.exceptionType = type
    trace.message = message
    if let severity, severity.age <= Self.reachOfLevel, Self.isLogged(language) {
      trace.severity = severity.level
    }
    open = trace
    interruption = 0
    recent.removeAll(keepingCapacity: true)
  }

  /// Lines between a log line and the trace that it tells of: the exception's own line, and an empty one.
  private static let reachOfLevel = 2

  /// Whether traces of the language are what programs write to logs; the others tell of the end of a process, whatever
  /// was logged before.
  private static func isLogged(_ language: Symptom.Language) -> Bool {
    switch language {
    case .python, .jvm, .javaScript, .ruby, .php, .dotNet, .dart: true
    case .native, .go, .rust, .swift: false
    }
  }

  /// Hears of a log line; the trace that follows is of its level.
  mutating func note(_ level: Symptom.LogLevel?) { severity = level.map { ($0, 0) } }

  /// Adds a frame to the open trace, or to a new one where it cannot be of the open one.
  ///
  /// - Parameter number: The frame's number, where the form numbers them.
  mutating func add(_ frame: RawFrame, _ language: Symptom.Language, number: Int? = nil) {
    if !continues(language, number: number) {
      let header = header
      begin(language, type: header?.type, message: header?.message)
    }
    open?.append(frame, limits: limits)
    open?.number = number
    interruption = 0
    recent.removeAll(keepingCapacity: true)
  }

  private func continues(_ language: Symptom.Language, number: Int?) -> Bool {
    guard let open, open.language == language else { return false }
    if let number {
      guard let last = open.number else { return open.isEmpty || interruption == 0 }
      // A number that did not grow begins a new trace; inlined frames may share one.
      return number > last || (number == last && number > 0)
    }
    guard interruption > 0, !open.isEmpty else { return true }
    return interruption < 20 && header == nil
  }

  /// The exception that the lines before a first frame name.
  private var header: ExceptionHeader? {
    for line in recent.reversed() {
      if let header = ExceptionHeader(line[...]) { return header }
    }
    return nil
  }

  /// Changes the open trace.
  mutating func update(_ change: (inout RawTrace) -> Void) {
    guard var trace = open else { return }
    open = nil
    change(&trace)
    open = trace
    interruption = 0
  }

  /// Adds a location that the header itself names.
  mutating func setLocation(_ frame: RawFrame) { open?.location = frame }

  /// Hears of a line that is no part of a trace.
  mutating func pass(_ line: SymptomLine) {
    interruption += 1
    severity?.age += 1
    if interruption > 20 {
      close()
      previous = nil
    }
    if recent.count >= 8 { recent.removeFirst() }
    recent.append(Array(line.content.wholeScalars(atMost: 1_200)))
  }

  /// Hears of an empty line.
  mutating func passEmpty() {
    // A header stands directly above its frames, or with one empty line between.
    if recent.last?.isEmpty == true {
      recent.removeAll(keepingCapacity: true)
    } else if !recent.isEmpty {
      recent.append([])
    }
  }

  /// Ends the open trace.
  mutating func close() {
    guard var trace = open else { return }
    open = nil
    previous = (trace.chain, trace.level, trace.language)
    if let location = trace.location {
      let isKnown = trace.frames.contains { _, frame in
        frame.line == location.line && Self.sameFile(frame.path, location.path)
      }
      let hasPlace = trace.frames.contains { _, frame in
        frame.path != nil && LibraryCode.isInApp(frame, trace.language) != false
      }
      // What failed inside of the language itself was called wrongly by a frame.
      let isOwn = LibraryCode.isInApp(location, trace.language) != false
      if !isKnown, trace.isEmpty || !hasPlace && isOwn {
        trace.insertInnermost(location, limits: limits)
      }
    }
    let hasHeader = !trace.isTentative && (trace.exceptionType != nil || trace.message != nil)
    guard !trace.isEmpty || hasHeader else { return }
    // A log full of one trace must not push the others out.
    let fingerprint = trace.fingerprint
    if closed.count >= limits.traces / 2, known.contains(fingerprint) {
      repeats[fingerprint, default: 0] += 1
      return
    }
    if known.count < 4_096 { known.insert(fingerprint) }
    if closed.count >= limits.traces {
      // The last quarter is a window over the newest.
      closed.remove(at: limits.traces * 3 / 4)
    }
    closed.append(trace)
  }

  /// Whether two paths may be of one file: a compiler names a module where another tool names a folder.
  private static func sameFile(_ left: String?, _ right: String?) -> Bool {
    guard let left, let right else { return false }
    return left.utf8.reversed().prefix { $0 != 0x2F && $0 != 0x5C }
      .elementsEqual(right.utf8.reversed().prefix { $0 != 0x2F && $0 != 0x5C })
  }
}
