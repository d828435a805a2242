import CLibdeflate
import Crypto

/// Finds the objects of a pack while its bytes come, and the ids of those that are stored whole: gitformat-pack(5).
///
/// Memory holds about one megabyte of the pack, and some 40 bytes for each object.
struct PackParser: ~Copyable {
  /// A difference to an object that is known by its id.
  struct Reference {
    /// The position of the difference among the objects.
    var object: Int32
    var base: ObjectID
  }

  private enum Stage {
    case head
    case object
    case largeObject(PackEntry, LargeObject)
    case trailer
    case end
  }

  /// An object that is not decompressed at once.
  private final class LargeObject {
    let inflater = IncrementalInflater()
    var hash: ObjectHash?
    var produced = 0
    var checksum: UInt32 = 0
  }

  /// An object of no more bytes is decompressed in one go once all its bytes are there.
  private static let directByteCount = 1 << 20
  private static let signature: UInt32 = 0x5041_434b

  /// The number of objects found.
  private(set) var foundObjects = 0
  /// How many of them are stored whole.
  private(set) var wholeObjects = 0
  /// The number of objects that the head of the pack tells; 0 until it has come.
  private(set) var totalObjects = 0
  /// Where the trailer begins, which is what all objects take; final once ``isComplete``.
  private(set) var offset = 0
  /// The pack's own checksum, once it is complete.
  private(set) var trailer: ObjectID?

  private let operation: String
  private var objects: [PackedObject] = []
  private var references: [Reference] = []
  private let inflater = Inflater()
  private var output = Scratch<UInt8>()
  private var window = ByteWindow()
  private var hash = Insecure.SHA1()
  private var stage = Stage.head

  /// - Parameter operation: What errors say was tried.
  init(operation: String) { self.operation = operation }

  /// Whether the pack came to its end and its checksum is right.
  var isComplete: Bool { trailer != nil }

  /// Takes the next bytes.
  mutating func append(_ bytes: [UInt8]) throws(GitError) {
    bytes.withUnsafeBytes { window.append($0) }
    try parse(isLast: false)
  }

  /// Looks at what is left when no more bytes come.
  mutating func finish() throws(GitError) { try parse(isLast: true) }

  /// Hands over the objects found, in the order of the pack, and the differences among them to objects known by id.
  mutating func takeObjects() -> (objects: [PackedObject], references: [Reference]) {
    defer { (objects, references) = ([], []) }
    return (objects, references)
  }

  private mutating func parse(isLast: Bool) throws(GitError) {
    while try step(window.bytes, isLast: isLast) {}
  }

  /// - Returns: Whether there may be more to do with the bytes that are there.
  private mutating func step(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool
  ) throws(GitError) -> Bool {
    switch stage {
    case .head:
      guard bytes.count >= PackEntry.packHeaderCount else { return false }
      let words = (0..<3).map {
        UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
      guard words[0] == Self.signature, words[1] == 2 || words[1] == 3 else {
        throw damaged("it does not begin as a pack does")
      }
      guard words[2] <= Int32.max else { throw damaged("it says it has \(words[2]) objects") }
      totalObjects = Int(words[2])
      take(PackEntry.packHeaderCount)
      stage = totalObjects == 0 ? .trailer : .object
      return true
    case .object: return try object(bytes, isLast: isLast)
    case .largeObject(let entry, let object): return try goOn(entry, object, bytes)
    case .trailer:
      guard bytes.count >= ObjectID.byteCount, let address = bytes.baseAddress else { return false }
      let found = ObjectID(at: address)
      guard found == ObjectID(hash.finalize()) else { throw damaged("its checksum is wrong") }
      trailer = found
      window.drop(ObjectID.byteCount)
      stage = .end
      return true
    case .end:
      guard bytes.isEmpty else { throw damaged("something follows its end") }
      return false
    }
  }

  private mutating func object(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool
  ) throws(GitError) -> Bool {
    guard let entry = PackEntry(in: bytes, at: offset, from: offset) else {
      guard bytes.count < PackEntry.longestHead else {
        throw damaged("the head of the object at \(offset) is damaged")
      }
      return false
    }
    let headCount = entry.dataOffset - offset
    if entry.byteCount <= Self.directByteCount {
      // More than zlib makes of anything.
      let most = headCount + entry.byteCount + entry.byteCount >> 6 + 64
      guard bytes.count >= most || isLast else { return false }
      output.reserve(max(entry.byteCount, 1))
      let content = UnsafeMutableRawBufferPointer(start: output.pointer, count: entry.byteCount)
      let input = UnsafeRawBufferPointer(rebasing: bytes[headCount...])
      if let count = inflater.inflate(input, into: content) {
        let stored = UnsafeRawBufferPointer(rebasing: bytes[..<(headCount + count)])
        let checksum = libdeflate_crc32(0, stored.baseAddress, stored.count)
        var id: ObjectID?
        if case .whole(let kind) = entry.storage {
          id = ObjectHash.id(kind, UnsafeRawBufferPointer(content))
        }
        try note(entry, at: offset, id: id, checksum: checksum)
        take(stored.count)
        return true
      }
      // It may have been made by something that takes more room than zlib; if it is damaged, that shows below.
    }
    let object = LargeObject()
    if case .whole(let kind) = entry.storage {
      object.hash = ObjectHash(kind, byteCount: entry.byteCount)
    }
    object.checksum = libdeflate_crc32(0, bytes.baseAddress, headCount)
    startOfObject = offset
    take(headCount)
    stage = .largeObject(entry, object)
    return true
  }

  private var startOfObject = 0

  private mutating func goOn(
    _ entry: PackEntry, _ object: LargeObject, _ bytes: UnsafeRawBufferPointer
  ) throws(GitError) -> Bool {
    guard !bytes.isEmpty else { return false }
    let result = object.inflater.inflate(bytes) { piece in
      object.produced += piece.count
      object.hash?.update(piece)
    }
    guard let (consumed, isWhole) = result, object.produced <= entry.byteCount,
      !isWhole || object.produced == entry.byteCount
    else { throw damaged("the object at \(startOfObject) is damaged") }
    object.checksum = libdeflate_crc32(object.checksum, bytes.baseAddress, consumed)
    take(consumed)
    guard isWhole else { return false }
    try note(entry, at: startOfObject, id: object.hash?.id(), checksum: object.checksum)
    return true
  }

  private mutating func note(
    _ entry: PackEntry, at offset: Int, id: ObjectID?, checksum: UInt32
  ) throws(GitError) {
    var object = PackedObject(offset: offset, checksum: checksum)
    switch entry.storage {
    case .whole(let kind):
      object.kind = kind
      wholeObjects += 1
      if let id { object.id = id }
    case .deltaAt(let base):
      guard let position = position(at: base) else {
        throw damaged("the object at \(offset) is a difference to none")
      }
      object.base = position
    case .deltaTo(let base):
      references.append(Reference(object: Int32(objects.count), base: base))
    }
    objects.append(object)
    foundObjects += 1
    stage = objects.count == totalObjects ? .trailer : .object
  }

  private func position(at offset: Int) -> Int32? {
    var low = 0
    var high = objects.count
    while low < high {
      let middle = (low + high) / 2
      if objects[middle].offset < offset { low = middle + 1 } else { high = middle }
    }
    return low < objects.count && objects[low].offset == offset ? Int32(low) : nil
  }

  /// Takes bytes of the window that belong to the pack before its trailer.
  private mutating func take(_ count: Int) {
    hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: window.bytes[..<count]))
    window.drop(count)
    offset += count
  }

  private func damaged(_ message: String) -> GitError { .damaged(operation, message) }
}
