import Cache
import Foundation
import GitLab
import Mirror

extension RepositorySync {
  private static let retryWhilePreparing = 300.0
  static let retryMissing = 86400.0
  private static let retrySkipped = 900.0
  private static let longestPause = 30 * 86400.0

  /// How long a lost commit is not asked for again, in seconds: a day, and half as long as the merge request has rested
  /// where that is longer, so the pauses grow from one try to the next.
  static func pause(after change: Date, at now: Date) -> Double {
    min(max(retryMissing, now.timeIntervalSince(change) / 2), longestPause)
  }

  /// Gets the diff refs of merge requests, fetches their commits, and returns the diffs to compute.
  func prepareMergeRequests(
    _ iids: [Int64], cached: CachedProject, project: Project, remote: GitRemote,
    repository: Repository
  ) throws -> [DiffJob] {
    guard !iids.isEmpty else { return [] }
    let now = clock()
    let refs = try diffRefs(of: iids, project: project)
    var commits: [Int64: (base: ObjectID, head: ObjectID)] = [:]
    var failures: [(owner: CacheStore.DiffOwner, outcome: CacheStore.DiffOutcome)] = []
    func fail(_ iid: Int64, _ reason: String, retryAfter seconds: Double?) {
      let refs = refs[iid]
      failures.append(
        (
          .mergeRequest(iid: iid, base: refs?.base, head: refs?.head, start: refs?.start),
          .failed(reason: reason, retryAt: seconds.map { now.addingTimeInterval($0) })
        ))
    }
    for iid in iids {
      guard let ref = refs[iid] else {
        fail(iid, "GitLab does not show the merge request", retryAfter: Self.retryMissing)
        continue
      }
      guard let base = ref.base.flatMap({ ObjectID(hex: $0) }),
        let head = ref.head.flatMap({ ObjectID(hex: $0) })
      else {
        fail(
          iid, "GitLab gives no diff_refs: the diff is not prepared yet, or has no commits",
          retryAfter: Self.retryWhilePreparing)
        continue
      }
      commits[iid] = (base, head)
    }
    let fetched = try fetchCommits(of: commits, from: remote, into: repository)
    var jobs: [DiffJob] = []
    for (iid, pair) in commits.sorted(by: { $0.key < $1.key }) {
      if let gone = [pair.head, pair.base].first(where: fetched.missing.contains) {
        fail(
          iid, "commit \(gone) is no longer on the server",
          retryAfter: Self.pause(
            after: try cache.mergeRequest(project: cached.id, iid: iid)?.updatedAt ?? now, at: now))
        continue
      }
      if [pair.head, pair.base].contains(where: fetched.skipped.contains) {
        fail(
          iid, "not asked for yet: the server has lost many commits of other merge requests",
          retryAfter: Self.retrySkipped)
        continue
      }
      let owner = CacheStore.DiffOwner.mergeRequest(
        iid: iid, base: "\(pair.base)", head: "\(pair.head)", start: refs[iid]?.start)
      do {
        jobs.append(
          DiffJob(
            owner: owner, old: try repository.commit(pair.base).tree,
            new: try repository.commit(pair.head).tree))
      } catch {
        fail(iid, "\(error)", retryAfter: Self.retryMissing)
      }
    }
    try cache.storeDiffs(failures, project: cached.id, at: now)
    return jobs
  }

  /// Stores the commits of the window that the branches in scope reach; nothing to do where the cache has those of the
  /// same tips.
  ///
  /// - Returns: Those whose contents may not be in the mirror yet, merges too, and what notes that all this is done.
  func storeCommits(
    of cached: CachedProject, repository: Repository, windowStart: Date
  ) throws -> (new: [Commit], note: () throws -> Void) {
    let tips = try branches(of: repository).map(\.id)
    let name = Set(tips).sorted().map { "\($0)" }.joined(separator: " ")
    let isComplete = cached.commitsSince.map { $0 <= windowStart } ?? false
    guard isFirst || !isComplete || cached.commitTips != name else { return ([], {}) }
    let start = min(cached.commitsSince ?? windowStart, windowStart)
    let commits = try repository.commits(
      reachableFrom: tips,
      since: Int64((isFirst ? start : windowStart).timeIntervalSince1970))
    let added = try cache.storeCommits(
      commits.map { commit in
        CachedCommit(
          sha: "\(commit.id)", parentSHA: commit.parents.first.map { "\($0)" },
          isMerge: commit.parents.count > 1, authorName: commit.author.name,
          authorEmail: commit.author.email,
          authoredAt: Date(timeIntervalSince1970: Double(commit.author.time)),
          committedAt: Date(timeIntervalSince1970: Double(commit.committer.time)),
          title: commit.title)
      }, project: cached.id)
    let new = commits.filter {
      guard leftOut != nil else { return false }
      return isFirst || added.contains("\($0.id)") || !repository.contains($0.tree)
    }
    return (new, { [cache] in try cache.noteCommits(project: cached.id, since: start, tips: name) })
  }

  /// Returns the diffs of stored commits that have none by today's rules.
  func prepareCommits(of cached: CachedProject, repository: Repository) throws -> [DiffJob] {
    let commits = try cache.commitsToCompute(
      project: cached.id, algorithm: DiffEngine.algorithmVersion)
    summary.commits = commits.count
    guard !commits.isEmpty else { return [] }
    var jobs: [DiffJob] = []
    var failures: [(owner: CacheStore.DiffOwner, outcome: CacheStore.DiffOutcome)] = []
    // Each commit is asked for as itself and as a parent; the engine reads packs in place.
    let engine = DiffEngine(repository)
    var trees: [String: ObjectID] = [:]
    for commit in commits {
      let owner = CacheStore.DiffOwner.commit(sha: commit.sha)
      do {
        func tree(_ sha: String) throws -> ObjectID? {
          if let known = trees[sha] { return known }
          trees[sha] = try ObjectID(hex: sha).map(engine.tree)
          return trees[sha]
        }
        guard let new = try tree(commit.sha) else { continue }
        jobs.append(DiffJob(owner: owner, old: try commit.parentSHA.flatMap(tree), new: new))
      } catch {
        failures.append((owner, .failed(reason: "\(error)", retryAt: nil)))
      }
    }
    try cache.storeDiffs(failures, project: cached.id, at: clock())
    return jobs
  }
}

/// A diff to compute: two trees and whose it is. No old tree stands for a root commit.
struct DiffJob: Sendable {
  var owner: CacheStore.DiffOwner
  var old: ObjectID?
  var new: ObjectID

  var trees: TreePair { TreePair(old: old, new: new) }

  var key: DiffKey {
    DiffKey(
      oldTree: "\(old ?? .emptyTree)", newTree: "\(new)", algorithm: DiffEngine.algorithmVersion)
  }
}
