import Cache
import Mirror

extension RepositorySync {
  /// Brings the branches to what the server has, and decides at the first sync which contents the mirror is to hold.
  func fetchBranches(
    _ advertised: AdvertisedReferences, defaultBranch: String?, from remote: GitRemote,
    into repository: Repository
  ) throws {
    func fetch(maximumObjects: Int = .max) throws {
      try fetchBranches(
        advertised.branches, defaultBranch: defaultBranch, from: remote, into: repository,
        maximumObjects: maximumObjects)
    }
    if repository.isPartial {
      filter = .noBlobs
      if target.content == .full {
        emit(.note("holds file contents of its window only; 'cache clear' and a sync bring all"))
      }
      // The project may have moved since.
      try repository.markPartial(url: remote.url)
      return try fetch()
    }
    guard try repository.references(matching: "refs/heads/*").isEmpty else {
      if target.content == .windowOnly { emit(.note("has all file contents already")) }
      return try fetch()
    }
    guard !advertised.branches.isEmpty else { return try fetch() }
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
    try repository.markPartial(url: remote.url)
    filter = .noBlobs
    return try fetch()
  }

  /// Fetches the blobs that the diffs to compute need and that the mirror lacks.
  ///
  /// One that the server does not have either is left to the comparison, which names it.
  func fetchMissingBlobs(
    of jobs: [DiffJob], from remote: GitRemote, into repository: Repository
  ) throws {
    guard filter != nil, !jobs.isEmpty else { return }
    let missing = MissingBlobs(repository)
    for job in jobs where try cache.diffID(job.key) == nil {
      try checkCancellation()
      // A comparison that cannot be made says why when it is tried.
      try? missing.add(from: job.old, to: job.new)
    }
    guard !missing.ids.isEmpty else { return }
    emit(.phase(.fetching))
    let result = try download(from: remote).blobs(missing.ids, into: repository) {
      emit(.fetched($0))
    }
    summary.objects += result.objects
  }

  func download(from remote: GitRemote) -> ObjectDownload {
    ObjectDownload(remote: remote, tokens: tokens, cancellation: cancellation)
  }
}
