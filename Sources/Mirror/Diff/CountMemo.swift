/// Remembers the line counts of pairs of contents, in a table of fixed size where newer pairs replace older ones.
final class CountMemo {
  /// What is compared. A side without a file has no kind; a submodule's commit is no blob.
  struct Key: Equatable {
    private var old: ObjectID
    private var new: ObjectID
    private var kinds: UInt8

    init(_ change: TreeChange) {
      old = change.oldID
      new = change.newID
      kinds = Self.kind(change.oldMode) << 2 | Self.kind(change.newMode)
    }

    private static func kind(_ mode: FileMode) -> UInt8 {
      mode.isNone ? 0 : mode.isSubmodule ? 1 : 2
    }

    fileprivate var slot: Int {
      let mixed = old.leadingWord &* 31 ^ new.leadingWord ^ UInt64(kinds)
      return Int(truncatingIfNeeded: mixed) & (CountMemo.slotCount - 1)
    }
  }

  struct Result {
    /// `nil` for a binary file.
    var count: LineCount?
  }

  private struct Entry {
    var key: Key
    var additions: Int32
    /// Below zero for a binary file.
    var deletions: Int32
  }

  fileprivate static let slotCount = 1 << 15
  private var entries: [Entry?] = Array(repeating: nil, count: slotCount)

  subscript(key: Key) -> Result? {
    get {
      guard let entry = entries[key.slot], entry.key == key else { return nil }
      if entry.deletions < 0 { return Result(count: nil) }
      return Result(
        count: LineCount(additions: Int(entry.additions), deletions: Int(entry.deletions)))
    }
    set {
      guard let newValue else { return }
      entries[key.slot] = Entry(
        key: key, additions: Int32(truncatingIfNeeded: newValue.count?.additions ?? 0),
        deletions: Int32(truncatingIfNeeded: newValue.count?.deletions ?? -1))
    }
  }
}
