import Cache
import Foundation
import GitLab
import Mirror

extension RepositorySync {
  /// What the server's refs say.
  struct AdvertisedReferences {
    /// The tips of the branches in scope, by name without `refs/heads/`.
    var branches: [String: ObjectID]
    /// Merge requests whose head is another than the cache knows: GitLab's `updated_at` does not tell of every push.
    var movedHeads: [Int64]
  }

  /// The most branches that are mirrored beside the default branch.
  private static let maximumBranches = 500

  /// Asks once for the branches in scope and the heads of the open merge requests of the window, or of some of these
  /// where there is no other news.
  func advertisedReferences(
    _ remote: GitRemote, cached: CachedProject, defaultBranch: String?, windowStart: Date,
    mirror: MirrorDirectory, hasNews: Bool
  ) throws -> AdvertisedReferences {
    let branches = Set([defaultBranch].compactMap { $0 })
      .union(
        try cache.targetBranches(project: cached.id, since: windowStart)
          .prefix(Self.maximumBranches)
      )
      .filter(Repository.isValidBranch)
    let open = try cache.openHeads(project: cached.id, since: windowStart)
    let compared = HeadRotation(mirror).take(
      open.compactMap { $0.value == nil ? nil : $0.key },
      limit: hasNews ? .max : HeadRotation.quietLimit)
    let prefixes =
      branches.sorted().map { "refs/heads/\($0)" }
      + compared.map { MergeRequestReference(iid: $0).name }
    guard !prefixes.isEmpty else { return AdvertisedReferences(branches: [:], movedHeads: []) }
    let references = try tokens.renewing { try remote.references(prefixes: prefixes) }
    var result = AdvertisedReferences(branches: [:], movedHeads: [])
    for reference in references {
      if reference.name.hasPrefix("refs/heads/") {
        let name = String(reference.name.dropFirst("refs/heads/".count))
        // A prefix also brings longer names.
        if branches.contains(name) { result.branches[name] = reference.id }
      } else if let iid = MergeRequestReference(reference.name)?.iid, let known = open[iid],
        known != nil, known != "\(reference.id)"
      {
        result.movedHeads.append(iid)
      }
    }
    return result
  }

  /// Brings the branches to what the server has, and drops those in the mirror that it has no more: one of these may bear
  /// a name that stands in the way, as `release` in that of `release/1.0`.
  func fetchBranches(
    _ branches: [String: ObjectID], defaultBranch: String?, from remote: GitRemote,
    into repository: Repository, mirror: MirrorDirectory, maximumObjects: Int
  ) throws {
    let present = Dictionary(
      try self.branches(of: repository).map {
        (String($0.name.dropFirst("refs/heads/".count)), $0.id)
      }, uniquingKeysWith: { first, _ in first })
    let gone = present.filter { branches[$0.key] == nil }
    if !gone.isEmpty { forgetBranches() }
    for (name, id) in gone {
      try repository.keepAround(id)
      try repository.deleteReference("refs/heads/\(name)")
    }
    var moved: [(name: String, id: ObjectID)] = []
    for (name, id) in branches.sorted(by: { $0.key < $1.key }) {
      if present[name] != id {
        moved.append((name, id))
      } else if !lastTips.contains(id) {
        // A question brought it, or a sync that died.
        movedTips.append((id, isNew: true))
      }
    }
    guard !moved.isEmpty else { return }
    forgetBranches()
    let tags = try advertisedTags(remote)
    emit(.phase(.fetching))
    // The first fetch is of everything and leaves trees out where tags are to have none, so that it serves for both.
    let tagged = isFirst ? tags.map { Set($0.ids.values) } ?? [] : []
    let tips = moved.map(\.id)
    let missing = try fetch(
      tips + tagged.subtracting(tips).sorted(), from: remote, into: repository,
      maximumObjects: maximumObjects
    ).unavailable
    if let tags {
      if !isFirst {
        let fetched = tips.filter { !missing.contains($0) }
        try fetchCommits(of: tags, beside: fetched, from: remote, into: repository)
      }
      try tags.write(to: repository, mirror)
    }
    // A branch may be deleted between the list and the fetch; the next sync sees it gone.
    for (name, id) in moved where !missing.contains(id) {
      let old = try repository.reference("refs/heads/\(name)")
      movedTips.append((id, isNew: old.map { !lastTips.contains($0) } ?? true))
      try keepOldTip(of: name, unlessReachedFrom: id, in: repository)
      try repository.setReference("refs/heads/\(name)", to: id)
    }
    if let defaultBranch, Repository.isValidBranch(defaultBranch) {
      try repository.setHead(toBranch: defaultBranch)
    }
  }

  /// A force-push must not take away commits whose diffs are cached.
  private func keepOldTip(
    of branch: String, unlessReachedFrom new: ObjectID, in repository: Repository
  ) throws {
    guard let old = try repository.reference("refs/heads/\(branch)"),
      try !repository.isAncestor(old, of: new)
    else { return }
    try repository.keepAround(old)
  }

  /// Fetches the commits that the diffs of merge requests need, and keeps them reachable.
  ///
  /// - Returns: The ids that the server does not have any more, and those that were not asked for because of many such.
  func fetchCommits(
    of refs: [Int64: (base: ObjectID, head: ObjectID)], from remote: GitRemote,
    into repository: Repository
  ) throws -> ObjectDownload.Result {
    // Servers lose the oldest first.
    let sorted = refs.sorted(by: { $0.key < $1.key })
    let heads = sorted.map(\.value.head).filter { !repository.contains($0) }
    if !heads.isEmpty { emit(.phase(.fetching)) }
    var result = try fetch(heads, from: remote, into: repository)
    // A base is nearly always an ancestor of its head, so it is asked for only where the heads did not bring it.
    let bases = sorted.map(\.value.base).filter { !repository.contains($0) }
    let second = try fetch(bases, from: remote, into: repository)
    result.missing.formUnion(second.missing)
    result.skipped.formUnion(second.skipped)
    let unavailable = result.unavailable
    for base in bases where !unavailable.contains(base) { try repository.keepAround(base) }

    var written = 0
    for (iid, ref) in sorted where !unavailable.contains(ref.head) {
      let name = MergeRequestReference(iid: iid).name
      let old = try repository.reference(name)
      guard old != ref.head else { continue }
      if let old { try repository.keepAround(old) }
      try repository.setReference(name, to: ref.head)
      written += 1
    }
    if written > 100 { try repository.packReferences() }
    return result
  }

  /// Fetches commits.
  private func fetch(
    _ wants: [ObjectID], from remote: GitRemote, into repository: Repository,
    maximumObjects: Int = .max
  ) throws -> ObjectDownload.Result {
    let result = try download(from: remote).commits(
      wants, into: repository, filter: commitFilter(wants.count), maximumObjects: maximumObjects
    ) { emit(.fetched($0)) }
    summary.objects += result.objects
    return result
  }
}

/// The ref of a merge request's head, on GitLab and in the mirror.
struct MergeRequestReference {
  var iid: Int64

  var name: String { "refs/merge-requests/\(iid)/head" }

  init(iid: Int64) { self.iid = iid }

  init?(_ name: String) {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "refs", parts[1] == "merge-requests", parts[3] == "head",
      let iid = Int64(parts[2])
    else { return nil }
    self.iid = iid
  }
}
