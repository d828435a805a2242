import Glibc

/// One pack with its index, mapped into memory.
final class Pack: Sendable {
  /// How an object is stored.
  enum Storage {
    case whole(ObjectKind)
    /// As a difference to the object at an offset of the same pack.
    case deltaAt(offset: Int)
    /// As a difference to an object with an id.
    case deltaTo(ObjectID)
  }

  /// The head of an object in the pack.
  struct Entry {
    var storage: Storage
    /// The size of what is compressed, in bytes: the object, or the difference.
    var byteCount: Int
    /// Where the compressed bytes begin.
    var dataOffset: Int
  }

  private static let headerCount = 12

  /// The name, as "pack-<checksum>".
  let name: String
  /// A number that no other pack has had in the same reader.
  let number: Int
  let index: PackIndex
  private let file: MappedFile

  /// Maps a pack; `nil` where pack and index are damaged, do not belong together or are of an unknown version.
  init?(directory: String, name: String, number: Int) {
    guard let index = PackIndex(path: "\(directory)/\(name).idx"),
      let file = MappedFile(path: "\(directory)/\(name).pack")
    else { return nil }
    let bytes = file.bytes
    let word = { (offset: Int) in
      UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    guard bytes.count >= Self.headerCount + ObjectID.byteCount, word(0) == 0x5041_434b,
      word(4) == 2 || word(4) == 3, Int(word(8)) == index.count,
      bytes.suffix(ObjectID.byteCount).elementsEqual(index.packChecksum)
    else { return nil }
    self.name = name
    self.number = number
    self.index = index
    self.file = file
  }

  /// The compressed bytes from an offset on; they end somewhere before the end of the pack.
  func data(from offset: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[offset..<end])
  }

  /// Lets the system take back the memory of the parts read so far.
  func releasePages() { file.releasePages() }

  /// The size of the pack in bytes.
  var byteCount: Int { file.bytes.count }

  private var end: Int { file.bytes.count - ObjectID.byteCount }

  /// Decodes the head of the object at an offset; `nil` where it is damaged.
  func entry(at offset: Int) -> Entry? {
    guard offset >= Self.headerCount, offset < end else { return nil }
    let bytes = file.bytes
    var position = offset
    var byte = bytes[position]
    position += 1
    let type = byte >> 4 & 7
    var size = Int(byte & 15)
    var shift = 4
    while byte & 0x80 != 0 {
      guard position < end, shift < 56 else { return nil }
      byte = bytes[position]
      position += 1
      size |= Int(byte & 0x7f) << shift
      shift += 7
    }
    switch type {
    case 1...4:
      guard let kind = ObjectKind(rawValue: type) else { return nil }
      return Entry(storage: .whole(kind), byteCount: size, dataOffset: position)
    case 6:
      guard position < end else { return nil }
      byte = bytes[position]
      position += 1
      var distance = Int(byte & 0x7f)
      while byte & 0x80 != 0 {
        guard position < end, distance < 1 << 48 else { return nil }
        byte = bytes[position]
        position += 1
        distance = (distance + 1) << 7 | Int(byte & 0x7f)
      }
      guard distance > 0, distance <= offset - Self.headerCount else { return nil }
      return Entry(
        storage: .deltaAt(offset: offset - distance), byteCount: size, dataOffset: position)
    case 7:
      guard position + ObjectID.byteCount <= end, let base = bytes.baseAddress else { return nil }
      return Entry(
        storage: .deltaTo(ObjectID(at: base + position)), byteCount: size,
        dataOffset: position + ObjectID.byteCount)
    default: return nil
    }
  }
}
