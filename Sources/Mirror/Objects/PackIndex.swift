import Glibc

/// The index of a pack, version 2: ids in order and where their objects lie.
struct PackIndex: Sendable {
  private static let headerCount = 8
  private static let fanoutCount = 256 * 4
  private static let trailerCount = 2 * ObjectID.byteCount

  private let file: MappedFile
  /// The number of objects.
  let count: Int

  /// Maps an index; `nil` where it is not a whole index of version 2.
  init?(path: String) {
    guard let file = MappedFile(path: path) else { return nil }
    let bytes = file.bytes
    let fixed = Self.headerCount + Self.fanoutCount + Self.trailerCount
    guard bytes.count >= fixed, Self.word(bytes, at: 0) == 0xff74_4f63,
      Self.word(bytes, at: 4) == 2
    else { return nil }
    var previous: UInt32 = 0
    for bucket in 0..<256 {
      let total = Self.word(bytes, at: Self.headerCount + 4 * bucket)
      guard total >= previous else { return nil }
      previous = total
    }
    count = Int(previous)
    let tables = bytes.count - fixed - count * (ObjectID.byteCount + 8)
    guard tables >= 0, tables % 8 == 0, tables / 8 <= count else { return nil }
    self.file = file
  }

  /// The checksum of the pack that the index belongs to.
  var packChecksum: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      rebasing: file.bytes.suffix(Self.trailerCount).prefix(ObjectID.byteCount))
  }

  /// Where the object lies in the pack, in bytes; `nil` where the pack does not have it.
  func offset(of id: ObjectID) -> Int? {
    guard let base = file.bytes.baseAddress else { return nil }
    let bucket = Int(id.leadingWord >> 56)
    var low =
      bucket == 0 ? 0 : Int(Self.word(file.bytes, at: Self.headerCount + 4 * (bucket - 1)))
    var high = Int(Self.word(file.bytes, at: Self.headerCount + 4 * bucket))
    let ids = base + Self.headerCount + Self.fanoutCount
    while low < high {
      let middle = (low + high) / 2
      let address = ids + ObjectID.byteCount * middle
      let leading = UInt64(bigEndian: address.loadUnaligned(as: UInt64.self))
      if leading < id.leadingWord {
        low = middle + 1
      } else if leading > id.leadingWord {
        high = middle
      } else {
        let found = ObjectID(at: address)
        if found == id { return offset(at: middle) }
        if found < id { low = middle + 1 } else { high = middle }
      }
    }
    return nil
  }

  /// The ids of all objects, in their order.
  var ids: [ObjectID] {
    guard let base = file.bytes.baseAddress else { return [] }
    let first = base + Self.headerCount + Self.fanoutCount
    return (0..<count).map { ObjectID(at: first + ObjectID.byteCount * $0) }
  }

  private func offset(at position: Int) -> Int? {
    let offsets = Self.headerCount + Self.fanoutCount + count * (ObjectID.byteCount + 4)
    let short = Self.word(file.bytes, at: offsets + 4 * position)
    guard short & 0x8000_0000 != 0 else { return Int(short) }
    let large = offsets + 4 * count + 8 * Int(short & 0x7fff_ffff)
    guard large + 8 <= file.bytes.count - Self.trailerCount else { return nil }
    let high = UInt64(Self.word(file.bytes, at: large))
    return Int(exactly: high << 32 | UInt64(Self.word(file.bytes, at: large + 4)))
  }

  private static func word(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
    UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }
}
