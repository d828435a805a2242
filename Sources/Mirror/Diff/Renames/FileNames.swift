/// Numbers for the last components of paths, equal for equal names.
struct FileNames {
  /// How often a name occurs.
  enum Occurrence {
    /// Once, in the change with this index.
    case only(Int)
    case several
  }

  private var numbers: [Int: Int] = [:]

  init() {}

  init(_ changes: TreeChanges, _ indices: [Int]) {
    var known: [ArraySlice<UInt8>: Int] = [:]
    numbers.reserveCapacity(indices.count)
    for index in indices {
      let path = changes.path(index)
      let start = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex
      let name = path[start...]
      if let number = known[name] {
        numbers[index] = number
      } else {
        numbers[index] = known.count
        known[name] = known.count
      }
    }
  }

  /// The number of the name of a change; -1 for one that was not given.
  subscript(index: Int) -> Int { numbers[index] ?? -1 }

  /// Tells for each name whether it occurs once among some changes.
  func unique(among indices: [Int]) -> [Int: Occurrence] {
    var result: [Int: Occurrence] = [:]
    for index in indices {
      let name = self[index]
      result[name] = result[name] == nil ? .only(index) : .several
    }
    return result
  }
}
