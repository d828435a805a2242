import Glibc

/// Counts added and removed lines as git 2.39.5 does with its default (Myers) algorithm.
///
/// Counts depend only on how many lines are found common. Whatever bounds that number in git is followed: which lines
/// it leaves out before the search because they match too often, and where it gives a costly search up. Neither
/// happens in most texts, and then any longest common subsequence gives git's counts. Moving changes up and down for
/// looks keeps the counts, so none of that is here.
final class LineCounter {
  /// Without its shortcuts git gives a search up at 256 steps from both ends, so it finds an optimum for sure while
  /// the texts differ in no more lines than this.
  private static let certainDistance = 500

  /// The longest distance that is sought from one end; beyond, git's own search costs less.
  private static let shortDistance = 200

  /// Fewer lines without a match than this around a line never make git leave it out.
  private static let fewestUnmatchedLines = 7

  private var lines = NumberedLines()
  private var oldMarks = Scratch<MatchMark>()
  private var newMarks = Scratch<MatchMark>()

  /// Compares two texts.
  func count(old: UnsafeRawBufferPointer, new: UnsafeRawBufferPointer) -> LineCount {
    let texts = TrimmedTexts(old: old, new: new)
    let oldCount = TextScan.lineCount(texts.old)
    let newCount = TextScan.lineCount(texts.new)
    // Two single lines that are left differ: equal ones would have been trimmed.
    if oldCount == 0 || newCount == 0 || oldCount == 1 && newCount == 1 {
      return LineCount(additions: newCount, deletions: oldCount)
    }
    guard oldCount + newCount <= DiffLimits.comparedLines else {
      return LineCount(additions: newCount, deletions: oldCount, isCompared: false)
    }
    defer { shrink() }
    lines.number(texts, oldCount: oldCount, newCount: newCount)
    let (common, isOptimal) = commonLines(texts, oldCount, newCount)
    return LineCount(
      additions: newCount - common, deletions: oldCount - common, isReversible: isOptimal)
  }

  private func shrink() {
    lines.shrink()
    oldMarks.shrink(to: NumberedLines.mostKept)
    newMarks.shrink(to: NumberedLines.mostKept)
  }

  /// How many lines git finds common to what is left of two texts.
  private func commonLines(
    _ texts: TrimmedTexts, _ oldCount: Int, _ newCount: Int
  ) -> (count: Int, isOptimal: Bool) {
    if !oldMayLeaveOut(oldCount), !newMayLeaveOut(newCount) {
      let oldKeptCount = keepMatched(oldCount, of: .old)
      let newKeptCount = keepMatched(newCount, of: .new)
      if oldKeptCount == 0 || newKeptCount == 0 { return (0, true) }
      if let distance = shortDistance(oldKeptCount, newKeptCount) {
        let common = (oldKeptCount + newKeptCount - distance) / 2
        if oldCount + newCount - 2 * common <= Self.certainDistance {
          return (common, true)
        }
      }
    }
    let shared = lines.countShared(texts.head) + lines.countShared(texts.tail)
    oldMarks.reserve(oldCount)
    newMarks.reserve(newCount)
    mark(oldCount, of: .old, total: oldCount + shared)
    mark(newCount, of: .new, total: newCount + shared)
    let oldKeptCount = MatchMark.keep(
      oldMarks.pointer, lines.old, count: oldCount, into: lines.keptOld)
    let newKeptCount = MatchMark.keep(
      newMarks.pointer, lines.new, count: newCount, into: lines.keptNew)
    return lines.search(oldKeptCount, newKeptCount).commonLines()
  }

  /// How far the kept lines are apart, if it is not far. Then git finds an optimum too, as long as lines that it keeps
  /// besides do not make the distance too long.
  private func shortDistance(_ oldKeptCount: Int, _ newKeptCount: Int) -> Int? {
    let limit = Self.shortDistance
    guard abs(oldKeptCount - newKeptCount) <= limit else { return nil }
    return lines.distance(oldKeptCount, newKeptCount, limit: limit)
  }

  private func keepMatched(_ count: Int, of side: LineClasses.Side) -> Int {
    let numbers = side == .old ? lines.old : lines.new
    let kept = side == .old ? lines.keptOld : lines.keptNew
    let entries = lines.classes.all
    var keptCount = 0
    for index in 0..<count {
      let entry = entries + Int(numbers[index])
      let matches = side == .old ? entry.pointee.newCount : entry.pointee.oldCount
      kept[keptCount] = numbers[index]
      if matches != 0 { keptCount += 1 }
    }
    return keptCount
  }

  private func oldMayLeaveOut(_ count: Int) -> Bool {
    let (numbers, entries) = (lines.old, lines.classes.all)
    return Self.mayLeaveOut(count) { entries[Int(numbers[$0])].newCount != 0 }
  }

  private func newMayLeaveOut(_ count: Int) -> Bool {
    let (numbers, entries) = (lines.new, lines.classes.all)
    return Self.mayLeaveOut(count) { entries[Int(numbers[$0])].oldCount != 0 }
  }

  /// Whether git could leave a line out that matches what is left of the other side: one that stands between lines
  /// without a match, of which there must be several.
  private static func mayLeaveOut(_ count: Int, isMatched: (Int) -> Bool) -> Bool {
    var unmatched = 0
    var seenBetween = false
    var pending = false
    for index in 0..<count {
      if isMatched(index) {
        if unmatched > 0 { pending = true }
      } else {
        unmatched += 1
        if pending { seenBetween = true }
        if seenBetween, unmatched >= fewestUnmatchedLines { return true }
      }
    }
    return false
  }

  private func mark(_ count: Int, of side: LineClasses.Side, total: Int) {
    let numbers = side == .old ? lines.old : lines.new
    let marks = side == .old ? oldMarks.pointer : newMarks.pointer
    let entries = lines.classes.all
    let limit = MatchMark.limit(lineCount: total)
    for index in 0..<count {
      let entry = entries + Int(numbers[index])
      let matches =
        (side == .old ? entry.pointee.newCount : entry.pointee.oldCount)
        + entry.pointee.sharedCount
      (marks + index).initialize(to: matches == 0 ? .none : Int(matches) >= limit ? .many : .some)
    }
  }
}
