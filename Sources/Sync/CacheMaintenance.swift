import Cache
import Foundation
import Mirror

/// Upkeep of the cache: lets old rows and refs go, joins small packs, and gives the space back.
public struct CacheMaintenance {
  /// What was done for one project.
  public struct Outcome: Sendable, Equatable {
    /// The project's path.
    public var path: String
    /// Merge requests and commits that were older than what is kept.
    public var rows = 0
    /// Refs of merge requests that went, and of old branch tips that nothing speaks of.
    public var references = 0
    /// Small packs that were joined.
    public var packs = 0
    /// Bytes of the mirror that were freed; less than 0 where joining packs took more.
    public var bytesFreed: Int64 = 0
    /// Why nothing was done; `nil` where it was.
    public var skipped: String?
  }

  private let cache: CacheStore
  private let clock: () -> Date

  /// - Parameter cache: Open for writing.
  public init(cache: CacheStore, clock: @escaping () -> Date = { Date() }) {
    self.cache = cache
    self.clock = clock
  }

  /// Looks after one project; one that a sync works on is skipped.
  ///
  /// - Parameter keepDays: Rows of so many days are kept, and always those of the window that read commands answer over.
  /// - Throws: ``MirrorError`` and `GitError` where the mirror is damaged or cannot be written; nothing of it is lost then.
  public func maintain(_ project: CachedProject, keepDays: Int) throws -> Outcome {
    var outcome = Outcome(path: project.path)
    let mirror = MirrorDirectory(
      cache: cache.directory, host: project.host, projectID: project.projectID)
    let lock: MirrorLock
    do {
      lock = try mirror.lock(for: project.path)
    } catch {
      guard case .busy = error else { throw error }
      outcome.skipped = "\(error)"
      return outcome
    }
    defer { withExtendedLifetime(lock) {} }
    let before = mirror.byteCount
    let repository = try openWhole(mirror)
    let now = clock()
    let oldest =
      [
        now.addingTimeInterval(-Double(max(keepDays, project.lookbackDays)) * 86400),
        project.windowStart ?? now,
      ].min() ?? now
    outcome.rows = try cache.removeRows(project: project.id, olderThan: oldest)
    guard let repository else { return outcome }
    outcome.references = try removeReferences(
      of: project, olderThan: oldest, repository: repository, mirror: mirror)
    outcome.packs = try repository.joinPacks().packs
    outcome.bytesFreed = before - mirror.byteCount
    return outcome
  }

  /// Opens a mirror in which refs and packs are whole, without what killed processes left there; `nil` where there is none.
  private func openWhole(_ mirror: MirrorDirectory) throws -> Repository? {
    guard mirror.exists else { return nil }
    mirror.removeLeftovers()
    let repository = try Repository(bareAt: mirror.path)
    if let damage = try mirror.visibleDamage(in: repository).first {
      throw MirrorError.damaged(path: mirror.path, reason: damage)
    }
    return repository
  }

  /// Lets refs go that no row speaks of: heads of merge requests that are not in the cache any more, and kept tips that
  /// are older than every row.
  private func removeReferences(
    of project: CachedProject, olderThan oldest: Date, repository: Repository,
    mirror: MirrorDirectory
  ) throws -> Int {
    let iids = try cache.iids(project: project.id)
    let ends = try cache.diffEnds(project: project.id)
    try repository.packReferences()
    let all = try repository.references(below: "refs")
    let kept = all.filter { reference in
      if let request = MergeRequestReference(reference.name) { return iids.contains(request.iid) }
      guard reference.name.hasPrefix("refs/keep-around/") else { return true }
      if ends.contains("\(reference.id)") { return true }
      guard let commit = try? repository.commit(reference.id) else { return true }
      return Double(commit.committer.time) >= oldest.timeIntervalSince1970
    }
    if kept.count < all.count { try mirror.writePackedReferences(kept) }
    return all.count - kept.count
  }

  /// Drops what nothing speaks of, and gives the database's unused space back.
  ///
  /// - Returns: Bytes freed.
  public func maintainDatabase() throws -> Int64 {
    let before = cache.byteCount
    _ = try cache.removeUnused(algorithm: DiffEngine.algorithmVersion)
    try cache.compact()
    return before - cache.byteCount
  }
}
