/// The id of a git object: 20 bytes of SHA-1, stored inline.
public struct ObjectID: Hashable, Sendable, Comparable, BitwiseCopyable, CustomStringConvertible {
  // Three machine words instead of an array: ids are the keys of every hot table.
  private let high: UInt64
  private let middle: UInt64
  private let low: UInt32

  /// The number of bytes of an id.
  public static let byteCount = 20

  /// The id of the tree without entries, which every repository has without storing it.
  public static let emptyTree = ObjectID(
    high: 0x4b82_5dc6_42cb_6eb9, middle: 0xa060_e54b_f8d6_9288, low: 0xfbee_4904)

  /// The id of the blob without content.
  public static let emptyBlob = ObjectID(
    high: 0xe69d_e29b_b2d1_d643, middle: 0x4b8b_29ae_775a_d8c2, low: 0xe48c_5391)

  private init(high: UInt64, middle: UInt64, low: UInt32) {
    self.high = high
    self.middle = middle
    self.low = low
  }

  /// Makes an id from its 20 bytes; `nil` for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var words: (UInt64, UInt64, UInt32) = (0, 0, 0)
    for (index, byte) in bytes.enumerated() {
      switch index {
      case 0..<8: words.0 = words.0 << 8 | UInt64(byte)
      case 8..<16: words.1 = words.1 << 8 | UInt64(byte)
      default: words.2 = words.2 << 8 | UInt32(byte)
      }
    }
    self.init(high: words.0, middle: words.1, low: words.2)
  }

  /// Reads 20 bytes at an address, which need not be aligned.
  init(at address: UnsafeRawPointer) {
    self.init(
      high: UInt64(bigEndian: address.loadUnaligned(as: UInt64.self)),
      middle: UInt64(bigEndian: address.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
      low: UInt32(bigEndian: address.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
  }

  /// The first eight bytes as a number: ids are hashes, so this serves as the hash of a table of our own.
  var leadingWord: UInt64 { high }

  /// Makes an id from its 40 hexadecimal digits; `nil` for anything else.
  public init?(hex: some StringProtocol) {
    self.init(hexBytes: Array(hex.utf8))
  }

  /// Makes an id from 40 hexadecimal digits in ASCII; `nil` for anything else.
  public init?(hexBytes: some Collection<UInt8>) {
    guard hexBytes.count == 2 * Self.byteCount else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    var pending: UInt8?
    for digit in hexBytes {
      guard let value = Self.value(ofHexDigit: digit) else { return nil }
      if let first = pending {
        bytes.append(first << 4 | value)
        pending = nil
      } else {
        pending = value
      }
    }
    self.init(bytes: bytes)
  }

  private static func value(ofHexDigit digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
  }

  /// Adds the 20 bytes to others.
  func append(to bytes: inout [UInt8]) {
    withUnsafeBytes(of: (high.bigEndian, middle.bigEndian)) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: low.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// The 20 bytes.
  public var bytes: [UInt8] {
    withUnsafeBytes(of: (high.bigEndian, middle.bigEndian)) { Array($0) }
      + withUnsafeBytes(of: low.bigEndian) { Array($0) }
  }

  /// The 40 hexadecimal digits, lower case.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Orders ids as their bytes are ordered.
  public static func < (left: ObjectID, right: ObjectID) -> Bool {
    (left.high, left.middle, left.low) < (right.high, right.middle, right.low)
  }
}
