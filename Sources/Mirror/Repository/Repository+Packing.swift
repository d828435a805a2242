import CLibgit2

#if canImport(Glibc)
  import Glibc
#endif

extension Repository {
  /// What joining packs did.
  public struct Packing: Sendable, Equatable {
    /// Packs that were joined into one.
    public var packs = 0
    /// Objects that lay in files of their own and are in a pack now.
    public var looseObjects = 0
  }

  /// The most objects of packs that are joined: the work is that of compressing them anew.
  private static let mostJoinedObjects = 200_000

  /// Joins the many small packs of many syncs, and objects in files of their own, into one pack. The largest pack stays as
  /// it is. No object is dropped.
  ///
  /// The new pack is complete and on disk before an old one goes; readers that have old ones open go on with these. Call
  /// it with the mirror's lock held.
  ///
  /// - Parameter leastPacks: Fewer small packs than this are left alone; loose objects never are.
  public func joinPacks(leastPacks: Int = 4) throws(GitError) -> Packing {
    let directory = path + "/objects/pack"
    let packs = PackSet(repositoryPath: path).packs.sorted { $0.byteCount < $1.byteCount }
    var small: [Pack] = []
    var ids: Set<ObjectID> = []
    for pack in packs.dropLast()
    where ids.count + pack.index.count <= Self.mostJoinedObjects {
      small.append(pack)
      ids.formUnion(pack.index.ids)
    }
    if small.count < leastPacks { (small, ids) = ([], []) }
    let loose = looseObjects()
    ids.formUnion(loose.map(\.id))
    guard !ids.isEmpty else { return Packing() }

    let known = Set(packs.map(\.name))
    let name = try writePack(of: ids, into: directory)
    guard !known.contains(name),
      let made = Pack(directory: directory, name: name, number: 0), made.index.count == ids.count
    else {
      throw .damaged("join packs in \(directory)", "the new pack is not whole")
    }
    if isPartial { try PackFiles.markAsPromised("\(directory)/\(name)") }
    try PackFiles.synchronize("\(directory)/\(name)", in: directory)
    // The index goes first: a pack without one is nothing to any reader.
    for pack in small {
      for suffix in [".idx", ".pack", ".promisor", ".rev", ".bitmap"] {
        unlink("\(directory)/\(pack.name)\(suffix)")
      }
    }
    for object in loose { unlink(object.path) }
    try check(git_odb_refresh(objectDatabase), "read the new pack in \(directory)")
    return Packing(packs: small.count, looseObjects: loose.count)
  }

  /// Writes objects into a pack in a directory, and returns its name.
  func writePack(of ids: Set<ObjectID>, into directory: String) throws(GitError) -> String {
    let builder = try acquire("join packs in \(directory)") { git_packbuilder_new(&$0, pointer) }
    defer { git_packbuilder_free(builder) }
    for id in ids.sorted() {
      var oid = id.oid
      try check(
        git_packbuilder_insert(builder, &oid, nil), "put \(id) into a pack in \(directory)")
    }
    try check(
      git_packbuilder_write(builder, directory, 0o444, nil, nil), "write a pack into \(directory)")
    return "pack-" + (git_packbuilder_name(builder).map { String(cString: $0) } ?? "")
  }

  /// The objects in files of their own: `objects/<2 digits>/<38 digits>`.
  func looseObjects() -> [(id: ObjectID, path: String)] {
    var found: [(id: ObjectID, path: String)] = []
    for number in 0..<256 {
      let prefix = (number < 16 ? "0" : "") + String(number, radix: 16)
      guard let listing = opendir("\(path)/objects/\(prefix)") else { continue }
      defer { closedir(listing) }
      while let entry = readdir(listing) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard let id = ObjectID(hex: prefix + name) else { continue }
        found.append((id, "\(path)/objects/\(prefix)/\(name)"))
      }
    }
    return found
  }
}
