/// The best sources found for one destination, in git's order.
///
/// git keeps four and replaces the worst by anything better, at the same place. Of equal pairs the one at the earlier
/// place wins later, so the places matter.
struct RenameCandidates {
  struct Candidate {
    var source: Int32
    var similarity: UInt16
    var hasSameName: Bool

    /// Whether it is to be preferred to another one, and not only as good.
    func isBetter(than other: Candidate) -> Bool {
      if similarity != other.similarity { return similarity > other.similarity }
      return hasSameName && !other.hasSameName
    }
  }

  private static let capacity = 4
  private(set) var all: [Candidate] = []

  mutating func offer(_ candidate: Candidate) {
    guard all.count == Self.capacity else {
      all.append(candidate)
      return
    }
    var worst = 0
    for index in 1..<Self.capacity where all[worst].isBetter(than: all[index]) { worst = index }
    if candidate.isBetter(than: all[worst]) { all[worst] = candidate }
  }
}
