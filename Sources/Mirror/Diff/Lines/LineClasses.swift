import Glibc

/// Gives equal lines the same number, so that lines are compared by number afterwards.
struct LineClasses: ~Copyable {
  /// One distinct line.
  struct Entry {
    let hash: UInt64
    let start: UnsafeRawPointer
    let length: Int32
    /// How often it stands in what is left of the old text, in that of the new one, and in what they share.
    var oldCount: Int32
    var newCount: Int32
    var sharedCount: Int32
  }

  /// The side that a line is counted for.
  enum Side {
    case old, new
  }

  private var entries = Scratch<Entry>()
  private var table = Scratch<Int32>()
  private var mask = 0
  private(set) var count = 0
  private let seed: UInt64

  init() {
    // A fixed seed would let a repository be built whose lines all collide. The counts do not depend on it.
    var generator = SystemRandomNumberGenerator()
    seed = generator.next() | 1
  }

  /// The entries, valid until the next ``reset(lineCount:)``.
  var all: UnsafeMutablePointer<Entry> { entries.pointer }

  /// Forgets all lines and makes room for a number of them.
  mutating func reset(lineCount: Int) {
    entries.reserve(lineCount)
    var size = 16
    while size < lineCount * 2 { size *= 2 }
    table.reserve(size)
    memset(table.pointer, 0xff, size * MemoryLayout<Int32>.stride)
    mask = size - 1
    count = 0
  }

  /// Gives memory back after an unusually large text.
  mutating func shrink(to lineLimit: Int) {
    entries.shrink(to: lineLimit)
    table.shrink(to: 4 * lineLimit)
  }

  /// Writes the number of each line of a text and counts it for a side.
  mutating func classify(
    _ text: UnsafeRawBufferPointer, as side: Side, into numbers: UnsafeMutablePointer<Int32>
  ) {
    guard let base = text.baseAddress else { return }
    var position = base
    let end = base + text.count
    var line = 0
    while position < end {
      let hash = hashLine(&position, end)
      let number = find(hash.value, hash.start, hash.length)
      let found: Int32
      if number >= 0 {
        found = number
      } else {
        found = Int32(count)
        insert(hash.value, hash.start, hash.length)
      }
      switch side {
      case .old: entries.pointer[Int(found)].oldCount += 1
      case .new: entries.pointer[Int(found)].newCount += 1
      }
      numbers[line] = found
      line += 1
    }
  }

  /// Counts the lines of a text that both sides have, as far as they are known already; returns the number of all.
  mutating func countShared(_ text: UnsafeRawBufferPointer) -> Int {
    guard let base = text.baseAddress else { return 0 }
    var position = base
    let end = base + text.count
    var lines = 0
    while position < end {
      let hash = hashLine(&position, end)
      let number = find(hash.value, hash.start, hash.length)
      if number >= 0 { entries.pointer[Int(number)].sharedCount += 1 }
      lines += 1
    }
    return lines
  }

  private struct HashedLine {
    let start: UnsafeRawPointer
    let length: Int32
    let value: UInt64
  }

  /// Hashes the line at a position, its newline included, and moves the position behind it.
  private func hashLine(
    _ position: inout UnsafeRawPointer, _ end: UnsafeRawPointer
  ) -> HashedLine {
    let start = position
    var state = seed
    while true {
      let left = end - position
      var word: UInt64
      if left >= 8 {
        word = UInt64(littleEndian: position.loadUnaligned(as: UInt64.self))
      } else {
        word = 0
        for index in 0..<left {
          word |=
            UInt64(position.load(fromByteOffset: index, as: UInt8.self)) << (8 * UInt64(index))
        }
      }
      let difference = word ^ 0x0a0a_0a0a_0a0a_0a0a
      let hit = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
      let taken: Int
      let isLast: Bool
      if hit != 0 {
        taken = hit.trailingZeroBitCount / 8 + 1
        isLast = true
      } else {
        taken = min(left, 8)
        isLast = left <= 8
      }
      if taken < 8 { word &= (1 << (8 * UInt64(taken))) - 1 }
      state = Self.mix(state ^ word)
      position += taken
      if isLast { break }
    }
    let length = position - start
    return HashedLine(
      start: start, length: Int32(truncatingIfNeeded: length),
      value: Self.mix(state ^ UInt64(length)))
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return product.high ^ product.low
  }

  private func find(_ hash: UInt64, _ start: UnsafeRawPointer, _ length: Int32) -> Int32 {
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let number = table.pointer[slot]
      if number < 0 { return -1 }
      let entry = entries.pointer + Int(number)
      if entry.pointee.hash == hash, entry.pointee.length == length,
        memcmp(entry.pointee.start, start, Int(length)) == 0
      {
        return number
      }
      slot = (slot + 1) & mask
    }
  }

  private mutating func insert(_ hash: UInt64, _ start: UnsafeRawPointer, _ length: Int32) {
    var slot = Int(truncatingIfNeeded: hash) & mask
    while table.pointer[slot] >= 0 { slot = (slot + 1) & mask }
    table.pointer[slot] = Int32(count)
    (entries.pointer + count).initialize(
      to: Entry(
        hash: hash, start: start, length: length, oldCount: 0, newCount: 0, sharedCount: 0))
    count += 1
  }
}
