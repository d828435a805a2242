import CLibgit2

/// Reads objects of one repository, on one thread: from its packs, and through libgit2 whatever these do not serve, as
/// loose objects, those of alternates, and damaged packs.
final class ObjectReader {
  /// What a read of an object with a size limit found.
  enum Outcome {
    case object(ObjectBytes)
    /// It has more bytes than asked for and was not loaded.
    case oversized(byteCount: Int)
    case missing
  }

  private static let leastKeptByteCount = 1 << 20

  private let fallback: LateRepository
  private var packs: PackSet
  private var packOrder: [Pack]
  private let packReader: PackReader

  /// Makes a reader over an open repository and its packs, as far as known.
  convenience init(_ repository: Repository, packs: PackSet) {
    self.init(LateRepository(repository), packs: packs)
  }

  /// Makes a reader that opens the repository only for what its packs do not serve.
  ///
  /// - Parameter keptByteCount: The most memory for objects kept from one read to the next; a small repository, which
  ///   has fewer to keep, takes a quarter of its packs' size.
  init(
    _ fallback: LateRepository, packs: PackSet, keptByteCount: Int = PackReader.keptByteCount
  ) {
    self.fallback = fallback
    self.packs = packs
    packOrder = packs.packs
    packReader = PackReader(
      keptByteCount: min(keptByteCount, max(packs.byteCount / 4, Self.leastKeptByteCount)))
  }

  /// Reads an object, unless it is larger than a limit in bytes.
  func read(_ id: ObjectID, limit: Int) throws(DiffError) -> Outcome {
    if let (pack, offset) = locate(id) {
      switch packReader.read(pack, at: offset, limit: limit) {
      case .object(let object): return .object(object)
      case .oversized(let byteCount): return .oversized(byteCount: byteCount)
      case .unreadable: break
      }
    }
    guard let header = try header(of: id) else { return .missing }
    guard header.byteCount <= limit else { return .oversized(byteCount: header.byteCount) }
    let database = try fallback.open().objectDatabase
    var oid = id.oid
    var handle: OpaquePointer?
    do throws(GitError) {
      try check(git_odb_read(&handle, database, &oid), "read object \(id)")
    } catch {
      throw .corruptObject(id, reason: error.description)
    }
    guard let handle else { return .missing }
    return .object(ObjectBytes(kind: header.kind, adopting: handle))
  }

  /// Reads a blob of any size piece by piece, in pieces of 64 KiB but for the last.
  ///
  /// - Returns: Whether all of it was given; `false` where it is stored as a difference.
  func stream(_ id: ObjectID, _ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
    guard let (pack, offset) = locate(id) else { return streamLoose(id, body) }
    return packReader.stream(pack, at: offset, body)
  }

  private func streamLoose(_ id: ObjectID, _ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
    guard let database = try? fallback.open().objectDatabase else { return false }
    var oid = id.oid
    var stream: UnsafeMutablePointer<git_odb_stream>?
    var byteCount = 0
    var type = GIT_OBJECT_INVALID
    guard
      git_odb_open_rstream(&stream, &byteCount, &type, database, &oid) == 0,
      let stream
    else {
      git_error_clear()
      return false
    }
    defer { git_odb_stream_free(stream) }
    guard type == GIT_OBJECT_BLOB else { return false }
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: StreamInflater.pieceCount, alignment: 8)
    defer { piece.deallocate() }
    while byteCount > 0 {
      let wanted = min(byteCount, piece.count)
      var filled = 0
      while filled < wanted {
        let address = piece.baseAddress?.advanced(by: filled)
          .assumingMemoryBound(to: CChar.self)
        let count = Int(git_odb_stream_read(stream, address, wanted - filled))
        guard count > 0 else {
          git_error_clear()
          return false
        }
        filled += count
      }
      byteCount -= filled
      body(UnsafeRawBufferPointer(rebasing: piece[..<filled]))
    }
    return true
  }

  /// Gives back the memory of objects kept for later.
  func removeAll() { packReader.removeAll() }

  /// Tells the size of an object, in bytes, without loading it; `nil` where it is missing.
  func byteCount(of id: ObjectID) throws(DiffError) -> Int? {
    if let (pack, offset) = locate(id),
      let byteCount = packReader.byteCount(pack, at: offset)
    {
      return byteCount
    }
    return try header(of: id)?.byteCount
  }

  /// The size of what is compressed of an object, in bytes: all of it, or its difference to another one; `nil` where it is
  /// in no pack.
  func storedByteCount(of id: ObjectID) -> Int? {
    guard let (pack, offset) = search(id) else { return nil }
    return pack.entry(at: offset)?.byteCount
  }

  /// Whether the object is there, without another look at the disk for what came since.
  func contains(_ id: ObjectID) -> Bool {
    if search(id) != nil { return true }
    guard let database = try? fallback.open().objectDatabase else { return false }
    var oid = id.oid
    return git_odb_exists_ext(database, &oid, GIT_ODB_LOOKUP_NO_REFRESH.rawValue) == 1
  }

  private func locate(_ id: ObjectID) -> (pack: Pack, offset: Int)? {
    if let found = search(id) { return found }
    guard let refreshed = packs.refreshed() else { return nil }
    packs = refreshed
    packOrder = refreshed.packs
    return search(id)
  }

  /// Searches the packs; the one that had an object comes first the next time.
  private func search(_ id: ObjectID) -> (pack: Pack, offset: Int)? {
    for position in packOrder.indices {
      let pack = packOrder[position]
      guard let offset = pack.index.offset(of: id) else { continue }
      if position > 0 { packOrder.swapAt(0, position) }
      return (pack, offset)
    }
    return nil
  }

  private func header(
    of id: ObjectID
  ) throws(DiffError) -> (kind: ObjectKind, byteCount: Int)? {
    let database = try fallback.open().objectDatabase
    var oid = id.oid
    var size = 0
    var type = GIT_OBJECT_INVALID
    do throws(GitError) {
      try check(
        git_odb_read_header(&size, &type, database, &oid), "look up object \(id)")
    } catch {
      if error.code == .notFound { return nil }
      throw .corruptObject(id, reason: error.description)
    }
    guard let raw = UInt8(exactly: type.rawValue), let kind = ObjectKind(rawValue: raw) else {
      throw .corruptObject(id, reason: "unknown kind \(type.rawValue)")
    }
    return (kind, size)
  }
}
