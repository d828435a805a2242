/// Myers' search from both ends with the shortcuts that git takes where it becomes costly.
///
/// A box of the edit graph is split at a point that the best path goes through, or that git takes for good enough, and
/// both halves are searched in turn. Every choice that decides which point is taken follows git: order of diagonals,
/// limits and ties. Halves wait on a stack of our own, as their nesting has no useful bound.
struct GitSearch {
  private struct Box {
    var oldStart: Int
    var oldEnd: Int
    var newStart: Int
    var newEnd: Int
    var needsOptimum: Bool
  }

  private struct Split {
    var old: Int
    var new: Int
    var firstNeedsOptimum: Bool
    var secondNeedsOptimum: Bool
  }

  /// The fewest steps after which shortcuts are taken.
  private static let shortcutCost = 256
  /// A run of common lines longer than this makes a path interesting.
  private static let longRun = 20
  /// How much farther than its cost a path must have come to be interesting.
  private static let interestFactor = 4

  private let old: UnsafeMutablePointer<Int32>
  private let new: UnsafeMutablePointer<Int32>
  private let oldCount: Int
  private let newCount: Int
  /// For each diagonal (old line minus new line) the old line reached, from the beginning and from the end.
  private let forward: UnsafeMutablePointer<Int32>
  private let backward: UnsafeMutablePointer<Int32>
  private let costLimit: Int

  static func frontierCapacity(_ oldCount: Int, _ newCount: Int) -> Int {
    2 * (oldCount + newCount + 3) + 2
  }

  init(
    old: UnsafeMutablePointer<Int32>, _ oldCount: Int, new: UnsafeMutablePointer<Int32>,
    _ newCount: Int, frontier: UnsafeMutablePointer<Int32>
  ) {
    self.old = old
    self.new = new
    self.oldCount = oldCount
    self.newCount = newCount
    let diagonals = oldCount + newCount + 3
    forward = frontier + (newCount + 1)
    backward = forward + diagonals
    costLimit = max(MatchMark.roughSquareRoot(diagonals), Self.shortcutCost)
  }

  /// How many lines the search finds common, and whether that is the optimum for sure.
  func commonLines() -> (count: Int, isOptimal: Bool) {
    var removed = 0
    let isOptimal = search { old, _ in removed += old.count }
    return (oldCount - removed, isOptimal)
  }

  /// Finds the lines that are not common: calls back with runs of old and of new lines, one of them empty.
  ///
  /// - Returns: Whether no shortcut was taken.
  @discardableResult
  func search(_ differing: (_ old: Range<Int>, _ new: Range<Int>) -> Void) -> Bool {
    var isOptimal = true
    var boxes = [
      Box(
        oldStart: 0, oldEnd: oldCount, newStart: 0, newEnd: newCount, needsOptimum: false)
    ]
    while var box = boxes.popLast() {
      shrink(&box)
      if box.oldStart == box.oldEnd || box.newStart == box.newEnd {
        differing(box.oldStart..<box.oldEnd, box.newStart..<box.newEnd)
        continue
      }
      let split = split(box)
      if !split.firstNeedsOptimum || !split.secondNeedsOptimum { isOptimal = false }
      boxes.append(
        Box(
          oldStart: split.old, oldEnd: box.oldEnd, newStart: split.new, newEnd: box.newEnd,
          needsOptimum: split.secondNeedsOptimum))
      boxes.append(
        Box(
          oldStart: box.oldStart, oldEnd: split.old, newStart: box.newStart, newEnd: split.new,
          needsOptimum: split.firstNeedsOptimum))
    }
    return isOptimal
  }

  private func shrink(_ box: inout Box) {
    while box.oldStart < box.oldEnd, box.newStart < box.newEnd,
      old[box.oldStart] == new[box.newStart]
    {
      box.oldStart += 1
      box.newStart += 1
    }
    while box.oldStart < box.oldEnd, box.newStart < box.newEnd,
      old[box.oldEnd - 1] == new[box.newEnd - 1]
    {
      box.oldEnd -= 1
      box.newEnd -= 1
    }
  }

