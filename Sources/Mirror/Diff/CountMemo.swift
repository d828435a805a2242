import Glibc

/// Remembers the comparisons of pairs of contents, in a table of fixed size where newer pairs replace older ones.
final class CountMemo {
  /// What is compared. A side without a file has no kind; a submodule's commit is no blob.
  struct Key: Equatable, BitwiseCopyable {
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

  private struct Entry: BitwiseCopyable {
    var key: Key
    var outcome: Outcome
    var additions: Int32
    var deletions: Int32
  }

  /// Zero is an empty slot, as fresh memory is.
  private enum Outcome: UInt8, BitwiseCopyable {
    case empty, binary, uncounted, compared, totals
  }

  fileprivate static let slotCount = 1 << 15
  /// `nil` where memory ran out. Zeroed by the system, which gives pages as they are used.
  private let entries = calloc(slotCount, MemoryLayout<Entry>.stride)?
    .bindMemory(to: Entry.self, capacity: slotCount)

  deinit { free(entries) }

  subscript(key: Key) -> ContentComparison.Result? {
    get {
      guard let entry = entries?[key.slot], entry.outcome != .empty, entry.key == key else {
        return nil
      }
      switch entry.outcome {
      case .empty: return nil
      case .binary: return .binary
      case .uncounted: return .uncounted
      case .compared, .totals:
        return .text(
          LineCount(
            additions: Int(entry.additions), deletions: Int(entry.deletions),
            isCompared: entry.outcome == .compared))
      }
    }
    set {
      guard let newValue else { return }
      var entry = Entry(key: key, outcome: .compared, additions: 0, deletions: 0)
      switch newValue {
      case .binary: entry.outcome = .binary
      case .uncounted: entry.outcome = .uncounted
      case .text(let count):
        entry.outcome = count.isCompared ? .compared : .totals
        entry.additions = Int32(truncatingIfNeeded: count.additions)
        entry.deletions = Int32(truncatingIfNeeded: count.deletions)
      }
      entries?[key.slot] = entry
    }
  }
}
