import SourceCode

/// A place that the symptom names, on a file of the revision.
struct Place {
  /// The path of the file, as bytes of the tree.
  var path: [UInt8]
  /// The frame; `nil` for a path mentioned elsewhere.
  var frame: Int?
  /// The line, counted from 0, moved into the named function where the given one lies outside of it.
  var line: Int?
  /// The function that the symptom names.
  var name: String?
  /// The lines of the function around the place.
  var function: SourceFunction?
  /// How far to believe that the file is meant, 0 to 1.
  var belief: Double
  /// How near to the failure the frame is, 1 for where it broke.
  var nearness: Double
  /// The number of its frame among those of the program's own code, from 0.
  var rank: Int

  /// What the place counts.
  var weight: Double { belief * nearness }

  /// The path for people.
  var text: String { String(decoding: path, as: UTF8.self) }
}

/// Maps the places that a symptom names onto files.
struct PlaceFinder {
  /// Each call farther from the failure counts so much of the one before.
  private static let decay = 0.7
  /// Frames behind this one are not looked into.
  private static let mostFrames = 40
  /// Paths behind this one are not looked into.
  private static let mostPaths = 60

  private let view: RevisionView
  private let lost: LostFiles
  private let folder: [UInt8]

  /// - Parameters:
  ///   - lost: Files that a symptom may name though the revision lacks them.
  ///   - prefix: Only files below this directory count.
  init(_ view: RevisionView, lost: LostFiles, below prefix: String?) {
    self.view = view
    self.lost = lost
    folder = prefix.map { Array("\($0)/".utf8) } ?? []
  }

  /// The places of frames, those of the failure first, and then the paths mentioned elsewhere.
  func places(of symptom: Symptom) -> [Place] {
    var places: [Place] = []
    var rank = 0
    for frame in orderedFrames(of: symptom).prefix(Self.mostFrames) {
      guard let path = frame.path, frame.isInApp != false else { continue }
      let kind =
        symptom.traces.indices.contains(frame.trace)
        ? symptom.traces[frame.trace].kind : .failure
      let share = kind == .failure ? 1.0 : kind == .related ? 0.5 : 0.3
      let found = matches(path)
      guard !found.isEmpty else { continue }
      var nearness = share
      for _ in 0..<rank { nearness *= Self.decay }
      for match in found {
        places.append(
          place(
            match, frame: frame.index, line: frame.line, name: frame.function?.name,
            nearness: nearness, rank: rank))
      }
      rank += 1
    }
    let first = rank
    for mention in symptom.paths.prefix(Self.mostPaths) {
      for match in matches(mention.path) {
        places.append(
          place(
            match, frame: nil, line: mention.line, name: nil, nearness: 1, rank: first))
      }
    }
    return places
  }

  /// Root causes before what they caused, failures before other threads.
  private func orderedFrames(of symptom: Symptom) -> [Symptom.Frame] {
    func key(_ trace: Symptom.Trace, _ index: Int) -> (Int, Int, Int) {
      let kind = trace.kind == .failure ? 0 : trace.kind == .related ? 1 : 2
      return (kind, trace.isRootCause ? 0 : 1, index)
    }
    let order = symptom.traces.indices.sorted {
      key(symptom.traces[$0], $0) < key(symptom.traces[$1], $1)
    }
    return order.flatMap { trace in
      symptom.frames(of: symptom.traces[trace]).sorted {
        ($0.depth, $0.index) < ($1.depth, $1.index)
      }
    }
  }

  private func matches(_ path: String) -> [(path: [UInt8], weight: Double)] {
    let present = view.index.matches(path)
    let gone = lost.matches(path, betterThan: present.first?.suffixLength ?? 0)
    let found = gone.isEmpty ? present.map { (view.paths[$0.index], $0.weight) } : gone
    return found.filter { $0.0.starts(with: folder) }
  }

  private func place(
    _ match: (path: [UInt8], weight: Double), frame: Int?, line: Int?, name: String?,
    nearness: Double, rank: Int
  ) -> Place {
    let path = match.path
    var place = Place(
      path: path, frame: frame, line: line.map { $0 - 1 }, name: name, function: nil,
      belief: match.weight, nearness: nearness, rank: rank)
    guard line != nil || name != nil, let file = view.file(path) else { return place }
    if let at = place.line, at >= file.lineCount { place.line = nil }
    let around = place.line.flatMap { file.outline.function(at: $0) }
    guard let name, around?.name != name else {
      place.function = around
      return place
    }
    let named = file.outline.functions(named: name)
    guard let at = place.line else {
      place.function = named.first
      return place
    }
    func distance(_ function: SourceFunction) -> Int {
      max(function.lines.lowerBound - at, at - function.lines.upperBound + 1, 0)
    }
    if let nearest = named.min(by: { distance($0) < distance($1) }) {
      place.function = nearest
      place.line = min(max(at, nearest.lines.lowerBound), nearest.lines.upperBound - 1)
    } else {
      place.function = around
    }
    return place
  }
}
