/// Gives the blobs of one comparison, and remembers their sizes.
final class BlobSource {
  private let reader: ObjectReader
  private var sizes: [ObjectID: Int] = [:]

  init(_ reader: ObjectReader) { self.reader = reader }

  /// The size of a blob in bytes, without loading it.
  func byteCount(of id: ObjectID, at path: ArraySlice<UInt8>) throws(DiffError) -> Int {
    if let size = sizes[id] { return size }
    guard let header = try reader.header(of: id) else {
      throw .missingObject(id, expected: .blob, path: Array(path))
    }
    guard header.kind == .blob else {
      throw .unexpectedKind(id, expected: .blob, found: header.kind, path: Array(path))
    }
    if sizes.count >= 1 << 16 { sizes.removeAll(keepingCapacity: true) }
    sizes[id] = header.byteCount
    return header.byteCount
  }

  /// The content of a blob; `nil` for one above git's limit of big files, which is not loaded.
  func content(of id: ObjectID, at path: ArraySlice<UInt8>) throws(DiffError) -> ObjectBytes? {
    switch try reader.read(id, limit: DiffLimits.bigFileBytes) {
    case .missing: throw .missingObject(id, expected: .blob, path: Array(path))
    case .oversized: return nil
    case .object(let object):
      guard object.kind == .blob else {
        throw .unexpectedKind(id, expected: .blob, found: object.kind, path: Array(path))
      }
      return object
    }
  }
}