  /// The diagonals that one direction has reached.
  private struct Band {
    let middle: Int
    var low: Int
    var high: Int

    init(_ middle: Int) { (self.middle, low, high) = (middle, middle, middle) }

    /// Widens the band by one at either end, or narrows it where the box ends, and puts a wall beyond a new end.
    mutating func grow(
      _ reach: UnsafeMutablePointer<Int32>, within limits: ClosedRange<Int>, wall: Int32
    ) {
      if low > limits.lowerBound {
        low -= 1
        reach[low - 1] = wall
      } else {
        low += 1
      }
      if high < limits.upperBound {
        high += 1
        reach[high + 1] = wall
      } else {
        high -= 1
      }
    }

    func contains(_ diagonal: Int) -> Bool { low <= diagonal && diagonal <= high }
  }

  private func split(_ box: Box) -> Split {
    let limits = (box.oldStart - box.newEnd)...(box.oldEnd - box.newStart)
    var front = Band(box.oldStart - box.newStart)
    var back = Band(box.oldEnd - box.newEnd)
    let meetsForward = (front.middle - back.middle) & 1 != 0
    forward[front.middle] = Int32(truncatingIfNeeded: box.oldStart)
    backward[back.middle] = Int32(truncatingIfNeeded: box.oldEnd)
    var cost = 0
    while true {
      cost += 1
      front.grow(forward, within: limits, wall: -1)
      let ahead = advance(box, front, meeting: meetsForward ? back : nil)
      if let split = ahead.split { return split }
      back.grow(backward, within: limits, wall: .max)
      let behind = retreat(box, back, meeting: meetsForward ? nil : front)
      if let split = behind.split { return split }

      if box.needsOptimum { continue }
      if ahead.foundRun || behind.foundRun, cost > Self.shortcutCost {
        if let split = interestingForward(box, front, cost)
          ?? interestingBackward(box, back, cost)
        {
          return split
        }
      }
      if cost >= costLimit { return farthest(box, front, back) }
    }
  }

  /// What one step on all diagonals found: a long run of common lines, and the point where both directions meet.
  private struct Step {
    var foundRun = false
    var split: Split?
  }

  /// Takes one step from the beginning on each diagonal.
  ///
  /// Indices stay within the box and its walls, so that their arithmetic cannot overflow.
  private func advance(_ box: Box, _ front: Band, meeting back: Band?) -> Step {
    let (old, new, forward, backward) = (old, new, forward, backward)
    let (oldEnd, newEnd) = (box.oldEnd, box.newEnd)
    var longest = 0
    var diagonal = front.high
    while diagonal >= front.low {
      let (before, after) = (forward[diagonal &- 1], forward[diagonal &+ 1])
      var line = before >= after ? Int(before) &+ 1 : Int(after)
      let start = line
      var other = line &- diagonal
      while line < oldEnd, other < newEnd, old[line] == new[other] {
        line &+= 1
        other &+= 1
      }
      longest = max(longest, line &- start)
      forward[diagonal] = Int32(truncatingIfNeeded: line)
      if let back, back.contains(diagonal), Int(backward[diagonal]) <= line {
        return Step(
          split: Split(
            old: line, new: other, firstNeedsOptimum: true, secondNeedsOptimum: true))
      }
      diagonal &-= 2
    }
    return Step(foundRun: longest > Self.longRun)
  }

