/// Pairs deleted and added files of the same content, as git does first.
struct ExactRenames {
  /// git looks at no more sources with the same content for one destination.
  private static let attempts = 100

  private struct Content: Hashable {
    var id: ObjectID
    /// 0 for files, whose modes may differ; else the mode, which must not.
    var mode: UInt32

    init(_ id: ObjectID, _ mode: FileMode) {
      self.id = id
      self.mode = mode.isRegular ? 0 : mode.rawValue
    }
  }

  private var first: [Content: Int32] = [:]
  private var next: [Int32]

  /// Sorts the sources by content.
  init(sources: [Int], of changes: [TreeChange]) {
    next = Array(repeating: -1, count: sources.count)
    first.reserveCapacity(sources.count)
    let order =
      Self.looksBackward(sources.count) ? Array(sources.indices) : sources.indices.reversed()
    for index in order {
      let change = changes[sources[index]]
      let content = Content(change.oldID, change.oldMode)
      next[index] = first[content] ?? -1
      first[content] = Int32(index)
    }
  }

  /// Takes the best source for a destination out: the first with the same file name among those tried, else the
  /// first. `nil` where none is left.
  mutating func takeSource(
    for change: TreeChange, hasSameName: (_ source: Int) -> Bool
  ) -> Int? {
    let content = Content(change.newID, change.newMode)
    guard let head = first[content], head >= 0 else { return nil }
    var attempt = 0
    var previous: Int32 = -1
    var index = head
    while index >= 0, attempt < Self.attempts {
      if hasSameName(Int(index)) {
        remove(index, after: previous, content)
        return Int(index)
      }
      previous = index
      index = next[Int(index)]
      attempt += 1
    }
    remove(head, after: -1, content)
    return Int(head)
  }

  private mutating func remove(_ index: Int32, after previous: Int32, _ content: Content) {
    if previous >= 0 {
      next[Int(previous)] = next[Int(index)]
    } else {
      first[content] = next[Int(index)]
    }
  }

  /// Whether git sees the sources of one content last to first.
  ///
  /// It sees them in their order, except where its hash table, sized for their number, rounds down and grows with the
  /// last of them after all: growing turns the order around. The smallest such number is 205.
  private static func looksBackward(_ count: Int) -> Bool {
    var size = 64
    while count * 100 / 80 > size { size *= 4 }
    return count > size * 80 / 100
  }
}
