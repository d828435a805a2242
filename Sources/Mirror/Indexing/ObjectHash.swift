import Crypto

/// Computes the id of an object: the SHA-1 of its kind, its size and its content.
///
/// Without the detection of made collisions that git's own hash has, which takes three times as long: whoever can choose
/// what a server sends needs no collision, and GitLab's git refuses one that is pushed.
struct ObjectHash {
  private var hash = Insecure.SHA1()

  /// Begins with an object's kind and its size in bytes.
  init(_ kind: ObjectKind, byteCount: Int) {
    let name: StaticString =
      switch kind {
      case .commit: "commit "
      case .tree: "tree "
      case .blob: "blob "
      case .tag: "tag "
      }
    hash.update(
      bufferPointer: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    // 20 digits and a zero at the end.
    withUnsafeTemporaryAllocation(byteCount: 21, alignment: 1) { digits in
      var position = 20
      digits[20] = 0
      var left = byteCount
      repeat {
        position -= 1
        digits[position] = UInt8(ascii: "0") + UInt8(left % 10)
        left /= 10
      } while left > 0
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: digits[position...]))
    }
  }

  /// Takes the next bytes of the content.
  mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

  /// The id, once all bytes were given.
  func id() -> ObjectID { ObjectID(hash.finalize()) }

  /// The id of an object that is whole in memory.
  static func id(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) -> ObjectID {
    var hash = ObjectHash(kind, byteCount: bytes.count)
    hash.update(bytes)
    return hash.id()
  }
}

extension ObjectID {
  /// Takes over a digest.
  init(_ digest: Insecure.SHA1Digest) {
    self = digest.withUnsafeBytes { bytes in
      bytes.baseAddress.map { ObjectID(at: $0) } ?? .emptyTree
    }
  }
}
