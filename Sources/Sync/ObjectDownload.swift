import GitLab
import HTTP
import Mirror
import SourceCode

/// Fetches objects from a git server into a mirror, and goes on without those that the server does not have.
struct ObjectDownload {
  /// What a download brought.
  struct Result {
    /// Objects in the packs received.
    var objects = 0
    /// Wanted objects that the server does not have.
    var missing: Set<ObjectID> = []
    /// Wanted objects that were not asked for once the server had lost very many.
    var skipped: Set<ObjectID> = []

    /// All that did not come.
    var unavailable: Set<ObjectID> { missing.union(skipped) }

    mutating func add(_ other: Result) {
      objects += other.objects
      missing.formUnion(other.missing)
      skipped.formUnion(other.skipped)
    }
  }

  /// The most refusals of one download: each costs a round trip and names one object.
  static let mostRefusals = 64
  /// So many refusals of one group let its halves be asked for one after the other: what the server has in a half that it
  /// has whole comes then, however much is lost elsewhere.
  private static let refusalsPerGroup = 4

  /// The most trees or blobs asked for at once: 5 MB of request.
  private static let objectsPerRequest = 100_000

  /// Files of so many bytes are mostly pictures and archives.
  private static let largeFile = 256 << 10

  let remote: GitRemote
  let tokens: any TokenSource
  let cancellation: Cancellation

  /// Fetches commits with what they reach, leaving out those that the server turns out not to have: it names one with
  /// each refusal. The likelier ones are to be lost, the earlier they should stand.
  ///
  /// - Parameter tips: Commits that the repository has beside those of its branches.
  func commits(
    _ ids: some Sequence<ObjectID>, having tips: [ObjectID] = [], into repository: Repository,
    filter: ObjectFilter?, maximumObjects: Int = .max, progress: (FetchProgress) -> Void
  ) throws -> Result {
    try fetch(
      ids, haves: { try tips + repository.haves() }, into: repository, filter: filter,
      maximumObjects: maximumObjects, progress: progress)
  }

  /// Fetches trees with all files below them that are not large, in one request unless they are very many. Those of
  /// source code are found by ``largeSources(of:in:)`` then.
  ///
  /// A server that leaves nothing out by size sends none of them.
  func files(
    of roots: some Sequence<ObjectID>, into repository: Repository,
    progress: (FetchProgress) -> Void
  ) throws -> Result {
    do {
      return try batches(
        of: roots, filter: .noLargeBlobs(byteCount: Self.largeFile), into: repository,
        progress: progress)
    } catch FetchError.unsupportedFilter {
      return Result()
    }
  }

  /// The contents of source code in a tree that the repository lacks: an analysis reads these, however large.
  static func largeSources(
    of tree: ObjectID, in repository: Repository
  ) throws -> Set<ObjectID> {
    let missing = MissingObjects(repository)
    try missing.add(from: nil, to: tree) { SourceLanguage(path: $0) != .other }
    return missing.blobs
  }

  /// Fetches what comparisons of trees read and the repository lacks: the trees first, each with all below it, then the
  /// blobs, and others with them.
  func complete(
    _ pairs: some Sequence<TreePair>, and others: Set<ObjectID> = [], into repository: Repository,
    progress: (FetchProgress) -> Void
  ) throws -> Result {
    var result = Result()
    var pending = Array(pairs)
    let missing = MissingObjects(repository)
    // The second round finds the blobs behind the trees that came. More are needed where one tree was there in part.
    for _ in 0..<Self.mostRounds {
      let trees = MissingObjects(repository)
      pending = try pending.filter { pair in
        if cancellation.isCancelled { throw SyncError.cancelled }
        // A comparison that cannot be made says why when it is tried.
        guard (try? missing.add(from: pair.old, to: pair.new)) == false else { return false }
        return (try? trees.add(from: pair.old, to: pair.new)) == false
      }
      guard !trees.trees.isEmpty else { break }
      let came = try batches(
        of: trees.trees, filter: .noBlobs, into: repository, progress: progress)
      result.add(came)
      guard came.objects > 0 else { break }
    }
    // No filter: blobs are left out by none when they are wanted.
    result.add(
      try batches(
        of: missing.blobs.union(others), filter: nil, into: repository, progress: progress))
    return result
  }

  private static let mostRounds = 4

  private func batches(
    of ids: some Sequence<ObjectID>, filter: ObjectFilter?, into repository: Repository,
    progress: (FetchProgress) -> Void
  ) throws -> Result {
    var result = Result()
    let ids = ids.sorted()
    for start in stride(from: 0, to: ids.count, by: Self.objectsPerRequest) {
      // The server would take haves for commits whose files are all here, and send differences to them.
      result.add(
        try fetch(
          ids[start..<min(start + Self.objectsPerRequest, ids.count)], haves: { [] },
          into: repository, filter: filter, maximumObjects: .max, progress: progress))
    }
    return result
  }

  private func fetch(
    _ ids: some Sequence<ObjectID>, haves: () throws -> [ObjectID], into repository: Repository,
    filter: ObjectFilter?, maximumObjects: Int, progress: (FetchProgress) -> Void
  ) throws -> Result {
    var result = Result()
    var groups = [(wants: Array(ids), refusals: 0)]
    while var (wants, refusals) = groups.popLast() {
      guard !wants.isEmpty else { continue }
      if cancellation.isCancelled { throw SyncError.cancelled }
      guard result.missing.count < Self.mostRefusals else {
        result.skipped.formUnion(wants)
        continue
      }
      do {
        let received = try tokens.renewing {
          try remote.fetch(
            wants: Set(wants).sorted(), haves: haves(), into: repository, filter: filter,
            maximumObjects: maximumObjects,
            progress: {
              if cancellation.isCancelled { throw SyncError.cancelled }
              progress($0)
            })
        }
        result.objects += received.totalObjects
      } catch FetchError.missing(let id) {
        // An id that was not asked for would not end the loop.
        guard wants.contains(id) else { throw FetchError.missing(id) }
        wants.removeAll { $0 == id }
        result.missing.insert(id)
        refusals += 1
        if refusals < Self.refusalsPerGroup {
          groups.append((wants, refusals))
        } else {
          let middle = wants.count / 2
          groups.append((Array(wants[..<middle]), 0))
          groups.append((Array(wants[middle...]), 0))
        }
      }
    }
    return result
  }
}

/// Two trees to compare; no old one stands for the empty tree.
struct TreePair: Hashable, Sendable {
  var old: ObjectID?
  var new: ObjectID
}

extension TokenSource {
  /// Runs a request to the git server, once more if the token was renewed after a 401.
  func renewing<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error {
      guard case FetchError.refused(status: 401, _) = error, try renew() else { throw error }
      return try body()
    }
  }
}
