/// Orders the traces that were read, folds repeated ones, and finds the root causes.
enum TraceArranger {
  /// Fills in traces and frames.
  ///
  /// - Returns: The place of each trace by its ordinal.
  static func arrange(_ assembler: TraceAssembler, into symptom: inout Symptom) -> [Int: Int] {
    var raw = crashingFirst(assembler)
    raw = raw.filter { $0.kind == .failure || !$0.isEmpty }
    var chains: [Int: [RawTrace]] = [:]
    for trace in raw { chains[trace.chain, default: []].append(trace) }
    var order: [Int] = []
    for trace in raw where order.last != trace.chain && !order.contains(trace.chain) {
      order.append(trace.chain)
    }
    var places: [Int: Int] = [:]
    var known: [Int: [Int]] = [:]  // the places of a chain's traces, by its fingerprint
    var repeats = assembler.repeats
    var chainCount = 0
    for id in order {
      guard let chain = chains[id] else { continue }
      let key = fingerprint(chain)
      if let old = known[key] {
        for (trace, place) in zip(chain, old) {
          symptom.traces[place].occurrences += 1
          symptom.traces[place].severity = max(
            symptom.traces[place].severity ?? .error, trace.severity ?? .error)
          places[trace.id] = place
        }
        continue
      }
      let deepest = chain.filter { $0.kind == .failure }.map(\.level).max()
      var own: [Int] = []
      for trace in chain {
        let place = symptom.traces.count
        places[trace.id] = place
        own.append(place)
        add(
          trace, chain: chainCount, isRoot: trace.kind == .failure && trace.level == deepest,
          to: &symptom)
        let more = repeats.isEmpty ? nil : repeats.removeValue(forKey: trace.fingerprint)
        symptom.traces[place].occurrences += more ?? 0
      }
      known[key] = own
      chainCount += 1
    }
    return places
  }

  private static func add(
    _ trace: RawTrace, chain: Int, isRoot: Bool, to symptom: inout Symptom
  ) {
    let start = symptom.frames.count
    for (position, raw) in trace.frames {
      var frame = Symptom.Frame(language: trace.language)
      frame.index = symptom.frames.count
      frame.trace = symptom.traces.count
      frame.function = raw.function.flatMap { FunctionName($0, language: trace.language) }
      frame.path = raw.path
      frame.line = raw.line
      frame.source = raw.source
      frame.module = raw.module
      frame.isInApp = LibraryCode.isInApp(raw, trace.language)
      frame.depth = trace.isInnermostLast ? trace.total - 1 - position : position
      symptom.frames.append(frame)
    }
    symptom.traces.append(
      Symptom.Trace(
        language: trace.language, kind: trace.kind, exceptionType: trace.exceptionType,
        message: trace.message, chain: chain, isRootCause: isRoot,
        frames: start..<symptom.frames.count, occurrences: 1,
        severity: trace.severity))
  }

  private static func fingerprint(_ chain: [RawTrace]) -> Int {
    var hasher = Hasher()
    for trace in chain {
      hasher.combine(trace.language)
      hasher.combine(trace.kind)
      hasher.combine(trace.level)
      hasher.combine(trace.exceptionType)
      hasher.combine(trace.total)
      for (_, frame) in trace.frames {
        hasher.combine(frame.function)
        hasher.combine(frame.path)
        hasher.combine(frame.line)
        hasher.combine(frame.module)
      }
      if trace.isEmpty { hasher.combine(trace.message) }
    }
    return hasher.finalize()
  }

  /// The traces with threads that did not crash behind the others.
  private static func crashingFirst(_ assembler: TraceAssembler) -> [RawTrace] {
    var traces = assembler.closed
    let threads = traces.indices.filter { traces[$0].thread != nil && !traces[$0].isEmpty }
    guard !threads.isEmpty else { return inOrder(traces) }
    // The debugger told the thread, or its frames do, or it is the first.
    let crashed =
      threads.first { traces[$0].kind == .failure }
      ?? threads.first { traces[$0].thread == assembler.crashingThread }
      ?? threads.first { index in traces[index].frames.contains { isFatal($0.frame) } }
      ?? threads.first { traces[$0].thread == 1 } ?? threads[0]
    traces[crashed].kind = .failure
    // The signal stands above all threads, and maybe with a backtrace of its own.
    let signal = traces.firstIndex {
      $0.language == .native && $0.kind == .failure && $0.thread == nil && $0.exceptionType != nil
    }
    if let signal, traces[crashed].exceptionType == nil {
      traces[crashed].exceptionType = traces[signal].exceptionType
      traces[crashed].message = traces[signal].message
      if traces[signal].isEmpty { traces.remove(at: signal) }
    }
    return inOrder(traces)
  }

  private static func inOrder(_ traces: [RawTrace]) -> [RawTrace] {
    traces.filter { $0.kind != .thread } + traces.filter { $0.kind == .thread }
  }

  private static func isFatal(_ frame: RawFrame) -> Bool {
    guard let function = frame.function else { return false }
    return ["raise", "__GI_raise", "abort", "__GI_abort", "__pthread_kill_implementation"]
      .contains(function)
  }
}
