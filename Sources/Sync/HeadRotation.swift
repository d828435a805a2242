import Foundation
import Mirror

/// Chooses which heads of open merge requests a sync compares with the server's, and remembers where it stopped.
///
/// The list of changed merge requests tells of nearly every push. The heads are compared for the few that it does not
/// tell of, and all of them at every sync would cost more than everything else: so a sync without other news looks at
/// a few, and the next one goes on behind them.
struct HeadRotation {
  /// The most heads that a sync without other news looks at, 75 bytes of answer each.
  static let quietLimit = 32

  private let path: String

  init(_ mirror: MirrorDirectory) { path = mirror.path + "/sigsentry-heads" }

  /// Takes the next merge requests out of all, beginning behind the last one taken before.
  func take(_ iids: some Sequence<Int64>, limit: Int) -> [Int64] {
    let sorted = iids.sorted()
    guard sorted.count > limit else { return sorted }
    let last = (try? String(contentsOfFile: path, encoding: .utf8)).flatMap { Int64($0) } ?? 0
    let chosen = Self.next(of: sorted, after: last, limit: limit)
    // Where it cannot be written the same ones are looked at again, which does no harm.
    try? chosen.last.map { "\($0)" }?.write(toFile: path, atomically: true, encoding: .utf8)
    return chosen
  }

  /// The numbers that follow one in a sorted list, and from its start where it ends.
  static func next(of sorted: [Int64], after last: Int64, limit: Int) -> [Int64] {
    let start = sorted.firstIndex { $0 > last } ?? 0
    return Array((sorted[start...] + sorted[..<start]).prefix(limit))
  }
}
