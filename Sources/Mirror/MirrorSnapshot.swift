import Crypto

#if canImport(Glibc)
  import Glibc
#endif

/// A mirror's refs and packs as they were at one moment, whatever a sync or upkeep does to it from then on.
///
/// Takes no lock. A sync brings objects before the refs that keep them, so refs are read first and packs after. Upkeep
/// writes a pack before it removes those whose objects are in it, so a list of packs that is still the same once all of
/// them are held is whole; what is held stays readable when it is removed.
public struct MirrorSnapshot {
  /// The branch that `HEAD` points to.
  public let head: String?
  /// What the mirror leaves out; `nil` for nothing.
  public let leftOut: ObjectFilter?
  /// The refs, those that mirrors hold alone.
  public let references: [RemoteReference]
  private let packs: [Pack]

  /// So many times is looked again where something moves.
  private static let mostLooks = 100

  /// - Parameter scratch: A directory that must not exist, on a disk that can be written: objects in files of their own are
  ///   joined in a pack there, which is removed at once.
  /// - Throws: ``GitError``, also where a pack is damaged or a ref points to an object that is not there.
  public init(_ mirror: MirrorDirectory, scratch: String) throws(GitError) {
    let repository = try Repository(bareAt: mirror.path)
    references = try Self.references(of: repository)
    let loose = repository.looseObjects()
    var packs = try Self.packs(in: mirror.path + "/objects/pack")
    // A mirror is marked before the first fetch that leaves something out.
    leftOut = repository.partialFilter
    head = mirror.head
    if !loose.isEmpty {
      packs.append(try repository.pack(of: Set(loose.map(\.id)), scratch: scratch))
    }
    self.packs = packs
    for reference in references
    where !packs.contains(where: { $0.index.offset(of: reference.id) != nil }) {
      throw .damaged(
        "read all of \(mirror.path)", "\(reference.name) points to an object that is not there")
    }
  }

  /// A ref that moves from a file of its own to the file of all of them may be seen in neither.
  private static func references(
    of repository: Repository
  ) throws(GitError) -> [RemoteReference] {
    var last: [RemoteReference] = []
    for look in 0..<mostLooks {
      let found = try repository.references(below: "refs")
        .filter { Repository.isMirrored($0.name) }
      if look > 0, found == last { break }
      last = found
    }
    return last
  }

  private static func packs(in directory: String) throws(GitError) -> [Pack] {
    for _ in 0..<mostLooks {
      // What killed upkeep left of a pack has an index, too.
      let names = PackSet.names(in: directory).filter {
        access("\(directory)/\($0).pack", F_OK) == 0
      }
      let packs = names.compactMap { Pack(directory: directory, name: $0, number: 0) }
      let isWhole = packs.count == names.count
      let now = PackSet.names(in: directory).filter {
        access("\(directory)/\($0).pack", F_OK) == 0
      }
      guard now == names else { continue }
      guard isWhole else { throw .damaged("read the packs in \(directory)", "one is damaged") }
      return packs
    }
    throw .damaged("read the packs in \(directory)", "they change without an end")
  }

  // MARK: - Packs

  /// The sizes of the packs in bytes.
  public var packSizes: [Int] { packs.map(\.byteCount) }

  private static let piece = 1 << 20

  /// Reads all packs, and names the first that does not have the checksum at its end.
  ///
  /// - Parameter isCancelled: Asked time and again; ends the reading.
  public func damagedPack(isCancelled: () -> Bool) -> String? {
    for (number, pack) in packs.enumerated() {
      var hash = Insecure.SHA1()
      var left = pack.byteCount - ObjectID.byteCount
      forEachPiece(ofPack: number) { piece in
        guard left > 0, !isCancelled() else { return }
        let content = piece.extracting(first: left)
        content.withUnsafeBytes { hash.update(bufferPointer: $0) }
        left -= content.count
      }
      if isCancelled() { return nil }
      guard hash.finalize().elementsEqual(pack.bytes.suffix(ObjectID.byteCount)) else {
        return pack.name
      }
    }
    return nil
  }

  /// Reads a pack from its first byte to its last.
  public func forEachPiece<Failure: Error>(
    ofPack position: Int, _ body: (Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    let pack = packs[position]
    let bytes = pack.bytes
    for start in stride(from: 0, to: bytes.count, by: Self.piece) {
      let piece = bytes[start..<min(start + Self.piece, bytes.count)]
      try piece.withMemoryRebound(to: UInt8.self) { bytes throws(Failure) in try body(bytes.span) }
      pack.releasePages()
    }
  }
}

extension Repository {
  /// Joins objects in a pack that has no name any more when this returns.
  fileprivate func pack(of ids: Set<ObjectID>, scratch: String) throws(GitError) -> Pack {
    guard mkdir(scratch, 0o700) == 0 else { throw .ofSystem("make \(scratch)") }
    defer { rmdir(scratch) }
    let name = try writePack(of: ids, into: scratch)
    defer {
      for suffix in [".idx", ".pack"] { unlink("\(scratch)/\(name)\(suffix)") }
    }
    guard let pack = Pack(directory: scratch, name: name, number: 0), pack.index.count == ids.count
    else { throw .damaged("join objects in \(scratch)", "the pack is not whole") }
    return pack
  }
}
