/// Writes gzip files by hand, for tests of what expands.
enum Gzip {
  /// A gzip file of zero bytes, by deflate's fixed codes: one literal, then copies of 258 bytes at
  /// distance 1.
  static func zeros(count: Int) -> [UInt8] {
    var bits = Bits()
    bits.append(1, count: 1)
    bits.append(1, count: 2)
    bits.append(0b0000_1100, count: 8)  // the literal 0, its code 00110000 from the top bit
    var rest = count - 1
    while rest >= 258 {
      bits.append(0b1010_0011, count: 8)  // length 258: the code 11000101 from the top bit
      bits.append(0, count: 5)  // distance 1
      rest -= 258
    }
    for _ in 0..<rest { bits.append(0b0000_1100, count: 8) }
    bits.append(0, count: 7)
    let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    return header + bits.bytes + littleEndian(crcOfZeros(count)) + littleEndian(UInt32(count))
  }

  private struct Bits {
    private(set) var bytes: [UInt8] = []
    private var used = 8

    mutating func append(_ value: Int, count: Int) {
      for bit in 0..<count {
        if used == 8 {
          bytes.append(0)
          used = 0
        }
        bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << used
        used += 1
      }
    }
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private static func crcOfZeros(_ count: Int) -> UInt32 {
    let table = (0..<256 as Range<UInt32>).map { index in
      (0..<8).reduce(index) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    var crc = UInt32.max
    table.withUnsafeBufferPointer { table in
      for _ in 0..<count { crc = table[Int(crc & 0xff)] ^ crc >> 8 }
    }
    return ~crc
  }
}
