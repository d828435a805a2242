import Mirror

/// The tags of a server.
struct AdvertisedTags {
  /// A server with more tags is only asked for single ones, as questions name them.
  static let limit = 50_000
  private static let folder = "refs/tags/"

  /// What they point to, by name without `refs/tags/`.
  private(set) var ids: [String: ObjectID] = [:]

  /// Takes the tags out of refs as a server lists them. Names that git does not allow are left out, and those below a tag:
  /// a name cannot be that of a folder too.
  init(_ references: [RemoteReference]) {
    for reference in references where reference.name.hasPrefix(Self.folder) {
      let name = String(reference.name.dropFirst(Self.folder.count))
      if Repository.isValidTag(name) { ids[name] = reference.id }
    }
    ids = ids.filter { name, _ in !Self.folders(of: name).contains { ids[$0] != nil } }
  }

  /// The folders of a name, as `a` and `a/b` of `a/b/c`.
  private static func folders(of name: String) -> [String] {
    name.indices.filter { name[$0] == "/" }.map { String(name[..<$0]) }
  }

  /// Points the mirror's tags to where these point, and removes others. Tags of anything but commits are no business of
  /// a mirror.
  func write(to repository: Repository, _ mirror: MirrorDirectory) throws {
    let present = try repository.references(below: String(Self.folder.dropLast()))
    let gone = present.filter { ids[String($0.name.dropFirst(Self.folder.count))] == nil }
    if gone.count > Self.mostLoose {
      try repository.packReferences()
      let names = Set(gone.map(\.name))
      try mirror.writePackedReferences(
        repository.references(below: "refs").filter { !names.contains($0.name) })
    } else {
      for reference in gone { try repository.deleteReference(reference.name) }
    }
    let known = Dictionary(
      present.map { ($0.name, $0.id) }, uniquingKeysWith: { first, _ in first })
    var written = 0
    for (name, id) in ids.sorted(by: { $0.key < $1.key }) where known[Self.folder + name] != id {
      guard repository.commit(behind: id) != nil else { continue }
      try repository.setReference(Self.folder + name, to: id)
      written += 1
    }
    if written > Self.mostLoose { try repository.packReferences() }
  }

  /// Refs beyond these are packed.
  private static let mostLoose = 100
}

extension RepositorySync {
  /// The server's tags; `nil` where it has too many. Asked once, and only where the branches have moved.
  func advertisedTags(_ remote: GitRemote) throws -> AdvertisedTags? {
    guard !hasAskedForTags else { return tags }
    do {
      tags = AdvertisedTags(
        try tokens.renewing {
          try remote.references(prefixes: ["refs/tags/"], limit: AdvertisedTags.limit)
        })
    } catch FetchError.tooManyReferences(let limit) {
      emit(.note("has more than \(limit) tags: each is fetched when it is asked for"))
    }
    hasAskedForTags = true
    return tags
  }

  /// Fetches the commits of tags, as far as the fetch of these tips of branches did not bring them.
  func fetchCommits(
    of tags: AdvertisedTags, beside tips: [ObjectID], from remote: GitRemote,
    into repository: Repository
  ) throws {
    let wants = Set(tags.ids.values.filter { !repository.contains($0) })
    guard !wants.isEmpty else { return }
    let result = try download(from: remote).commits(
      wants.sorted(), having: tips, into: repository, filter: leftOut
    ) { emit(.fetched($0)) }
    summary.objects += result.objects
  }
}