  /// Takes one step from the end on each diagonal.
  private func retreat(_ box: Box, _ back: Band, meeting front: Band?) -> Step {
    let (old, new, forward, backward) = (old, new, forward, backward)
    let (oldStart, newStart) = (box.oldStart, box.newStart)
    var longest = 0
    var diagonal = back.high
    while diagonal >= back.low {
      let (before, after) = (backward[diagonal &- 1], backward[diagonal &+ 1])
      var line = before < after ? Int(before) : Int(after) &- 1
      let start = line
      var other = line &- diagonal
      while line > oldStart, other > newStart, old[line &- 1] == new[other &- 1] {
        line &-= 1
        other &-= 1
      }
      longest = max(longest, start &- line)
      backward[diagonal] = Int32(truncatingIfNeeded: line)
      if let front, front.contains(diagonal), line <= Int(forward[diagonal]) {
        return Step(
          split: Split(
            old: line, new: other, firstNeedsOptimum: true, secondNeedsOptimum: true))
      }
      diagonal &-= 2
    }
    return Step(foundRun: longest > Self.longRun)
  }

  /// The path from the beginning that came farthest for its cost and ends in a long run of common lines.
  private func interestingForward(_ box: Box, _ front: Band, _ cost: Int) -> Split? {
    var best = 0
    var found: Split?
    var diagonal = front.high
    while diagonal >= front.low {
      let line = Int(forward[diagonal])
      let other = line - diagonal
      let gain =
        (line - box.oldStart) + (other - box.newStart) - abs(diagonal - front.middle)
      if gain > Self.interestFactor * cost, gain > best,
        box.oldStart + Self.longRun <= line, line < box.oldEnd,
        box.newStart + Self.longRun <= other, other < box.newEnd,
        (1...Self.longRun).allSatisfy({ old[line - $0] == new[other - $0] })
      {
        best = gain
        found = Split(
          old: line, new: other, firstNeedsOptimum: true, secondNeedsOptimum: false)
      }
      diagonal -= 2
    }
    return found
  }

  /// The same for the paths from the end.
  private func interestingBackward(_ box: Box, _ back: Band, _ cost: Int) -> Split? {
    var best = 0
    var found: Split?
    var diagonal = back.high
    while diagonal >= back.low {
      let line = Int(backward[diagonal])
      let other = line - diagonal
      let gain = (box.oldEnd - line) + (box.newEnd - other) - abs(diagonal - back.middle)
      if gain > Self.interestFactor * cost, gain > best,
        box.oldStart < line, line <= box.oldEnd - Self.longRun,
        box.newStart < other, other <= box.newEnd - Self.longRun,
        (0..<Self.longRun).allSatisfy({ old[line + $0] == new[other + $0] })
      {
        best = gain
        found = Split(
          old: line, new: other, firstNeedsOptimum: false, secondNeedsOptimum: true)
      }
      diagonal -= 2
    }
    return found
  }

  /// The point that came farthest from its end of the box, when the search has cost enough.
  private func farthest(_ box: Box, _ front: Band, _ back: Band) -> Split {
    var (frontSum, frontLine) = (-1, -1)
    var diagonal = front.high
    while diagonal >= front.low {
      var line = min(Int(forward[diagonal]), box.oldEnd)
      var other = line - diagonal
      if other > box.newEnd { (line, other) = (box.newEnd + diagonal, box.newEnd) }
      if frontSum < line + other { (frontSum, frontLine) = (line + other, line) }
      diagonal -= 2
    }
    var (backSum, backLine) = (Int.max, Int.max)
    diagonal = back.high
    while diagonal >= back.low {
      var line = max(Int(backward[diagonal]), box.oldStart)
      var other = line - diagonal
      if other < box.newStart { (line, other) = (box.newStart + diagonal, box.newStart) }
      if line + other < backSum { (backSum, backLine) = (line + other, line) }
      diagonal -= 2
    }
    if (box.oldEnd + box.newEnd) - backSum < frontSum - (box.oldStart + box.newStart) {
      return Split(
        old: frontLine, new: frontSum - frontLine, firstNeedsOptimum: true,
        secondNeedsOptimum: false)
    }
    return Split(
      old: backLine, new: backSum - backLine, firstNeedsOptimum: false, secondNeedsOptimum: true)
  }
}
