/// The frames of a symptom from where it broke outwards: root causes before what they caused, failures before other
/// threads, and of several failures the grave ones before warnings.
struct FrameOrder {
  /// A frame and what it is part of.
  struct Step {
    var frame: Symptom.Frame
    /// The failure that it belongs to, from 0.
    var failure: Int
    /// What its trace tells of; a warning beside graver failures counts as a thread that did not crash.
    var kind: Symptom.Trace.Kind
    /// How far to believe that this failure is the one meant; 1 for the first where none is more frequent.
    var share: Double
  }

  private(set) var steps: [Step] = []

  /// The functions of the frames that name no file.
  var namesWithoutPath: Set<String> {
    Set(steps.lazy.map(\.frame).filter { $0.path == nil }.compactMap { $0.function?.name })
  }

  /// Of several failures each next one is believed so much less: the first is more often the cause.
  private static let later = 0.85
  /// The most frames of the first failure with what belongs to it, and of each other one.
  private static let (mostOfFirst, mostOfOther) = (40, 15)
  /// The most frames.
  private static let most = 85

  init(_ symptom: Symptom) {
    func severity(_ index: Int) -> Symptom.LogLevel { symptom.traces[index].severity ?? .error }
    let all = symptom.traces.indices
    let failures = all.filter { symptom.traces[$0].kind == .failure }
    let least = min(failures.map(severity).max() ?? .error, .error)
    let grave = Self.ordered(failures.filter { severity($0) >= least }, symptom)
    let often = grave.map { symptom.traces[$0].occurrences }.max() ?? 1
    var failure = -1
    var share = 1.0
    var chain: Int?
    for index in grave {
      let trace = symptom.traces[index]
      if trace.chain != chain || trace.isRootCause {
        failure += 1
        if failure > 0 { share *= Self.later }
      }
      chain = trace.chain
      let part = Double(trace.occurrences) / Double(often)
      add(symptom.frames(of: trace), failure, .failure, share * part.squareRoot().squareRoot())
    }
    let others =
      all.filter { symptom.traces[$0].kind == .related }.map { ($0, Symptom.Trace.Kind.related) }
      + failures.filter { severity($0) < least }.map { ($0, .thread) }
      + all.filter { symptom.traces[$0].kind == .thread }.map { ($0, .thread) }
    for (index, kind) in others {
      add(symptom.frames(of: symptom.traces[index]), max(0, failure), kind, 1)
    }
  }

  private mutating func add(
    _ frames: ArraySlice<Symptom.Frame>, _ failure: Int, _ kind: Symptom.Trace.Kind, _ share: Double
  ) {
    let own = steps.reversed().prefix { $0.failure == failure }.count
    let room = min(
      (failure == 0 ? Self.mostOfFirst : Self.mostOfOther) - own, Self.most - steps.count)
    guard room > 0 else { return }
    steps += frames.sorted { ($0.depth, $0.index) < ($1.depth, $1.index) }.prefix(room).map {
      Step(frame: $0, failure: failure, kind: kind, share: share)
    }
  }

  /// Chain after chain as the text has them, each with its causes first.
  private static func ordered(_ traces: [Int], _ symptom: Symptom) -> [Int] {
    var first: [Int: Int] = [:]
    for index in traces where first[symptom.traces[index].chain] == nil {
      first[symptom.traces[index].chain] = index
    }
    func key(_ index: Int) -> (Int, Int, Int) {
      let trace = symptom.traces[index]
      return (first[trace.chain] ?? 0, trace.isRootCause ? 0 : 1, index)
    }
    return traces.sorted { key($0) < key($1) }
  }
}
