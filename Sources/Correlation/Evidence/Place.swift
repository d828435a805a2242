import SourceCode

/// A place that the symptom names, on a file of the revision.
struct Place {
  /// The path of the file, as bytes of the tree.
  var path: [UInt8]
  /// The frame; `nil` for a path mentioned elsewhere.
  var frame: Int?
  /// The number of the mention; `nil` for a frame.
  var mention: Int?
  /// The line, counted from 0: where the quoted source stands, else moved into the named function where the given one lies
  /// outside of it.
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
  /// Whether the line is not the given one, but of the named function, which stands elsewhere.
  var isMoved = false
  /// How much of the path agrees; see ``FileMatch/agreement``.
  var agreement = 0
  /// One for each of the function that the symptom names and the line that it quotes that the file has, less one for each
  /// that it lacks.
  var confirmation = 0

  /// What the place counts.
  var weight: Double { belief * nearness }

  /// The path for people.
  var text: String { String(decoding: path, as: UTF8.self) }
}

extension Place {
  /// A place whose line and function are not looked for yet.
  init(_ match: FileMatch) {
    self.init(
      path: match.path, belief: match.weight, nearness: 1, rank: 0, agreement: match.agreement)
  }
}

/// A file of the tree that a path of the symptom may mean.
struct FileMatch {
  var path: [UInt8]
  /// How far to believe it, 0 to 1; of all files of the project together at most 1.
  var weight: Double
  /// How many components of both paths agree, from the file's name up; some more where what stands before them names the
  /// project.
  var agreement: Int
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
  /// The components of the project's path; the last one is what the directory of a checkout is called.
  private let project: [Bytes]
  /// A path that names the project agrees in so many components more.
  private static let named = 2
  /// So many lines a function may have moved since the program was built, for its lines to be those of the trace.
  private static let farthestMove = 20

  /// - Parameters:
  ///   - project: The path of the project.
  ///   - lost: Files that a symptom may name though the revision lacks them.
  ///   - changed: Where functions were changed that frames without a path name.
  ///   - folders: Only files below these directories count; with none, all do.
  init(
    _ view: RevisionView, of project: String, lost: LostFiles, changed: ChangedFunctions,
    below folders: [[UInt8]]
  ) {
    self.view = view
    self.project = Array(project.utf8).split(separator: 0x2F)
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
        var place = place(match, of: step.frame)
        place.belief *= step.share
        (place.nearness, place.rank) = (nearness, rank)
        places.append(place)
      }
      rank += 1
      last = max(last, rank)
    }
    for (number, mention) in symptom.paths.prefix(Self.mostPaths).enumerated() {
      for match in matches(mention.path) {
        var place = Place(match)
        place.mention = number
        place.rank = last
        locate(&place, line: mention.line, name: nil, source: nil)
        places.append(place)
      }
    }
    return places
  }

  private func matches(_ frame: Symptom.Frame) -> [FileMatch] {
    if let path = frame.path {
      return frame.isInApp == false ? installed(path, frame.language) : matches(path)
    }
    guard let function = frame.function else { return [] }
    // An installed library may be the project's own.
    guard frame.isInApp != false || frame.language == .native && frame.module != nil else {
      return []
    }
    if frame.isInApp != false, function.components.count > 1 {
      let owner = function.components.dropLast().joined(separator: ".")
      let found = view.index.matches(module: owner)
      if let first = found.first, found.count == 1 || first.suffixLength > 1 {
        let below = found.map(match).filter { isWanted($0.path) }
        if !below.isEmpty { return below }
      }
    }
    let paths = changed.paths(of: function.name).filter {
      isWanted($0) && view.pathSet.contains($0)
    }
    return paths.map { FileMatch(path: $0, weight: 1 / Double(paths.count), agreement: 0) }
  }

  /// The files that the path of an installed package means, where the package is the project.
  private func installed(_ path: String, _ language: Symptom.Language) -> [FileMatch] {
    guard let own = InstalledPath.own(path, language, of: project) else { return [] }
    return view.index.matches(own.map(\.text).joined(separator: "/"))
      .filter { $0.suffixLength == own.count }.map(match).filter { isWanted($0.path) }
  }

  private func matches(_ path: String) -> [FileMatch] {
    let present = view.index.matches(path)
    let gone = lost.matches(path, betterThan: present.first?.suffixLength ?? 0)
    let found = (gone.isEmpty ? present.map(match) : gone).filter { isWanted($0.path) }
    guard let agreement = found.first?.agreement,
      PathQuery(path).components.dropLast(agreement).contains(where: { $0 == project.last })
    else { return found }
    return found.map {
      FileMatch(path: $0.path, weight: $0.weight, agreement: agreement + Self.named)
    }
  }

  private func match(_ found: PathIndex.Match) -> FileMatch {
    FileMatch(path: view.paths[found.index], weight: found.weight, agreement: found.suffixLength)
  }

  private func isWanted(_ path: [UInt8]) -> Bool {
    folders.isEmpty || folders.contains { path.starts(with: $0) }
  }

  private func place(_ match: FileMatch, of frame: Symptom.Frame) -> Place {
    var place = Place(match)
    place.frame = frame.index
    locate(&place, line: frame.line, name: frame.function?.name, source: frame.source)
    return place
  }

  /// Finds the line and the function in the file.
  private func locate(_ place: inout Place, line: Int?, name: String?, source: String?) {
    place.line = line.map { $0 - 1 }
    place.name = name
    guard line != nil || name != nil, let file = view.file(place.path) else { return }
    let named = name.map { file.functions(named: $0) } ?? []
    if name != nil, !file.outline.functions.isEmpty {
      place.confirmation += named.isEmpty ? -1 : 1
    }
    if let source, let at = place.line {
      let functions = named.isEmpty ? [0..<file.lineCount] : named.map(\.lines)
      let found = file.line(reading: source, near: at, in: functions)
      if let found { place.line = found }
      place.confirmation += found == nil ? -1 : 1
    }
    if let at = place.line, at >= file.lineCount { place.line = nil }
    let around = place.line.flatMap { file.outline.function(at: $0) }
    guard let name, around?.name != name else {
      place.function = around
      return
    }
    guard let at = place.line else {
      place.function = named.first
      return
    }
    func distance(_ function: SourceFunction) -> Int {
      max(function.lines.lowerBound - at, at - function.lines.upperBound + 1, 0)
    }
    if let nearest = named.min(by: { distance($0) < distance($1) }) {
      place.function = nearest
      // Of a far one the line tells nothing.
      place.line =
        distance(nearest) <= Self.farthestMove
        ? min(max(at, nearest.lines.lowerBound), nearest.lines.upperBound - 1) : nil
      place.isMoved = true
    } else {
      place.function = around
    }
  }
}
