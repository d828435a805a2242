/// The head of an object in a pack: gitformat-pack(5).
struct PackEntry {
  /// How an object is stored.
  enum Storage {
    case whole(ObjectKind)
    /// As a difference to the object at an offset of the same pack.
    case deltaAt(offset: Int)
    /// As a difference to an object with an id.
    case deltaTo(ObjectID)
  }

  /// The bytes of a pack before its first object.
  static let packHeaderCount = 12
  /// No head of an object has more bytes.
  static let longestHead = 32

  var storage: Storage
  /// The size of what is compressed, in bytes: the object, or the difference.
  var byteCount: Int
  /// Where the compressed bytes begin.
  var dataOffset: Int

  /// Decodes the head of the object at an offset of a pack; `nil` where it is damaged or cut short.
  ///
  /// - Parameters:
  ///   - pack: The bytes of the pack, or a part of it.
  ///   - start: Where the part begins in the pack, in bytes. All offsets count from the beginning of the pack.
  init?(in pack: UnsafeRawBufferPointer, at offset: Int, from start: Int = 0) {
    var position = offset - start
    guard offset >= Self.packHeaderCount, position >= 0, position < pack.count else { return nil }
    var byte = pack[position]
    position += 1
    let type = byte >> 4 & 7
    var size = Int(byte & 15)
    var shift = 4
    while byte & 0x80 != 0 {
      guard position < pack.count, shift < 56 else { return nil }
      byte = pack[position]
      position += 1
      size |= Int(byte & 0x7f) << shift
      shift += 7
    }
    switch type {
    case 1...4:
      guard let kind = ObjectKind(rawValue: type) else { return nil }
      storage = .whole(kind)
    case 6:
      guard position < pack.count else { return nil }
      byte = pack[position]
      position += 1
      var distance = Int(byte & 0x7f)
      while byte & 0x80 != 0 {
        guard position < pack.count, distance < 1 << 48 else { return nil }
        byte = pack[position]
        position += 1
        distance = (distance + 1) << 7 | Int(byte & 0x7f)
      }
      guard distance > 0, distance <= offset - Self.packHeaderCount else { return nil }
      storage = .deltaAt(offset: offset - distance)
    case 7:
      guard position + ObjectID.byteCount <= pack.count, let base = pack.baseAddress else {
        return nil
      }
      storage = .deltaTo(ObjectID(at: base + position))
      position += ObjectID.byteCount
    default: return nil
    }
    byteCount = size
    dataOffset = start + position
  }

  /// Encodes the head of an object that is stored whole.
  static func head(_ kind: ObjectKind, byteCount: Int) -> [UInt8] {
    var byte = kind.rawValue << 4 | UInt8(byteCount & 15)
    var rest = byteCount >> 4
    var bytes: [UInt8] = []
    while rest > 0 {
      bytes.append(byte | 0x80)
      byte = UInt8(rest & 0x7f)
      rest >>= 7
    }
    return bytes + [byte]
  }
}
