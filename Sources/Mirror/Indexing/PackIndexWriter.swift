import Crypto

/// Writes the index of a pack, version 2: gitformat-pack(5).
enum PackIndexWriter {
  /// Offsets from here on stand in a table of their own.
  private static let firstLargeOffset = 1 << 31

  /// Makes the index.
  ///
  /// - Parameter trailer: The checksum of the pack.
  static func index(of objects: [PackedObject], trailer: ObjectID) -> [UInt8] {
    let order = objects.indices.sorted {
      let (left, right) = (objects[$0].id, objects[$1].id)
      return left.leadingWord == right.leadingWord
        ? left < right : left.leadingWord < right.leadingWord
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + 256 * 4 + objects.count * 28 + 40)
    func append(_ word: some FixedWidthInteger) {
      withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
    }
    append(UInt32(0xff74_4f63))
    append(UInt32(2))
    var position = 0
    for bucket in 0..<UInt64(256) {
      while position < order.count, objects[order[position]].id.leadingWord >> 56 <= bucket {
        position += 1
      }
      append(UInt32(position))
    }
    for object in order { objects[object].id.append(to: &bytes) }
    for object in order { append(objects[object].checksum) }
    var large: [Int] = []
    for object in order {
      let offset = objects[object].offset
      if offset < firstLargeOffset {
        append(UInt32(offset))
      } else {
        append(UInt32(firstLargeOffset | large.count))
        large.append(offset)
      }
    }
    for offset in large { append(UInt64(offset)) }
    trailer.append(to: &bytes)
    ObjectID(Insecure.SHA1.hash(data: bytes)).append(to: &bytes)
    return bytes
  }
}
