import Cache
import Foundation
import Mirror
import SourceCode

/// Looks at every candidate for what ties it to the symptom.
///
/// A merge request's lines are followed into the file at the revision by comparing its own version of the file with
/// that one. So a merge, squash, rebase or cherry-pick needs no special treatment, and a line that somebody changed
/// later is nobody's but theirs.
struct Observer {
  /// A file of a candidate that a place names.
  struct Touch {
    var candidate: Int
    var file: CachedFileChange
    var hunks: [CachedHunk]
    /// Its code lines at the revision; a run without lines stands where it removed some.
    var lines: [Range<Int>]
  }

  /// Lines farther from a change are not near it.
  private static let nearby = 40.0
  /// More candidates of one file are not followed line by line.
  private static let mostTouches = 60
  /// Calls of more frames are not looked up.
  private static let mostCallers = 3
  /// More names in prose are not looked up.
  private static let mostNames = 100
  /// Shorter names in prose are words more often than functions.
  private static let shortestName = 5

  let view: RevisionView
  let cache: CacheStore
  let project: Int64
  let symptom: Symptom
  let places: [Place]
  let candidates: [Candidate]
  let history: LandedHistory
  let span: Span
  /// The search for older commits that speak of the same; `nil` where there is no prose.
  let precedents: PrecedentSearch?

  /// The time that is looked at.
  struct Span {
    /// The start of the window.
    var start: Date
    /// The incident.
    var end: Date
    /// Merge requests that were merged since then are all known.
    var knownSince: Date
  }

  init(
    view: RevisionView, cache: CacheStore, project: Int64, symptom: Symptom, places: [Place],
    candidates: [Candidate], history: LandedHistory, span: Span,
    precedents: PrecedentSearch?
  ) {
    self.view = view
    self.cache = cache
    self.project = project
    self.symptom = symptom
    self.places = places
    self.candidates = candidates
    self.history = history
    self.span = span
    self.precedents = precedents
  }

  /// The observations on each candidate, in their order.
  func observe() throws -> [Observations] {
    var result = [Observations](repeating: Observations(), count: candidates.count)
    try observePlaces(&result)
    try observeFunctions(&result)
    observeDirectories(&result)
    try observeCompanions(&result)
    let query = WordQuery(symptom: symptom, places: places)
    try observeWords(query, &result)
    try observePrecedents(&result)
    observeThemselves(&result)
    return result
  }

  // MARK: Lines, functions, files

