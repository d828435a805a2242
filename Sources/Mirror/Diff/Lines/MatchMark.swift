/// How often a line occurs in the other text, and what git makes of it before it searches.
///
/// Lines without a match are left out of the search. So are lines with very many matches, where they stand among lines
/// without any: matched by chance, they would tear a rewritten block apart.
enum MatchMark: UInt8, BitwiseCopyable {
  case none, some, many

  /// The farthest that git looks around a line.
  private static let window = 100

  /// From how many matches on git takes a line for one that matches by chance, in a text of a number of lines: about
  /// the square root, and no more than 1024.
  static func limit(lineCount: Int) -> Int { min(roughSquareRoot(lineCount), 1024) }

  /// git's square root: a power of two, doubled for each two bits of the number.
  static func roughSquareRoot(_ number: Int) -> Int {
    let bits = Int.bitWidth - number.leadingZeroBitCount
    return 1 << ((bits + 1) / 2)
  }

  /// Writes the lines that take part in the search and returns their number.
  static func keep(
    _ marks: UnsafeMutablePointer<MatchMark>, _ numbers: UnsafeMutablePointer<Int32>, count: Int,
    into kept: UnsafeMutablePointer<Int32>
  ) -> Int {
    var keptCount = 0
    for index in 0..<count {
      let isKept =
        switch marks[index] {
        case .none: false
        case .some: true
        case .many: !isLeftOut(marks, count: count, at: index)
        }
      if isKept {
        kept[keptCount] = numbers[index]
        keptCount += 1
      }
    }
    return keptCount
  }

  /// Whether a line of many matches is left out: lines without a match must stand on both sides of it in an unbroken
  /// run of lines that have none or many, and be more than three in four of that run.
  private static func isLeftOut(
    _ marks: UnsafeMutablePointer<MatchMark>, count: Int, at index: Int
  ) -> Bool {
    // The line itself counts once for each direction.
    var unmatched = 0
    var many = 2
    var position = index - 1
    let first = max(0, index - window)
    while position >= first, marks[position] != .some {
      if marks[position] == .none { unmatched += 1 } else { many += 1 }
      position -= 1
    }
    guard unmatched > 0 else { return false }
    let before = unmatched
    position = index + 1
    let last = min(count - 1, index + window)
    while position <= last, marks[position] != .some {
      if marks[position] == .none { unmatched += 1 } else { many += 1 }
      position += 1
    }
    guard unmatched > before else { return false }
    return many * 4 < many + unmatched
  }
}
