/// Gives the blobs of comparisons, and remembers their sizes.
final class BlobSource {
  /// A blob as far as it is loaded.
  enum Content {
    case bytes(ObjectBytes)
    case oversized(byteCount: Int)
  }

  private let reader: ObjectReader
  private var sizes: [ObjectID: Int] = [:]

  init(_ reader: ObjectReader) { self.reader = reader }

  /// The size of a blob in bytes, without loading it.
  func byteCount(of id: ObjectID, at path: ArraySlice<UInt8>) throws(DiffError) -> Int {
    if let size = sizes[id] { return size }
    guard let byteCount = try reader.byteCount(of: id) else {
      throw .missingObject(id, expected: .blob, path: Array(path))
    }
    if sizes.count >= 1 << 16 { sizes.removeAll(keepingCapacity: true) }
    sizes[id] = byteCount
    return byteCount
  }

  /// The content of a blob, unless it has more bytes than a limit.
  func content(
    of id: ObjectID, at path: ArraySlice<UInt8>, limit: Int
  ) throws(DiffError) -> Content {
    switch try reader.read(id, limit: limit) {
    case .missing: throw .missingObject(id, expected: .blob, path: Array(path))
    case .oversized(let byteCount): return .oversized(byteCount: byteCount)
    case .object(let object):
      guard object.kind == .blob else {
        throw .unexpectedKind(id, expected: .blob, found: object.kind, path: Array(path))
      }
      return .bytes(object)
    }
  }

  /// Gives a blob piece by piece; see ``ObjectReader/stream(_:_:)``.
  func stream(_ id: ObjectID, _ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
    reader.stream(id, body)
  }

  /// Gives back the memory of objects kept for later.
  func removeAll() { reader.removeAll() }
}
