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
  /// Paths behind this one are not looked into.
  private static let mostPaths = 60

  private let view: RevisionView
  private let lost: LostFiles
  private let changed: ChangedFunctions
  private let folders: [[UInt8]]

  /// - Parameters:
  ///   - lost: Files that a symptom may name though the revision lacks them.
  ///   - changed: Where functions were changed that frames without a path name.
  ///   - folders: Only files below these directories count; with none, all do.
  init(_ view: RevisionView, lost: LostFiles, changed: ChangedFunctions, below folders: [[UInt8]]) {
    self.view = view
    self.lost = lost
    self.changed = changed
    self.folders = folders
  }

  /// The places of frames, those of the failure first, and then the paths mentioned elsewhere.
  ///
  /// - Parameter order: The frames of the symptom.
  func places(of symptom: Symptom, _ order: FrameOrder) -> [Place] {
    var places: [Place] = []
    var rank = 0
    var last = 0
    var current = 0
    for step in order.steps {
      if step.failure != current { rank = 0 }
      current = step.failure
      let found = matches(step.frame)
      guard !found.isEmpty else { continue }
      var nearness = step.kind == .failure ? 1.0 : step.kind == .related ? 0.5 : 0.3
      for _ in 0..<rank { nearness *= Self.decay }
      for match in found {
        places.append(
          place(
            (match.path, match.weight * step.share), frame: step.frame.index, line: step.frame.line,
            name: step.frame.function?.name, nearness: nearness, rank: rank))
      }
      rank += 1
      last = max(last, rank)
    }
    for mention in symptom.paths.prefix(Self.mostPaths) {
      for match in matches(mention.path) {
        places.append(
          place(match, frame: nil, line: mention.line, name: nil, nearness: 1, rank: last))
      }
    }
    return places
  }

  private func matches(_ frame: Symptom.Frame) -> [(path: [UInt8], weight: Double)] {
    if let path = frame.path { return frame.isInApp == false ? [] : matches(path) }
    guard let function = frame.function else { return [] }
    // An installed library may be the project's own.
    guard frame.isInApp != false || frame.language == .native && frame.module != nil else {
      return []
    }
    if frame.isInApp != false, function.components.count > 1 {
      let owner = function.components.dropLast().joined(separator: ".")
      let found = view.index.matches(module: owner)
      if let first = found.first, found.count == 1 || first.suffixLength > 1 {
        let below = found.map { (path: view.paths[$0.index], weight: $0.weight) }
          .filter { isWanted($0.path) }
        if !below.isEmpty { return below }
      }
    }
    let paths = changed.paths(of: function.name).filter {
      isWanted($0) && view.pathSet.contains($0)
    }
    return paths.map { ($0, 1 / Double(paths.count)) }
  }

  private func matches(_ path: String) -> [(path: [UInt8], weight: Double)] {
    let present = view.index.matches(path)
    let gone = lost.matches(path, betterThan: present.first?.suffixLength ?? 0)
    let found = gone.isEmpty ? present.map { (view.paths[$0.index], $0.weight) } : gone
    return found.filter { isWanted($0.0) }
  }

  private func isWanted(_ path: [UInt8]) -> Bool {
    folders.isEmpty || folders.contains { path.starts(with: $0) }
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
    let named = file.functions(named: name)
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
