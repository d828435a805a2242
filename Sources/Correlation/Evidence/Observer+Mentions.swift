import Cache
import Foundation
import SourceCode

extension Observer {
  /// A smaller part of what is new where it likely broke tells little.
  private static let ground = 0.03
  /// In a list of more files each of them says less.
  private static let fewFiles = 3

  /// Files that are named without a frame tell of each other: one calls what another has.
  func observeMentions(_ touches: [[UInt8]: [Touch]], _ result: inout [Observations]) {
    guard touches.values.contains(where: { !$0.isEmpty }) else { return }
    let paths = touches.keys.sorted { $0.lexicographicallyPrecedes($1) }
    let calls = paths.map { path in
      (path: path, names: touches.count > 1 ? view.file(path)?.calls ?? [] : [])
    }
    var hunks: [Int: (count: Int, files: Double, place: Place?)] = [:]
    for path in paths {
      let place = mention(of: path)
      for touch in touches[path] ?? [] {
        hunks[touch.candidate, default: (0, 0, place)].count += touch.hunks.count
        hunks[touch.candidate]?.files += place?.weight ?? 0
        for name in Set(touch.hunks.compactMap(\.function)).sorted() where name.utf8.count > 3 {
          guard calls.contains(where: { $0.path != path && $0.names.contains(name) }) else {
            continue
          }
          result[touch.candidate].raise(
            .calledByMentioned, to: place?.weight ?? 1, place: place, detail: name)
        }
      }
    }
    observeLikelyPlaces(touches, paths, &result)
    for (candidate, found) in hunks {
      if touches.count > 1 {
        let others = touches.count - 1
        result[candidate].raise(
          .furtherFiles,
          to: (found.files - 1) / Double(others) * Double(min(others, Self.fewFiles)).squareRoot())
      }
      guard found.count > 0 else { continue }
      result[candidate].raise(
        .mentionHunks, to: min(1.5, log1p(Double(found.count)) / log(30)), place: found.place,
        amount: found.count)
    }
  }

  /// Where the symptom names a file without a frame.
  private func mention(of path: [UInt8]) -> Place? {
    places.first { $0.path == path && $0.frame == nil }
  }

  /// Where it likely broke, the merge request counts that wrote most of what is new.
  private func observeLikelyPlaces(
    _ touches: [[UInt8]: [Touch]], _ paths: [[UInt8]], _ result: inout [Observations]
  ) {
    let likely = LikelyPlaces(paths.compactMap(view.file))
    let changed = paths.filter { touches[$0]?.isEmpty == false && likely.files[$0] != nil }
    let all = changed.reduce(0) { $0 + (likely.files[$1] ?? 0) }
    var found: [Int: (part: Double, most: Double, place: Place?, function: String?)] = [:]
    for path in changed {
      let share = (likely.files[path] ?? 0) / all
      let place = mention(of: path)
      let parts = parts(of: touches[path] ?? [], path, likely.functions[path] ?? [:])
      for (candidate, (part, function)) in parts {
        var own = found[candidate] ?? (0, 0, nil, nil)
        own.part += share * part
        if share * part > own.most {
          (own.most, own.place, own.function) = (share * part, place, function)
        }
        found[candidate] = own
      }
    }
    for (candidate, own) in found {
      let value = log1p(own.part / Self.ground) / log1p(1 / Self.ground)
      result[candidate].raise(.likelyPart, to: value, place: own.place, detail: own.function)
    }
  }

  /// What part each candidate has of what is new in the likely functions of a file, and in which of them it has most;
  /// where none of them was changed, of what is new in the file.
  private func parts(
    of touches: [Touch], _ path: [UInt8], _ functions: [String: Double]
  ) -> [Int: (part: Double, function: String?)] {
    func lines(_ run: Range<Int>) -> Double { max(0.5, Double(run.count)) }
    let names = touches.map { Set($0.hunks.compactMap(\.function)) }
    var written: [(share: Double, function: String, lines: [Int: Double])] = []
    for (name, share) in functions.sorted(by: { $0.key < $1.key }) {
      let bodies = view.file(path)?.functions(named: name).map(\.lines) ?? []
      var own: [Int: Double] = [:]
      for (touch, names) in zip(touches, names) {
        var count = 0.0
        for body in bodies {
          for run in touch.lines where run.overlaps(body) || body.contains(run.lowerBound) {
            count += lines(run.clamped(to: body))
          }
        }
        if count == 0, names.contains(name) { count = 0.5 }
        if count > 0 { own[touch.candidate, default: 0] += count }
      }
      if !own.isEmpty { written.append((share, name, own)) }
    }
    var found: [Int: (part: Double, most: Double, function: String?)] = [:]
    func add(_ candidate: Int, _ part: Double, _ function: String?) {
      var own = found[candidate] ?? (0, 0, nil)
      own.part += part
      if part > own.most { (own.most, own.function) = (part, function) }
      found[candidate] = own
    }
    let shares = written.reduce(0) { $0 + $1.share }
    for (share, name, own) in written {
      let all = own.keys.sorted().reduce(0) { $0 + (own[$1] ?? 0) }
      for (candidate, count) in own { add(candidate, share / shares * count / all, name) }
    }
    if written.isEmpty {
      let counts = touches.map { touch in touch.lines.reduce(0) { $0 + lines($1) } }
      let all = counts.reduce(0, +)
      for (touch, count) in zip(touches, counts) where count > 0 {
        add(touch.candidate, count / all, nil)
      }
    }
    return found.mapValues { ($0.part, $0.function) }
  }
}
