import Glibc

/// One pack with its index, mapped into memory.
final class Pack: Sendable {
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
    guard bytes.count >= PackEntry.packHeaderCount + ObjectID.byteCount, word(0) == 0x5041_434b,
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

  /// The whole file.
  var bytes: UnsafeRawBufferPointer { file.bytes }

  /// The size of the pack in bytes.
  var byteCount: Int { file.bytes.count }

  private var end: Int { file.bytes.count - ObjectID.byteCount }

  /// Decodes the head of the object at an offset; `nil` where it is damaged.
  func entry(at offset: Int) -> PackEntry? {
    PackEntry(in: UnsafeRawBufferPointer(rebasing: file.bytes[..<end]), at: offset)
  }
}
