import Glibc

/// The difference that turns one object into another: copies from the base and new bytes.
struct Delta {
  private let instructions: UnsafeRawBufferPointer
  private let baseCount: Int
  /// The size of the object that it makes, in bytes.
  let resultCount: Int

  /// Reads the head of a difference; `nil` where it is damaged.
  init?(_ bytes: UnsafeRawBufferPointer) {
    var position = 0
    guard let base = Self.size(bytes, &position), let result = Self.size(bytes, &position) else {
      return nil
    }
    baseCount = base
    resultCount = result
    instructions = UnsafeRawBufferPointer(rebasing: bytes[position...])
  }

  private static func size(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
    var value = 0
    var shift = 0
    while position < bytes.count, shift < 56 {
      let byte = bytes[position]
      position += 1
      value |= Int(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    return nil
  }

  /// Writes the object.
  ///
  /// - Parameter output: Memory for ``resultCount`` bytes.
  /// - Returns: Whether the difference fits the base and fills the output exactly.
  func apply(to base: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer) -> Bool {
    guard base.count == baseCount else { return false }
    guard let source = instructions.baseAddress else { return resultCount == 0 }
    let end = instructions.count
    var position = 0
    var written = 0
    while position < end {
      let code = instructions[position]
      position += 1
      if code & 0x80 != 0 {
        guard position + (code & 0x7f).nonzeroBitCount <= end else { return false }
        var offset = 0
        var count = 0
        for bit in 0..<4 where code & (1 << UInt8(bit)) != 0 {
          offset |= Int(instructions[position]) << (8 * bit)
          position += 1
        }
        for bit in 0..<3 where code & (16 << UInt8(bit)) != 0 {
          count |= Int(instructions[position]) << (8 * bit)
          position += 1
        }
        if count == 0 { count = 0x10000 }
        guard offset + count <= base.count, written + count <= resultCount,
          let baseAddress = base.baseAddress
        else { return false }
        memcpy(output + written, baseAddress + offset, count)
        written += count
      } else {
        let count = Int(code)
        guard count > 0, position + count <= end, written + count <= resultCount else {
          return false
        }
        memcpy(output + written, source + position, count)
        position += count
        written += count
      }
    }
    return written == resultCount
  }
}
