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
  private struct Touch {
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

  private let view: RevisionView
  private let cache: CacheStore
  private let project: Int64
  private let symptom: Symptom
  private let places: [Place]
  private let candidates: [Candidate]

  init(
    view: RevisionView, cache: CacheStore, project: Int64, symptom: Symptom, places: [Place],
    candidates: [Candidate]
  ) {
    self.view = view
    self.cache = cache
    self.project = project
    self.symptom = symptom
    self.places = places
    self.candidates = candidates
  }

  /// The observations on each candidate, in their order.
  func observe() throws -> [Observations] {
    var result = [Observations](repeating: Observations(), count: candidates.count)
    try observePlaces(&result)
    try observeFunctions(&result)
    observeDirectories(&result)
    try observeWords(&result)
    observeThemselves(&result)
    return result
  }

  // MARK: Lines, functions, files

  private func observePlaces(_ result: inout [Observations]) throws {
    var touches: [[UInt8]: [Touch]] = [:]
    for place in places where touches[place.path] == nil {
      touches[place.path] = try self.touches(of: place.path)
    }
    let total = Set(places.filter { $0.frame != nil }.map(\.path)).reduce(into: 0.0) { sum, path in
      sum += places.filter { $0.path == path }.map(\.weight).max() ?? 0
    }
    let mentioned = Set(places.filter { $0.frame == nil }.map(\.path))
    let changedFiles = max(2, candidates.count)
    for path in touches.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      guard let touches = touches[path], !touches.isEmpty else { continue }
      let own = places.filter { $0.path == path }
      let weight = own.map(\.weight).max() ?? 0
      let rarity = log(Double(changedFiles) / Double(touches.count)) / log(Double(changedFiles))
      for touch in touches {
        let best = own.max { $0.weight < $1.weight }
        let changed = Double((touch.file.additions ?? 0) + (touch.file.deletions ?? 0))
        result[touch.candidate].raise(.share, to: weight * min(1, log1p(changed) / 6), place: best)
        result[touch.candidate].raise(.rarity, to: weight * rarity, place: best)
        let all = Double(max(1, candidates[touch.candidate].changedLines))
        result[touch.candidate].add(.focus, weight * min(1, changed / all), place: best)
        if best?.frame != nil {
          result[touch.candidate].add(.files, weight / max(total, 0.01), place: best)
        }
        if mentioned.contains(path) {
          result[touch.candidate].add(
            .mention, weight / Double(max(1, mentioned.count)),
            place: own.first { $0.frame == nil })
        }
      }
      if mentioned.contains(path) {
        for (touch, value) in newestFirst(touches) {
          result[touch.candidate].add(
            .newestMention, value / Double(mentioned.count).squareRoot(),
            place: own.first { $0.frame == nil })
        }
      }
      for place in own { observe(place, touches, &result) }
    }
  }

  /// The newest counts 1, and each one before it half as much.
  private func newestFirst(_ touches: [Touch]) -> [(touch: Touch, value: Double)] {
    var value = 2.0
    return touches.sorted { candidates[$0.candidate].order < candidates[$1.candidate].order }.map {
      value /= 2
      return ($0, value)
    }
  }

  private func observe(_ place: Place, _ touches: [Touch], _ result: inout [Observations]) {
    let weight = place.weight
    var nearest: [(touch: Touch, distance: Int)] = []
    var inFunction: [Touch] = []
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
        let written =
          place.function.map { function in
            touch.lines.reduce(0) { $0 + $1.clamped(to: function.lines).count }
          } ?? 0
        let removedOnly =
          place.function.map { function in
            touch.lines.contains { $0.isEmpty && function.lines.contains($0.lowerBound) }
          } ?? false
        let named = touch.hunks.contains { $0.function == name }
        if written > 0 || removedOnly || named {
          let known = place.function?.lines
          result[touch.candidate].raise(.function, to: weight, place: place, lines: known)
          if place.frame != nil, place.rank == 0 {
            result[touch.candidate].raise(
              .crashFunction, to: place.belief, place: place, lines: known)
          }
          inFunction.append(touch)
          if let function = place.function, written > 0 {
            let share = Double(written) / Double(max(1, function.lines.count))
            result[touch.candidate].raise(
              .functionShare, to: weight * share.squareRoot(), place: place, lines: known)
          }
        }
      }
    }
    if let closest = nearest.map(\.distance).min() {
      let at = nearest.filter { $0.distance <= max(closest, 5) }.map(\.touch)
      for (touch, value) in newestFirst(at) {
        result[touch.candidate].raise(.newestAtLine, to: weight * value, place: place)
      }
    }
    for (touch, value) in newestFirst(inFunction) {
      result[touch.candidate].raise(.newestInFunction, to: weight * value, place: place)
    }
    guard place.frame != nil else { return }
    for (touch, value) in newestFirst(touches) {
      result[touch.candidate].raise(.newestInFile, to: weight * value, place: place)
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

  private func observeFunctions(_ result: inout [Observations]) throws {
    var wanted: [String: (feature: Feature, weight: Double, place: Place)] = [:]
    func want(_ name: String, _ feature: Feature, _ weight: Double, _ place: Place) {
      guard name.utf8.count > 3, weight > wanted[name]?.weight ?? 0 else { return }
      wanted[name] = (feature, weight, place)
    }
    for place in places {
      if let name = place.name { want(name, .functionElsewhere, place.weight, place) }
      guard place.frame != nil, place.rank < Self.mostCallers, let file = view.file(place.path)
      else { continue }
      if let line = place.line {
        for name in Self.calls(in: file.line(line)) { want(name, .callee, place.weight, place) }
      }
      if let function = place.function {
        let lines = function.lines.prefix(400)
        for name in Self.calls(in: file.bytes(of: lines.startIndex..<lines.endIndex))
        where name != function.name {
          want(name, .calleeNearby, place.weight * 0.999, place)
        }
      }
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
      guard let want = wanted[name] else { continue }
      let rarity = log(all / Double(diffs.count)) / log(all)
      for diff in diffs.sorted() {
        for index in byDiff[diff] ?? [] {
          result[index].raise(
            want.feature, to: want.weight * max(0.1, rarity), place: want.place, detail: name)
        }
      }
    }
  }

  /// The names before opening parentheses.
  static func calls(in bytes: [UInt8]) -> [String] {
    var names: Set<String> = []
    var at = 0
    while at < bytes.count, names.count < 300 {
      guard bytes[at].isLetter || bytes[at] == 0x5F else {
        at += 1
        continue
      }
      let start = at
      while at < bytes.count, bytes[at].isWord { at += 1 }
      var next = at
      while next < bytes.count, bytes[next] == 0x20 { next += 1 }
      if next < bytes.count, bytes[next] == 0x28, at - start > 3, at - start < 200 {
        names.insert(String(decoding: bytes[start..<at], as: UTF8.self))
      }
    }
    return names.sorted()
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

  // MARK: Words

  private func observeWords(_ result: inout [Observations]) throws {
    let iids = candidates.map(\.request.iid)
    guard let first = iids.min(), let last = iids.max() else { return }
    let query = WordQuery(symptom: symptom, places: places)
    let prose = try cache.textScores(project: project, iids: first...last, tokens: query.prose)
    let identifiers = try cache.textScores(
      project: project, iids: first...last, tokens: query.identifiers)
    let code = try cache.textScores(project: project, iids: first...last, tokens: query.code)
    func fill(_ feature: Feature, _ score: (Int64) -> Double) {
      let scores = iids.map(score)
      // A best match that is poor itself is worth less than 1.
      let best = (scores.max() ?? 0) + 4
      for (index, score) in scores.enumerated() where score > 0 {
        result[index].raise(feature, to: score / best)
      }
    }
    fill(.titleWords) { prose[$0]?.title ?? 0 }
    fill(.descriptionWords) { prose[$0]?.description ?? 0 }
    fill(.pathWords) { prose[$0]?.paths ?? 0 }
    fill(.changeWords) { prose[$0]?.changes ?? 0 }
    fill(.words) { prose[$0]?.all ?? 0 }
    fill(.identifiers) { identifiers[$0]?.all ?? 0 }
    fill(.codeNames) { code[$0]?.changes ?? 0 }
    fill(.codeMentions) { iid in
      guard let score = code[iid] else { return 0 }
      return score.title + 0.5 * score.description + 0.5 * score.paths
    }
  }

  // MARK: The merge request itself

  private func observeThemselves(_ result: inout [Observations]) {
    var known: [[UInt8]: FileKind] = [:]
    func kind(_ path: [UInt8]) -> FileKind {
      if let kind = known[path] { return kind }
      let kind = FileKind(path: path)
      known[path] = kind
      return kind
    }
    for (index, candidate) in candidates.enumerated() {
      let age = max(0, candidate.ageDays)
      result[index].raise(.recency, to: exp(-age / 4))
      result[index].raise(.age, to: log1p(age) / log(31))
      result[index].raise(.size, to: min(1.5, log1p(Double(candidate.changedLines)) / log(1_000)))
      result[index].raise(.spread, to: min(1.5, log1p(Double(candidate.files.count)) / log(50)))
      let kinds = Set(candidate.files.prefix(300).map { kind($0.path) })
      let programs: Set<FileKind> = [.code, .configuration, .dependency, .migration]
      if !kinds.isEmpty, kinds.isDisjoint(with: programs) {
        result[index].raise(.noProgram, to: 1)
      } else if !kinds.isDisjoint(with: [.configuration, .dependency, .migration]) {
        result[index].raise(.configuration, to: kinds.contains(.code) ? 0.5 : 1)
      }
      let title = candidate.request.title.lowercased()
      if title.contains("fix") || title.contains("revert") { result[index].raise(.repair, to: 1) }
    }
  }
}
