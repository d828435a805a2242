import Glibc

/// Two texts without the whole lines that they share at their beginning and end.
struct TrimmedTexts {
  /// The lines that both start with.
  let head: UnsafeRawBufferPointer
  /// What is left of the old text.
  let old: UnsafeRawBufferPointer
  /// What is left of the new text.
  let new: UnsafeRawBufferPointer
  /// The lines that both end with.
  let tail: UnsafeRawBufferPointer

  init(old: UnsafeRawBufferPointer, new: UnsafeRawBufferPointer) {
    let shared = TextScan.commonPrefix(old, new)
    let start: Int
    if shared == old.count, shared == new.count {
      start = shared
    } else {
      start = Self.endOfLastLine(old, count: shared)
    }
    let limit = min(old.count, new.count) - start
    var end = TextScan.commonSuffix(old, new, limit: limit)
    if !Self.startsLine(old, old.count - end, start)
      || !Self.startsLine(new, new.count - end, start)
    {
      end = Self.afterFirstLine(old, count: end)
    }
    head = UnsafeRawBufferPointer(rebasing: old[..<start])
    self.old = UnsafeRawBufferPointer(rebasing: old[start..<(old.count - end)])
    self.new = UnsafeRawBufferPointer(rebasing: new[start..<(new.count - end)])
    tail = UnsafeRawBufferPointer(rebasing: old[(old.count - end)...])
  }

  private static func endOfLastLine(_ text: UnsafeRawBufferPointer, count: Int) -> Int {
    var position = count
    while position > 0, text[position - 1] != TextScan.newline { position -= 1 }
    return position
  }

  private static func startsLine(
    _ text: UnsafeRawBufferPointer, _ position: Int, _ start: Int
  ) -> Bool {
    position == start || text[position - 1] == TextScan.newline
  }

  /// How many of the last bytes are left after the first newline among them.
  private static func afterFirstLine(_ text: UnsafeRawBufferPointer, count: Int) -> Int {
    guard let base = text.baseAddress, count > 0,
      let newline = memchr(base + text.count - count, Int32(TextScan.newline), count)
    else { return 0 }
    return base + text.count - UnsafeRawPointer(newline) - 1
  }
}
