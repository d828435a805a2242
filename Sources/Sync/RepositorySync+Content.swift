import Cache
import Foundation
import Mirror

extension RepositorySync {
  /// Brings the branches to what the server has, and decides at the first sync which contents the mirror is to hold.
  func fetchBranches(
    _ advertised: AdvertisedReferences, of cached: CachedProject, defaultBranch: String?,
    from remote: GitRemote, into repository: Repository, mirror: MirrorDirectory
  ) throws {
    func fetch(maximumObjects: Int = .max) throws {
      try fetchBranches(
        advertised.branches, defaultBranch: defaultBranch, from: remote, into: repository,
        mirror: mirror, maximumObjects: maximumObjects)
    }
    lastTips = Set(
      (cached.commitTips ?? "").split(separator: " ").compactMap { ObjectID(hex: $0) })
    let isEmpty = try branches(of: repository).isEmpty
    isFirst = isEmpty || cached.commitTips?.isEmpty ?? true
    if isEmpty, cached.commitTips?.isEmpty == false {
      // The contents of a mirror that was lost: a sync that dies before they are back is followed by another first one.
      try cache.noteCommits(project: cached.id, since: cached.commitsSince ?? clock(), tips: "")
    }
    if let made = repository.partialFilter, !isEmpty || advertised.branches.isEmpty {
      leftOut = made
      if target.content == .full {
        emit(.note("holds file contents of its window only; 'cache clear' and a sync bring all"))
      }
      // The project may have moved since.
      try repository.markPartial(url: remote.url, filter: made)
      return try fetch()
    }
    guard isEmpty else {
      if target.content == .windowOnly { emit(.note("has all file contents already")) }
      return try fetch()
    }
    guard !advertised.branches.isEmpty else { return try fetch() }
    if !repository.isPartial {
      switch target.content {
      case .full: return try fetch()
      case .windowOnly:
        guard try tokens.renewing({ try remote.supportsFilters() }) else {
          emit(.note("its git server sends no window only; fetching everything"))
          return try fetch()
        }
      case .bySize(let limit):
        guard try tokens.renewing({ try remote.supportsFilters() }) else { return try fetch() }
        do {
          return try fetch(maximumObjects: limit)
        } catch FetchError.tooManyObjects(let count) {
          emit(.note("has \(count) objects: fetching file contents of the window only"))
        }
      }
    }
    do {
      leftOut = .noTrees
      try repository.markPartial(url: remote.url, filter: .noTrees)
      try fetch()
    } catch let error as FetchError where error.mayMeanFilter {
      emit(.note("its git server leaves no directories out (\(error)); fetching all of these"))
      leftOut = .noBlobs
      try repository.markPartial(url: remote.url, filter: .noBlobs)
      try fetch()
    }
  }

  /// So many wanted commits come without their trees: what is needed of these comes in one batch then.
  private static let mostWithTrees = 50

  /// What a fetch of commits leaves out.
  ///
  /// Later syncs bring few commits, and their trees with them: the server sends those that the branches of the mirror do
  /// not reach, where a batch of trees would bring all directories of each.
  func commitFilter(_ wants: Int) -> ObjectFilter? {
    guard leftOut == .noTrees else { return leftOut }
    return isFirst || wants > Self.mostWithTrees ? .noTrees : .noBlobs
  }

  /// Fetches the trees and blobs that the diffs to compute read and that the mirror lacks; at the first sync also the
  /// files of every commit of the window and of the branches, so that an analysis finds those of any revision there.
  ///
  /// What the server does not have either is left to the comparison, which names it.
  func fetchContents(
    of jobs: [DiffJob], _ commits: [Commit], windowStart: Date, from remote: GitRemote,
    into repository: Repository
  ) throws {
    guard leftOut != nil, isFirst || !jobs.isEmpty || !commits.isEmpty || !movedTips.isEmpty
    else { return }
    let download = download(from: remote)
    var isTold = false
    func tell(_ progress: FetchProgress) {
      if !isTold { emit(.phase(.fetching)) }
      isTold = true
      emit(.fetched(progress))
    }
    let roots = try filesToFetch(commits, windowStart: windowStart, in: repository)
    summary.objects += try download.files(of: roots.all, into: repository, progress: tell).objects
    var sources: Set<ObjectID> = []
    for tree in roots.tips {
      // One that did not come is named by whoever looks for it.
      sources.formUnion((try? ObjectDownload.largeSources(of: tree, in: repository)) ?? [])
    }
    var pairs = Set(jobs.map(\.trees))
    var trees = Dictionary(
      commits.map { ($0.id, $0.tree) }, uniquingKeysWith: { first, _ in first })
    for commit in commits {
      guard let parent = commit.parents.first else {
        pairs.insert(TreePair(old: nil, new: commit.tree))
        continue
      }
      if trees[parent] == nil { trees[parent] = try? repository.commit(parent).tree }
      if let old = trees[parent] { pairs.insert(TreePair(old: old, new: commit.tree)) }
    }
    summary.objects += try download.complete(
      pairs, and: sources, into: repository, progress: tell
    ).objects
  }

  /// The most branches whose large files of source code are looked for.
  private static let mostTips = 16

  /// The trees whose files are fetched whether a diff reads them or not, and those of branches among them.
  private func filesToFetch(
    _ commits: [Commit], windowStart: Date, in repository: Repository
  ) throws -> (all: Set<ObjectID>, tips: ArraySlice<ObjectID>) {
    if isFirst {
      let head = try repository.reference("HEAD").map { [$0] } ?? []
      let ids = try head + branches(of: repository).map(\.id).sorted()
      let tips = try ids.map { try repository.commit($0).tree }
      return (Set(commits.map(\.tree)).union(tips), tips.prefix(Self.mostTips))
    }
    // A branch goes on from commits whose files are there, but for one that is new or was set back.
    let tips: Set<ObjectID> = try Set(
      movedTips.compactMap { tip in
        let commit = try repository.commit(tip.id)
        guard tip.isNew || Double(commit.committer.time) < windowStart.timeIntervalSince1970
        else { return nil }
        let missing = MissingObjects(repository)
        try missing.add(from: nil, to: commit.tree)
        return missing.isEmpty ? nil : commit.tree
      })
    return (tips, tips.sorted().prefix(Self.mostTips))
  }

  func download(from remote: GitRemote) -> ObjectDownload {
    ObjectDownload(remote: remote, tokens: tokens, cancellation: cancellation)
  }
}

extension FetchError {
  /// Whether the server may have refused a filter: an error packet says so, and what stands before a git server may say
  /// anything.
  fileprivate var mayMeanFilter: Bool {
    switch self {
    case .unsupportedFilter, .server: true
    case .refused(let status, _): status == 400 || status == 422 || status == 500
    default: false
    }
  }
}
