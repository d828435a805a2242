import GitLab
import HTTP
import Mirror

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
  }

  /// The most refusals of one download: each costs a round trip and names one object.
  static let mostRefusals = 64
  /// So many refusals of one group let its halves be asked for one after the other: what the server has in a half that it
  /// has whole comes then, however much is lost elsewhere.
  private static let refusalsPerGroup = 4

  /// The most blobs asked for at once: 5 MB of request.
  private static let blobsPerRequest = 100_000

  let remote: GitRemote
  let tokens: any TokenSource
  let cancellation: Cancellation

  /// Fetches commits with what they reach, leaving out those that the server turns out not to have: it names one with
  /// each refusal. The likelier ones are to be lost, the earlier they should stand.
  func commits(
    _ ids: some Sequence<ObjectID>, into repository: Repository, filter: ObjectFilter?,
    maximumObjects: Int = .max, progress: (FetchProgress) -> Void
  ) throws -> Result {
    try fetch(
      ids, haves: { try repository.haves() }, into: repository, filter: filter,
      maximumObjects: maximumObjects, progress: progress)
  }

  /// Fetches single blobs, all in one request unless they are very many.
  func blobs(
    _ ids: some Sequence<ObjectID>, into repository: Repository, progress: (FetchProgress) -> Void
  ) throws -> Result {
    // The server would take haves for commits whose files are all here, and send differences to them.
    var result = Result()
    let ids = ids.sorted()
    for start in stride(from: 0, to: ids.count, by: Self.blobsPerRequest) {
      let batch = try fetch(
        ids[start..<min(start + Self.blobsPerRequest, ids.count)], haves: { [] }, into: repository,
        filter: nil, maximumObjects: .max, progress: progress)
      result.objects += batch.objects
      result.missing.formUnion(batch.missing)
      result.skipped.formUnion(batch.skipped)
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