  private func observePlaces(_ result: inout [Observations]) throws {
    var touches: [[UInt8]: [Touch]] = [:]
    for place in places where touches[place.path] == nil {
      touches[place.path] = try self.touches(of: place.path)
    }
    let mentioned = Set(places.filter { $0.frame == nil }.map(\.path))
    let changedFiles = max(2, candidates.count)
    observeMentions(touches.filter { mentioned.contains($0.key) }, &result)
    for path in touches.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      guard let touches = touches[path], !touches.isEmpty else { continue }
      let own = places.filter { $0.path == path }
      let weight = own.map(\.weight).max() ?? 0
      let rarity = log(Double(changedFiles) / Double(touches.count)) / log(Double(changedFiles))
      for touch in touches {
        let best = own.max { $0.weight < $1.weight }
        let changed = Double((touch.file.additions ?? 0) + (touch.file.deletions ?? 0))
        result[touch.candidate].raise(
          .share, to: weight * min(1, log1p(changed) / 6), place: best, amount: Int(changed))
        result[touch.candidate].raise(
          .rarity, to: weight * rarity, place: best, amount: Set(touches.map(\.candidate)).count)
        let all = Double(max(1, candidates[touch.candidate].changedLines))
        result[touch.candidate].add(.focus, weight * min(1, changed / all), place: best)
        if mentioned.contains(path) {
          result[touch.candidate].add(
            .mention, weight / Double(max(1, mentioned.count)),
            place: own.first { $0.frame == nil })
        }
      }
      if mentioned.contains(path) {
        for (touch, value, order) in newestFirst(touches) {
          result[touch.candidate].add(
            .newestMention, value / Double(mentioned.count).squareRoot(),
            place: own.first { $0.frame == nil }, amount: order)
        }
      }
      for place in own { observe(place, touches, &result) }
    }
  }

  /// The newest counts 1, and each one before it half as much.
  private func newestFirst(_ touches: [Touch]) -> [(touch: Touch, value: Double, order: Int)] {
    var value = 2.0
    var order = 0
    return touches.sorted { candidates[$0.candidate].order < candidates[$1.candidate].order }.map {
      value /= 2
      order += 1
      return ($0, value, order)
    }
  }

  private func observe(_ place: Place, _ touches: [Touch], _ result: inout [Observations]) {
    let weight = place.weight
    var nearest: [(touch: Touch, distance: Int)] = []
    var inFunction: [Touch] = []
    var written: [(candidate: Int, lines: Int, hunks: Int)] = []
    for touch in touches {
      if place.rank == 0 {
        result[touch.candidate].raise(.topFile, to: place.belief, place: place)
      }
      if let line = place.line {
        var best: (distance: Int, lines: Range<Int>)?
        for run in touch.lines {
          var distance = max(
            run.lowerBound - line, line - max(run.upperBound - 1, run.lowerBound), 0)
          if run.isEmpty { distance = max(1, distance) }
          if let function = place.function, !run.overlaps(function.lines),
            !function.lines.contains(run.lowerBound)
          {
            distance += 8
          }
          if best.map({ distance < $0.distance }) ?? true { best = (distance, run) }
        }
        if let best {
          if best.distance == 0 {
            result[touch.candidate].raise(.line, to: weight, place: place, lines: best.lines)
          }
          if Double(best.distance) < Self.nearby {
            result[touch.candidate].raise(
              .nearLine, to: weight * exp(-Double(best.distance) / 5), place: place,
              lines: best.lines)
            if place.frame != nil, place.rank == 0 {
              result[touch.candidate].raise(
                .nearCrash, to: place.belief * exp(-Double(best.distance) / 5), place: place,
                lines: best.lines)
            }
            nearest.append((touch, best.distance))
          }
        }
      }
      if let name = place.function?.name ?? place.name {
        let own =
          place.function.map { function in
            touch.lines.reduce(0) { $0 + $1.clamped(to: function.lines).count }
          } ?? 0
        let removedOnly =
          place.function.map { function in
            touch.lines.contains { $0.isEmpty && function.lines.contains($0.lowerBound) }
          } ?? false
        let named = touch.hunks.contains { $0.function == name }
        if own > 0 || removedOnly || named {
          let known = place.function?.lines
          result[touch.candidate].raise(.function, to: weight, place: place, lines: known)
          if place.frame != nil, place.rank == 0 {
            result[touch.candidate].raise(
              .crashFunction, to: place.belief, place: place, lines: known)
          }
          inFunction.append(touch)
          let count = touch.hunks.count { $0.function == name }
          written.append((touch.candidate, own, count))
          if let function = place.function, own > 0 {
            let share = Double(own) / Double(max(1, function.lines.count))
            result[touch.candidate].raise(
              .functionShare, to: weight * share.squareRoot(), place: place, lines: known)
          }
        }
      }
    }
    if let closest = nearest.map(\.distance).min() {
      let at = nearest.filter { $0.distance <= max(closest, 5) }.map(\.touch)
      for (touch, value, order) in newestFirst(at) {
        result[touch.candidate].raise(
          .newestAtLine, to: weight * value, place: place, amount: order)
      }
    }
    if place.frame != nil, place.rank == 0 {
      let all = written.reduce(0) { $0 + $1.lines }
      for (candidate, lines, hunks) in written {
        result[candidate].raise(
          .functionHunks, to: place.belief * min(1.5, log1p(Double(hunks)) / log(10)), place: place,
          amount: hunks)
        guard lines > 0 else { continue }
        result[candidate].raise(
          .functionPart, to: place.belief * Double(lines) / Double(all), place: place)
      }
    }
    for (touch, value, order) in newestFirst(inFunction) {
      result[touch.candidate].raise(
        .newestInFunction, to: weight * value, place: place, amount: order)
    }
    guard place.frame != nil else { return }
    for (touch, value, order) in newestFirst(touches) {
      result[touch.candidate].raise(
        .newestInFile, to: weight * value, place: place, amount: order)
    }
  }

  /// The candidates that changed code of a file, under its names of then, with the lines that are still theirs.
  private func touches(of path: [UInt8]) throws -> [Touch] {
    var names: Set<[UInt8]> = [path]
    var found: [(candidate: Int, file: CachedFileChange)] = []
    for index in candidates.indices.sorted(by: { candidates[$0].order < candidates[$1].order }) {
      for file in candidates[index].files where names.contains(file.path) {
        if let old = file.oldPath { names.insert(old) }
        guard file.effect == .code || file.effect == .unknown else { continue }
        found.append((index, file))
      }
    }
    let diffs = found.prefix(Self.mostTouches).compactMap {
      candidates[$0.candidate].request.diffID
    }
    let hunks = try cache.hunks(diffs: diffs)
    let file = found.isEmpty ? nil : view.file(path)
    return found.map { index, change in
      var touch = Touch(candidate: index, file: change, hunks: [], lines: [])
      guard let diff = candidates[index].request.diffID else { return touch }
      touch.hunks = hunks[diff]?[change.position]?.filter { $0.effect == .code } ?? []
      guard let file, let blob = change.newBlob.flatMap({ ObjectID(bytes: $0) }),
        !touch.hunks.isEmpty, let map = view.map(from: blob, to: file)
      else { return touch }
      for hunk in touch.hunks {
        if hunk.new.isEmpty {
          let gap = map.gap(before: hunk.new.lowerBound)
          touch.lines.append(gap..<gap)
        } else {
          touch.lines += map.lines(hunk.new)
        }
      }
      return touch
    }
  }

  // MARK: Functions elsewhere

  /// What a changed function of a name counts.
  private struct Wanted {
    var weight: Double
    var place: Place?
  }

  private func observeFunctions(_ result: inout [Observations]) throws {
    var wanted: [String: [Feature: Wanted]] = [:]
    func want(_ name: String, _ feature: Feature, _ weight: Double, _ place: Place?) {
      guard name.utf8.count > 3, weight > wanted[name]?[feature]?.weight ?? 0 else { return }
      wanted[name, default: [:]][feature] = Wanted(weight: weight, place: place)
    }
    for place in places {
      if let name = place.name { want(name, .functionElsewhere, place.weight, place) }
      guard place.frame != nil, place.rank < Self.mostCallers, let file = view.file(place.path)
      else { continue }
      if let line = place.line {
        let own = place.function.flatMap { file.isHead(line, of: $0) ? $0.name : nil }
        for name in CalledNames.all(in: file.line(line)) where name != own {
          want(name, .callee, place.weight, place)
        }
      }
    }
    for term in symptom.identifiers.prefix(Self.mostNames) {
      guard let name = term.text.split(whereSeparator: { $0 == "." || $0 == ":" }).last,
        name.utf8.count >= Self.shortestName
      else { continue }
      want(String(name), .functionNamed, 1, nil)
    }
    guard !wanted.isEmpty else { return }
    let byDiff = Dictionary(
      candidates.indices.compactMap { index in
        candidates[index].request.diffID.map { ($0, [index]) }
      }, uniquingKeysWith: +)
    let changes = try cache.functionChanges(
      named: wanted.keys.sorted(), diffs: Set(byDiff.keys))
    let all = Double(max(2, candidates.count))
    for (name, diffs) in changes.sorted(by: { $0.key < $1.key }) {
      let rarity = log(all / Double(diffs.count)) / log(all)
      for (feature, want) in wanted[name] ?? [:] {
        for index in diffs.sorted().flatMap({ byDiff[$0] ?? [] }) {
          result[index].raise(
            feature, to: want.weight * max(0.1, rarity), place: want.place, detail: name)
        }
      }
    }
  }

  private func observeDirectories(_ result: inout [Observations]) {
    let frames = places.filter { $0.rank < 6 }
    guard !frames.isEmpty else { return }
    for (index, candidate) in candidates.enumerated() {
      for file in candidate.files.prefix(200) where file.effect == .code || file.effect == .unknown
      {
        for place in frames where file.path != place.path {
          let shared = Self.sharedFolders(file.path, place.path)
          guard shared > 0 else { continue }
          result[index].raise(.directory, to: place.weight * shared, place: place)
        }
      }
    }
  }

  /// How much of the folders of two paths is common, from 0 to 1.
  private static func sharedFolders(_ one: [UInt8], _ two: [UInt8]) -> Double {
    var shared = 0
    var folders = 0
    for (left, right) in zip(one, two) {
      guard left == right else { break }
      if left == 0x2F { shared += 1 }
    }
    folders = max(
      one.reduce(0) { $0 + ($1 == 0x2F ? 1 : 0) }, two.reduce(0) { $0 + ($1 == 0x2F ? 1 : 0) })
    guard folders > 0 else { return 0 }
    let part = Double(shared) / Double(folders)
    return part * part
  }
}
