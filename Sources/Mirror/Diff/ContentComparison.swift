import Synchronization

/// Compares the contents of files and remembers the results.
final class ContentComparison {
  /// What a comparison gives.
  enum Result {
    case binary
    case uncounted
    case text(LineCount)
  }

  /// Blobs of more bytes are loaded by one thread at a time.
  private static let sharedByteCount = 8 << 20
  private static let largeComparisons = Mutex(())

  private let blobs: BlobSource
  private let recollection: Recollection?
  private let counter = LineCounter()
  private let memo = CountMemo()
  /// How many comparisons of contents were made, and not remembered.
  private(set) var count = 0

  init(_ blobs: BlobSource, recollection: Recollection?) {
    self.blobs = blobs
    self.recollection = recollection
  }

  /// Compares the two sides of a file.
  func compare(
    _ change: TreeChange, path: ArraySlice<UInt8>, oldPath: ArraySlice<UInt8>
  ) throws(DiffError) -> Result {
    let key = CountMemo.Key(change)
    if let known = memo[key] { return known }
    let pair = recollection == nil ? nil : change.contentPair
    if let pair, let difference = recollection?[pair]?.difference {
      let result = Result(difference)
      memo[key] = result
      return result
    }
    count += 1
    // Loading stops at a limit that fits for all threads at once, and starts again for larger blobs.
    var result = try compare(
      sides(change, path, oldPath, limit: Self.sharedByteCount), limit: Self.sharedByteCount)
    if result == nil {
      result = try alone { () throws(DiffError) in
        try compare(
          sides(change, path, oldPath, limit: DiffLimits.comparedBytes),
          limit: DiffLimits.comparedBytes)
      }
    }
    memo[key] = result
    if let pair, let difference = result?.difference {
      recollection?.note(pair, difference: difference)
    }
    return result ?? .uncounted
  }

  private func alone<Value>(_ body: () throws(DiffError) -> Value) throws(DiffError) -> Value {
    blobs.removeAll()
    return try Self.largeComparisons.withLock { _ throws(DiffError) in try body() }
  }

  private struct Sides {
    var old: Side
    var new: Side
    var isSame: Bool
  }

  private enum Side {
    /// There is no file.
    case none
    case bytes(ObjectBytes)
    case oversized(ObjectID, byteCount: Int)
  }

  private func sides(
    _ change: TreeChange, _ path: ArraySlice<UInt8>, _ oldPath: ArraySlice<UInt8>, limit: Int
  ) throws(DiffError) -> Sides {
    // The newer content comes first: packs keep it whole and the older one as a difference to it.
    let new = try side(change.newMode, change.newID, path, limit)
    let old = try side(change.oldMode, change.oldID, oldPath, limit)
    return Sides(old: old, new: new, isSame: change.oldID == change.newID)
  }

  /// What git compares: the bytes of a blob, or a line that names a submodule's commit.
  private func side(
    _ mode: FileMode, _ id: ObjectID, _ path: ArraySlice<UInt8>, _ limit: Int
  ) throws(DiffError) -> Side {
    if mode.isNone { return .none }
    if mode.isSubmodule {
      let line = Array("Subproject commit \(id)\n".utf8)
      guard let bytes = ObjectBytes.copy(of: line, kind: .blob) else {
        throw .outOfMemory(byteCount: line.count)
      }
      return .bytes(bytes)
    }
    switch try blobs.content(of: id, at: path, limit: limit) {
    case .bytes(let bytes): return .bytes(bytes)
    case .oversized(let byteCount): return .oversized(id, byteCount: byteCount)
    }
  }

  /// Compares two sides; `nil` where one has to be loaded with a larger limit first.
  private func compare(_ sides: Sides, limit: Int) -> Result? {
    for side in [sides.old, sides.new] {
      switch side {
      case .none: break
      case .bytes(let object): if TextScan.isBinary(object.bytes) { return .binary }
      case .oversized(_, let byteCount):
        if byteCount > DiffLimits.bigFileBytes { return .binary }
        if byteCount <= DiffLimits.comparedBytes, byteCount > limit { return nil }
      }
    }
    switch (sides.old, sides.new) {
    case (.bytes(let old), .bytes(let new)):
      if sides.isSame { return .text(LineCount(additions: 0, deletions: 0)) }
      return withExtendedLifetime((old, new)) {
        .text(counter.count(old: old.bytes, new: new.bytes))
      }
    default:
      return compareTotals(sides)
    }
  }

  /// Counts all lines of both sides.
  private func compareTotals(_ sides: Sides) -> Result {
    let old = total(sides.old)
    let new = total(sides.new)
    for case .binary? in [old, new] { return .binary }
    guard case .lines(let deletions)? = old, case .lines(let additions)? = new else {
      return .uncounted
    }
    var count = LineCount(additions: additions, deletions: deletions)
    if case .none = sides.old { return .text(count) }
    if case .none = sides.new { return .text(count) }
    if sides.isSame { return .text(LineCount(additions: 0, deletions: 0)) }
    count.isCompared = false
    return .text(count)
  }

  private enum Total {
    case binary
    case lines(Int)
  }

  /// The lines of a side; `nil` where they can only be counted by loading it.
  private func total(_ side: Side) -> Total? {
    switch side {
    case .none: return .lines(0)
    case .bytes(let object):
      return withExtendedLifetime(object) { .lines(TextScan.lineCount(object.bytes)) }
    case .oversized(let id, _):
      var lines = 0
      var endsInNewline = true
      var isBinary: Bool?
      let isWhole = blobs.stream(id) { piece in
        isBinary = isBinary ?? TextScan.isBinary(piece)
        guard isBinary == false, let last = piece.last else { return }
        // A piece that does not end in a newline counts a line too many, unless it is the last one.
        lines += TextScan.lineCount(piece) - (endsInNewline ? 0 : 1)
        endsInNewline = last == TextScan.newline
      }
      if isBinary == true { return .binary }
      return isWhole ? .lines(lines) : nil
    }
  }
}

extension ContentComparison.Result {
  init(_ difference: ContentFacts.Difference) {
    switch difference {
    case .binary: self = .binary
    case .lines(let additions, let deletions, let isReversible):
      self = .text(
        LineCount(additions: additions, deletions: deletions, isReversible: isReversible))
    }
  }

  /// What is worth to be remembered: nothing that depends on how a blob is stored or on our limits.
  var difference: ContentFacts.Difference? {
    switch self {
    case .binary: return .binary
    case .uncounted: return nil
    case .text(let count):
      guard count.isCompared else { return nil }
      return .lines(
        additions: count.additions, deletions: count.deletions, isReversible: count.isReversible)
    }
  }
}
