import Glibc

/// Numbers for the last components of paths, equal for equal names.
struct FileNames {
  /// How often a name occurs.
  enum Occurrence {
    /// Once, in the change with this index.
    case only(Int)
    case several
  }

  /// By the index of a change; -1 for one that was not given.
  private var numbers: [Int]

  init() { numbers = [] }

  init(_ changes: TreeChanges, _ indices: [Int]) {
    var known: [Name: Int] = [:]
    known.reserveCapacity(indices.count)
    numbers = Array(repeating: -1, count: changes.changes.count)
    for index in indices {
      let path = changes.path(index)
      let start = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex
      let name = Name(bytes: path[start...])
      if let number = known[name] {
        numbers[index] = number
      } else {
        numbers[index] = known.count
        known[name] = known.count
      }
    }
  }

  /// The number of the name of a change; -1 for one that was not given.
  subscript(index: Int) -> Int { numbers.indices.contains(index) ? numbers[index] : -1 }

  /// Tells for each name whether it occurs once among some changes.
  func unique(among indices: [Int]) -> [Int: Occurrence] {
    var result: [Int: Occurrence] = [:]
    result.reserveCapacity(indices.count)
    for index in indices {
      let name = self[index]
      result[name] = result[name] == nil ? .only(index) : .several
    }
    return result
  }

  /// A name that is hashed and compared as a whole, not byte by byte.
  private struct Name: Hashable {
    let bytes: ArraySlice<UInt8>

    func hash(into hasher: inout Hasher) {
      bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    static func == (one: Name, two: Name) -> Bool {
      guard one.bytes.count == two.bytes.count else { return false }
      return one.bytes.withUnsafeBytes { left in
        two.bytes.withUnsafeBytes { right in
          guard let left = left.baseAddress, let right = right.baseAddress else { return true }
          return memcmp(left, right, one.bytes.count) == 0
        }
      }
    }
  }
}
