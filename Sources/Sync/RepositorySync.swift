import Cache
import Foundation
import GitLab
import HTTP
import Mirror
import Settings

/// One sync of one repository, from its first request to its last row. Blocks its thread and stays on it.
///
/// The order is chosen so that a process that dies at any point loses work but nothing stored: objects come before the
/// refs that keep them, refs before the rows that speak of them, and the note that the sync is done comes last.
final class RepositorySync {
  let target: SyncTarget
  let cache: CacheStore
  let cancellation: Cancellation
  let clock: @Sendable () -> Date
  let http: HTTPClient
  let tokens: any TokenSource
  let client: GitLabClient
  /// Threads that compute diffs.
  let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
  let emit: @Sendable (SyncEvent.Kind) -> Void
  /// What the mirror leaves out, as it was made; `nil` where that is nothing.
  var leftOut: ObjectFilter?
  /// The server's tags; `nil` as long as it was not asked, and where there are too many.
  var tags: AdvertisedTags?
  var hasAskedForTags = false
  /// The tips of branches up to which the last sync came.
  var lastTips: Set<ObjectID> = []
  /// The tips of branches that this sync moved, and whether no sync had brought the branch.
  var movedTips: [(id: ObjectID, isNew: Bool)] = []
  /// Whether no sync has filled the mirror yet.
  var isFirst = false
  /// The mirror's branches; `nil` where they were not read since one was written.
  private var mirroredBranches: [RemoteReference]?
  var summary = SyncSummary()
  /// GitLab's number for the project, once known.
  private(set) var projectID: Int64?

  init(
    _ target: SyncTarget, cache: CacheStore, cancellation: Cancellation,
    clock: @escaping @Sendable () -> Date, wait: @escaping @Sendable (Double) throws -> Void,
    report: @escaping @Sendable (SyncEvent) -> Void
  ) throws {
    self.target = target
    self.cache = cache
    self.cancellation = cancellation
    self.clock = clock
    emit = { [path = target.path, baseURL = target.baseURL] in
      report(SyncEvent(repository: path, baseURL: baseURL, kind: $0))
    }
    http = HTTPClient(configuration: target.http, cancellation: cancellation)
    tokens = try target.tokens(http)
    client = GitLabClient(baseURL: target.baseURL, http: http, tokens: tokens, wait: wait)
  }

  func run() throws -> SyncSummary {
    let now = clock()
    let windowStart = target.since ?? now.addingTimeInterval(-Double(target.lookbackDays) * 86400)
    emit(.phase(.resolving))
    let project = try resolve()
    let mirror = MirrorDirectory(
      cache: cache.directory, host: target.host, projectID: project.id)
    let lock = try mirror.lock(for: project.path)
    defer { withExtendedLifetime(lock) {} }
    let cached = try cache.beginSync(
      CacheStore.ProjectFacts(
        host: target.host, projectID: project.id, baseURL: target.baseURL, path: project.path,
        defaultBranch: project.defaultBranch, webURL: project.webURL,
        lookbackDays: target.lookbackDays), at: now)
    let isNew = try mirror.create()
    mirror.removeUnfinishedPacks()
    try update(
      cached, project: project, mirror: mirror, isNew: isNew, windowStart: windowStart, now: now)
    summary.apiRequests = client.requestCount
    summary.rateLimitRemaining = client.rateLimitRemaining
    summary.bytesReceived = http.traffic.bytesReceived
    return summary
  }

  private func update(
    _ cached: CachedProject, project: Project, mirror: MirrorDirectory, isNew: Bool,
    windowStart: Date, now: Date
  ) throws {
    emit(.phase(.listing))
    let changed = try listMergeRequests(cached, windowStart: windowStart)

    emit(.phase(.references))
    let repository = try Repository(bareAt: mirror.path)
    // Where refs are as the server's, nothing else of a sync would notice that what they name is gone.
    let branches = try branches(of: repository)
    if let damage = try mirror.visibleDamage(in: repository, of: branches).first {
      throw MirrorError.damaged(path: mirror.path, reason: damage)
    }
    let remote = GitRemote(
      url: "\(target.baseURL)/\(project.path).git", http: http,
      authorization: { [tokens] in try tokens.authorization().forGit })
    let advertised = try advertisedReferences(
      remote, cached: cached, defaultBranch: project.defaultBranch, windowStart: windowStart,
      mirror: mirror, hasNews: !changed.isEmpty)
    try fetchBranches(
      advertised, of: cached, defaultBranch: project.defaultBranch, from: remote,
      into: repository, mirror: mirror)

    let commits = try storeCommits(of: cached, repository: repository, windowStart: windowStart)

    // A mirror that was lost has to be filled again for everything that the cache speaks of.
    let lost = isNew ? try cache.mergeRequests(project: cached.id, .init()).map(\.iid) : []
    let wanted = try Set(changed + lost)
      .union(advertised.movedHeads)
      .union(
        cache.mergeRequestsToCompute(
          project: cached.id, algorithm: DiffEngine.algorithmVersion, at: now))
    var jobs = try prepareMergeRequests(
      wanted.sorted(), cached: cached, project: project, remote: remote, repository: repository)
    jobs += try prepareCommits(of: cached, repository: repository)
    try fetchContents(
      of: jobs, commits.new, windowStart: windowStart, from: remote, into: repository)
    try commits.note()
    try compute(jobs, project: cached.id, mirror: mirror)
    try MergeRequestIndexer(cache: cache, project: cached, workers: workers).run(
      isCancelled: { [cancellation] in cancellation.isCancelled }, progress: { _, _ in })
    try checkCancellation()
    summary.incomplete = try cache.incompleteCount(project: cached.id)
    try cache.finishSync(project: cached.id, at: now, windowStart: windowStart)
  }

  /// Finds the project by its id where it is known, so that a rename is followed and a path that another project took
  /// over is noticed.
  private func resolve() throws -> Project {
    let project: Project
    if let id = target.projectID {
      do {
        project = try client.project(id: id)
      } catch GitLabError.notFound {
        guard let other = try? client.project(path: target.path), other.id != id else {
          throw GitLabError.notFound
        }
        throw SyncError.pathTaken(expected: id, found: other.id)
      }
    } else {
      project = try client.project(path: target.path)
    }
    if project.path.lowercased() != target.path.lowercased() {
      emit(.note("is now \(project.path)"))
    }
    summary.path = project.path
    projectID = project.id
    do {
      try target.resolved(project)
    } catch SettingsError.duplicateRepository {
      throw SyncError.registeredTwice(path: project.path)
    }
    return project
  }

  /// The branches that the mirror has. libgit2 looks through all refs to list them, of which there may be a hundred
  /// thousand of merge requests.
  func branches(of repository: Repository) throws -> [RemoteReference] {
    if let known = mirroredBranches { return known }
    let found = try repository.references(below: "refs/heads")
    mirroredBranches = found
    return found
  }

  /// Has branches that were written meanwhile read again.
  func forgetBranches() { mirroredBranches = nil }

  func checkCancellation() throws {
    if cancellation.isCancelled { throw SyncError.cancelled }
  }
}

extension Authorization {
  /// Git over HTTP takes only Basic; `oauth2` is the one user name that every version takes for every kind of token.
  var forGit: Authorization {
    if case .bearer(let token) = self { return .basic(username: "oauth2", password: token) }
    return self
  }
}
