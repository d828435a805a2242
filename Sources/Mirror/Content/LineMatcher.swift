/// Finds which lines two texts share, by git's algorithm (Myers with its shortcuts).
///
/// Keeps memory from one pair to the next, and stays on one thread.
public final class LineMatcher {
  private var lines = NumberedLines()
  private var oldPlaces = Scratch<Int32>()
  private var newPlaces = Scratch<Int32>()

  /// Makes a matcher without any memory yet.
  public init() {}

  /// Lists what differs between two texts, in order.
  ///
  /// - Returns: One hunk over all lines that are left after a common beginning and end where these are more than
  ///   ``DiffLimits/comparedLines``.
  public func hunks(old: Span<UInt8>, new: Span<UInt8>) -> [LineHunk] {
    old.withUnsafeBytes { old in new.withUnsafeBytes { new in hunks(old, new) } }
  }

  private func hunks(
    _ old: UnsafeRawBufferPointer, _ new: UnsafeRawBufferPointer
  ) -> [LineHunk] {
    let texts = TrimmedTexts(old: old, new: new)
    let head = TextScan.lineCount(texts.head)
    let oldCount = TextScan.lineCount(texts.old)
    let newCount = TextScan.lineCount(texts.new)
    if oldCount == 0 && newCount == 0 { return [] }
    guard oldCount > 0, newCount > 0, oldCount + newCount <= DiffLimits.comparedLines else {
      return [LineHunk(old: head..<(head + oldCount), new: head..<(head + newCount))]
    }
    defer { shrink() }
    lines.number(texts, oldCount: oldCount, newCount: newCount)
    var oldChanged = [Bool](repeating: true, count: oldCount)
    var newChanged = [Bool](repeating: true, count: newCount)
    markCommon(&oldChanged, &newChanged)
    return Self.hunks(oldChanged, newChanged, head: head)
  }

  private func markCommon(_ oldChanged: inout [Bool], _ newChanged: inout [Bool]) {
    let (oldCount, newCount) = (oldChanged.count, newChanged.count)
    oldPlaces.reserve(oldCount)
    newPlaces.reserve(newCount)
    let entries = lines.classes.all
    let (old, new) = (lines.old, lines.new)
    var oldKeptCount = 0
    for index in 0..<oldCount where entries[Int(old[index])].newCount != 0 {
      lines.keptOld[oldKeptCount] = old[index]
      oldPlaces.pointer[oldKeptCount] = Int32(truncatingIfNeeded: index)
      oldKeptCount += 1
    }
    var newKeptCount = 0
    for index in 0..<newCount where entries[Int(new[index])].oldCount != 0 {
      lines.keptNew[newKeptCount] = new[index]
      newPlaces.pointer[newKeptCount] = Int32(truncatingIfNeeded: index)
      newKeptCount += 1
    }
    guard oldKeptCount > 0, newKeptCount > 0 else { return }
    var oldGone = [Bool](repeating: false, count: oldKeptCount)
    var newGone = [Bool](repeating: false, count: newKeptCount)
    lines.search(oldKeptCount, newKeptCount).search { old, new in
      for index in old { oldGone[index] = true }
      for index in new { newGone[index] = true }
    }
    for index in 0..<oldKeptCount where !oldGone[index] {
      oldChanged[Int(oldPlaces.pointer[index])] = false
    }
    for index in 0..<newKeptCount where !newGone[index] {
      newChanged[Int(newPlaces.pointer[index])] = false
    }
  }

  private static func hunks(
    _ oldChanged: [Bool], _ newChanged: [Bool], head: Int
  ) -> [LineHunk] {
    var hunks: [LineHunk] = []
    var (old, new) = (0, 0)
    while old < oldChanged.count || new < newChanged.count {
      let (oldStart, newStart) = (old, new)
      while old < oldChanged.count, oldChanged[old] { old += 1 }
      while new < newChanged.count, newChanged[new] { new += 1 }
      if old > oldStart || new > newStart {
        hunks.append(
          LineHunk(
            old: (head + oldStart)..<(head + old), new: (head + newStart)..<(head + new)))
      }
      while old < oldChanged.count, new < newChanged.count, !oldChanged[old], !newChanged[new] {
        old += 1
        new += 1
      }
    }
    return hunks
  }

  private func shrink() {
    lines.shrink()
    oldPlaces.shrink(to: NumberedLines.mostKept)
    newPlaces.shrink(to: NumberedLines.mostKept)
  }
}
