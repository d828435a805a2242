/// A run of lines that two texts do not share. Lines count from 0.
public struct LineHunk: Sendable, Equatable {
  /// The lines of the old text; empty where lines were only added, and then it stands before them.
  public var old: Range<Int>
  /// The lines of the new text; empty where lines were only removed, and then it stands before them.
  public var new: Range<Int>

  /// Makes a hunk of its lines.
  public init(old: Range<Int>, new: Range<Int>) {
    self.old = old
    self.new = new
  }
}

/// Where the lines of one text went in another.
public struct LineMap: Sendable {
  private let hunks: [LineHunk]

  /// - Parameter hunks: All that differs, in order.
  public init(_ hunks: [LineHunk]) { self.hunks = hunks }

  /// The line of the new text that an old line became; `nil` where it is gone.
  public func line(_ old: Int) -> Int? {
    let next = hunks.partitioningIndex { $0.old.upperBound > old }
    if next < hunks.count, hunks[next].old.contains(old) { return nil }
    return old + shift(before: next)
  }

  /// The place in the new text of the gap before an old line.
  public func gap(before old: Int) -> Int {
    let next = hunks.partitioningIndex { $0.old.upperBound > old }
    if next < hunks.count, hunks[next].old.contains(old) { return hunks[next].new.lowerBound }
    return old + shift(before: next)
  }

  /// The runs of new lines that a run of old lines became.
  public func lines(_ old: Range<Int>) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = old.lowerBound
    var next = hunks.partitioningIndex { $0.old.upperBound > start }
    while start < old.upperBound {
      let end =
        next < hunks.count ? min(old.upperBound, hunks[next].old.lowerBound) : old.upperBound
      if start < end {
        let shift = shift(before: next)
        runs.append((start + shift)..<(end + shift))
      }
      guard next < hunks.count else { break }
      start = max(start, hunks[next].old.upperBound)
      next += 1
    }
    return runs
  }

  private func shift(before hunk: Int) -> Int {
    hunk == 0 ? 0 : hunks[hunk - 1].new.upperBound - hunks[hunk - 1].old.upperBound
  }
}

extension Array {
  /// The first place whose element satisfies a condition that holds for all behind it, too.
  fileprivate func partitioningIndex(where condition: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
