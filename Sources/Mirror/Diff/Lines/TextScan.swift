import Glibc

/// Questions about the bytes of a text.
enum TextScan {
  /// git looks for a NUL in this many bytes to tell binary from text.
  static let binaryProbeCount = 8000

  /// Whether git takes the content for binary: a NUL among its first 8000 bytes.
  static func isBinary(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return false }
    return memchr(base, 0, min(bytes.count, binaryProbeCount)) != nil
  }

  /// Counts the lines of a text; a last line without its newline counts too.
  static func lineCount(_ text: UnsafeRawBufferPointer) -> Int {
    guard let last = text.last else { return 0 }
    return newlineCount(text) + (last == newline ? 0 : 1)
  }

  static let newline = UInt8(ascii: "\n")

  private static func newlineCount(_ text: UnsafeRawBufferPointer) -> Int {
    guard let base = text.baseAddress else { return 0 }
    let lowBits: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
    var total = 0
    var position = 0
    while position + 8 <= text.count {
      // Eight counters of a byte each, added up before any can overflow.
      let words = min((text.count - position) / 8, 255)
      var counters: UInt64 = 0
      for word in 0..<words {
        let bytes = (base + (position + 8 * word)).loadUnaligned(as: UInt64.self)
        let difference = bytes ^ 0x0a0a_0a0a_0a0a_0a0a
        // The high bit of each byte that is no newline.
        let others = (difference & lowBits &+ lowBits) | difference
        counters &+= ~(others | lowBits) >> 7
      }
      let pairs = (counters & 0x00ff_00ff_00ff_00ff) &+ (counters >> 8 & 0x00ff_00ff_00ff_00ff)
      total += Int((pairs &* 0x0001_0001_0001_0001) >> 48)
      position += 8 * words
    }
    while position < text.count {
      if text[position] == newline { total += 1 }
      position += 1
    }
    return total
  }

  /// How many bytes two texts share at their beginning.
  static func commonPrefix(_ one: UnsafeRawBufferPointer, _ two: UnsafeRawBufferPointer) -> Int {
    let limit = min(one.count, two.count)
    guard let first = one.baseAddress, let second = two.baseAddress else { return 0 }
    var position = 0
    while position + 64 <= limit {
      let left = (first + position).loadUnaligned(as: SIMD8<UInt64>.self)
      let right = (second + position).loadUnaligned(as: SIMD8<UInt64>.self)
      if left != right { break }
      position += 64
    }
    while position + 8 <= limit {
      let difference =
        (first + position).loadUnaligned(as: UInt64.self)
        ^ (second + position).loadUnaligned(as: UInt64.self)
      if difference != 0 { return position + difference.trailingZeroBitCount / 8 }
      position += 8
    }
    while position < limit, one[position] == two[position] { position += 1 }
    return position
  }

  /// How many bytes two texts share at their end, looking at no more than a limit.
  static func commonSuffix(
    _ one: UnsafeRawBufferPointer, _ two: UnsafeRawBufferPointer, limit: Int
  ) -> Int {
    guard let first = one.baseAddress, let second = two.baseAddress else { return 0 }
    let firstEnd = first + one.count
    let secondEnd = second + two.count
    var length = 0
    while length + 64 <= limit {
      let left = (firstEnd - length - 64).loadUnaligned(as: SIMD8<UInt64>.self)
      let right = (secondEnd - length - 64).loadUnaligned(as: SIMD8<UInt64>.self)
      if left != right { break }
      length += 64
    }
    while length + 8 <= limit {
      let difference =
        (firstEnd - length - 8).loadUnaligned(as: UInt64.self)
        ^ (secondEnd - length - 8).loadUnaligned(as: UInt64.self)
      if difference != 0 { return length + difference.leadingZeroBitCount / 8 }
      length += 8
    }
    while length < limit, one[one.count - length - 1] == two[two.count - length - 1] {
      length += 1
    }
    return length
  }
}
