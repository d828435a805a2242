import Glibc

/// Reads objects out of packs on one thread: follows differences to their bases, and keeps what it made on the way.
final class PackReader {
  /// What the caller does where a pack does not serve: ask libgit2.
  enum Outcome {
    case object(ObjectBytes)
    case oversized(byteCount: Int)
    /// The pack does not have it whole: it is damaged, or the difference is to an object elsewhere.
    case unreadable
  }

  /// git makes no longer chains of differences.
  private static let longestChain = 4096
  /// Objects kept take no more memory than this, in bytes, unless told otherwise.
  static let keptByteCount = 16 << 20
  /// An object is not made by way of one larger than this, in bytes.
  private static let largestBase = 64 << 20
  /// After reading about as many bytes of packs their memory is given back; each read costs some pages besides.
  private static let mappedByteCount = 16 << 20
  private static let mappedPerRead = 16 << 10
  /// Before an object of more bytes is read, memory that is not needed any more is given back.
  private static let largeByteCount = 4 << 20

  private let inflater = Inflater()
  private let cache: ObjectCache
  private var deltaMemory = Scratch<UInt8>()
  private var mapped = 0

  private struct Step {
    var entry: PackEntry
    var key: ObjectCache.Key
  }

  private var chain: [Step] = []

  /// Makes a reader that keeps objects of so many bytes together.
  init(keptByteCount: Int = PackReader.keptByteCount) {
    cache = ObjectCache(limit: keptByteCount)
  }

  /// Forgets the objects kept.
  func removeAll() { cache.removeAll() }

  /// Reads the object at an offset of a pack, unless it has more bytes than a limit or one it is made of is very large.
  func read(_ pack: Pack, at offset: Int, limit: Int) -> Outcome {
    chain.removeAll(keepingCapacity: true)
    var position = offset
    var made: ObjectBytes?
    while made == nil {
      let key = ObjectCache.Key(pack: pack.number, offset: position)
      made = cache[key]
      if made != nil { break }
      guard let entry = pack.entry(at: position), chain.count < Self.longestChain else {
        return .unreadable
      }
      guard entry.byteCount <= (chain.isEmpty ? limit : Self.largestBase) else {
        return .oversized(byteCount: byteCount(pack, at: offset) ?? entry.byteCount)
      }
      switch entry.storage {
      case .whole(let kind):
        guard let object = whole(pack, entry, kind) else { return .unreadable }
        cache.insert(object, for: key)
        made = object
      case .deltaAt(let base):
        chain.append(Step(entry: entry, key: key))
        position = base
      case .deltaTo(let id):
        guard let base = pack.index.offset(of: id) else { return .unreadable }
        chain.append(Step(entry: entry, key: key))
        position = base
      }
    }
    while let object = made, let step = chain.popLast() {
      guard let delta = delta(pack, step.entry) else { return .unreadable }
      guard delta.resultCount <= (chain.isEmpty ? limit : Self.largestBase) else {
        return .oversized(byteCount: byteCount(pack, at: offset) ?? delta.resultCount)
      }
      made = result(of: delta, on: object)
      if let made { cache.insert(made, for: step.key) }
    }
    guard let made else { return .unreadable }
    return made.count <= limit ? .object(made) : .oversized(byteCount: made.count)
  }

  /// The size of the object at an offset of a pack, in bytes; `nil` where the pack cannot tell.
  func byteCount(_ pack: Pack, at offset: Int) -> Int? {
    if let known = cache[ObjectCache.Key(pack: pack.number, offset: offset)] {
      return known.count
    }
    guard let entry = pack.entry(at: offset) else { return nil }
    if case .whole = entry.storage { return entry.byteCount }
    guard entry.byteCount <= Self.largestBase else { return nil }
    return delta(pack, entry)?.resultCount
  }

  /// Decompresses an object that is stored whole piece by piece.
  ///
  /// - Returns: Whether all of it was given. An object stored as a difference is not.
  func stream(
    _ pack: Pack, at offset: Int, _ body: (UnsafeRawBufferPointer) -> Void
  ) -> Bool {
    guard let entry = pack.entry(at: offset), case .whole(.blob) = entry.storage else {
      return false
    }
    let input = pack.data(from: entry.dataOffset)
    return StreamInflater.inflate(input, byteCount: entry.byteCount) { piece, consumed in
      noteMapped(consumed, of: pack)
      body(piece)
    }
  }

  private func noteMapped(_ byteCount: Int, of pack: Pack) {
    mapped += byteCount
    if mapped > Self.mappedByteCount { release(pack) }
  }

  private func release(_ pack: Pack) {
    mapped = 0
    pack.releasePages()
  }

  private func whole(_ pack: Pack, _ entry: PackEntry, _ kind: ObjectKind) -> ObjectBytes? {
    guard let memory = malloc(max(entry.byteCount, 1)) else { return nil }
    let output = UnsafeMutableRawBufferPointer(start: memory, count: entry.byteCount)
    guard inflate(pack, entry, into: output) else {
      free(memory)
      return nil
    }
    return ObjectBytes(kind: kind, adopting: memory, count: entry.byteCount)
  }

  /// Decompresses a difference; it is valid until the next one.
  private func delta(_ pack: Pack, _ entry: PackEntry) -> Delta? {
    deltaMemory.shrink(to: 4 << 20)
    deltaMemory.reserve(entry.byteCount)
    let output = UnsafeMutableRawBufferPointer(
      start: deltaMemory.pointer, count: entry.byteCount)
    guard inflate(pack, entry, into: output) else { return nil }
    return Delta(UnsafeRawBufferPointer(output))
  }

  private func inflate(
    _ pack: Pack, _ entry: PackEntry, into output: UnsafeMutableRawBufferPointer
  ) -> Bool {
    if entry.byteCount > Self.largeByteCount {
      release(pack)
      Heap.trim()
    }
    let consumed = inflater.inflate(pack.data(from: entry.dataOffset), into: output)
    noteMapped((consumed ?? 0) + Self.mappedPerRead, of: pack)
    return consumed != nil
  }

  private func result(of delta: Delta, on base: ObjectBytes) -> ObjectBytes? {
    guard let memory = malloc(max(delta.resultCount, 1)) else { return nil }
    guard delta.apply(to: base.bytes, into: memory) else {
      free(memory)
      return nil
    }
    return ObjectBytes(kind: base.kind, adopting: memory, count: delta.resultCount)
  }
}
