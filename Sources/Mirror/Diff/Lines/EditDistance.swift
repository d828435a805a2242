/// The shortest edit script's length, by Myers' greedy search from one end.
enum EditDistance {
  static func frontierCapacity(limit: Int) -> Int { 2 * limit + 3 }

  /// How many lines have to be added and removed to come from one sequence to the other; `nil` above the limit.
  static func between(
    _ old: UnsafeMutablePointer<Int32>, _ oldTotal: Int, _ new: UnsafeMutablePointer<Int32>,
    _ newTotal: Int, limit: Int, frontier: UnsafeMutablePointer<Int32>
  ) -> Int? {
    var start = 0
    let shorter = min(oldTotal, newTotal)
    while start < shorter, old[start] == new[start] { start += 1 }
    var end = 0
    while end < shorter - start, old[oldTotal - end - 1] == new[newTotal - end - 1] { end += 1 }
    let old = old + start
    let new = new + start
    let oldCount = oldTotal - start - end
    let newCount = newTotal - start - end
    if oldCount == 0 || newCount == 0 {
      let distance = oldCount + newCount
      return distance <= limit ? distance : nil
    }
    // reach[k] is the old line up to which diagonal k, old line minus new line, has come.
    let reach = frontier + (limit + 1)
    reach[1] = 0
    let goal = oldCount - newCount
    for distance in 0...limit {
      // Diagonals beyond the ends of either sequence lead nowhere.
      let low = distance <= newCount ? -distance : distance - 2 * newCount
      let high = distance <= oldCount ? distance : 2 * oldCount - distance
      if low > high { continue }
      var diagonal = low
      while diagonal <= high {
        var position: Int
        if diagonal == -distance
          || diagonal != distance && reach[diagonal &- 1] < reach[diagonal &+ 1]
        {
          position = Int(reach[diagonal &+ 1])
        } else {
          position = Int(reach[diagonal &- 1]) &+ 1
        }
        var other = position &- diagonal
        while position < oldCount, other < newCount, old[position] == new[other] {
          position &+= 1
          other &+= 1
        }
        reach[diagonal] = Int32(truncatingIfNeeded: position)
        if diagonal == goal, position >= oldCount { return distance }
        diagonal &+= 2
      }
    }
    return nil
  }
}
