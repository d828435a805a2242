import Cache
import Foundation
import Mirror

/// What the commits of a revision say of merge requests: which landed there, and which were taken back.
struct LandedHistory {
  /// A commit that takes back another.
  private struct Revert {
    var commit: ObjectID
    var time: Int64
    var target: ObjectID?
    var mergeRequest: Int64?
    var title: String?
  }

  private struct Patch: Hashable {
    var author: String
    var time: Int64
    var title: String
  }

  private var commits: Set<ObjectID> = []
  private var trailers: Set<Int64> = []
  private var patches: [Patch: ObjectID] = [:]
  private var reverts: [Revert] = []
  /// The first digits of commits that messages name, and the oldest commit that does.
  private var namings: [String: ObjectID] = [:]
  /// The first parent of each commit, and whether it has more.
  private var parents: [ObjectID: (first: ObjectID?, isMerge: Bool)] = [:]
  /// The commits that are no merges, oldest first.
  private var changes: [Commit] = []
  private let repository: Repository

  /// Commits that are older than the window by so much may still have landed in it.
  private static let skew: Int64 = 14 * 86400
  /// The most commits of one merge request that are compared with reverts.
  private static let mostCommits = 300

  /// Walks the history of a revision back to a time.
  ///
  /// - Throws: ``GitError``.
  init(_ repository: Repository, revision: ObjectID, since start: Date) throws(GitError) {
    self.repository = repository
    let found = try repository.commits(
      reachableFrom: [revision], since: Int64(start.timeIntervalSince1970) - Self.skew)
    commits.reserveCapacity(found.count)
    let ordered = found.sorted { ($0.committer.time, $0.id) < ($1.committer.time, $1.id) }
    for commit in ordered {
      commits.insert(commit.id)
      parents[commit.id] = (commit.parents.first, commit.parents.count > 1)
      if commit.parents.count < 2 { changes.append(commit) }
      if commit.parents.count == 1 {
        for prefix in MessageReader.namedCommits(in: commit.message) where namings[prefix] == nil {
          namings[prefix] = commit.id
        }
      }
      patches[Self.patch(commit)] = commit.id
      if let iid = MessageReader.mergeRequest(in: commit.message) { trailers.insert(iid) }
      if let revert = Self.revert(commit) { reverts.append(revert) }
    }
    reverts.sort { ($0.time, $0.commit) < ($1.time, $1.commit) }
  }

  private static func patch(_ commit: Commit) -> Patch {
    Patch(author: commit.author.email, time: commit.author.time, title: commit.title)
  }

  private static func revert(_ commit: Commit) -> Revert? {
    let target = MessageReader.revertedCommit(in: commit.message)
    let request = MessageReader.revertedMergeRequest(in: commit.message)
    let title = MessageReader.revertedTitle(commit.title)
    guard target != nil || request != nil || title != nil else { return nil }
    return Revert(
      commit: commit.id, time: commit.committer.time, target: target, mergeRequest: request,
      title: title)
  }

  /// The newest commits of a span of time that are no merges, newest first.
  func newest(from start: Date, until end: Date) -> [CachedCommit] {
    let (first, last) = (start.timeIntervalSince1970, end.timeIntervalSince1970)
    return changes.reversed().lazy.filter { (first...last).contains(Double($0.committer.time)) }
      .prefix(Analyzer.recentCommits).map { commit in
        CachedCommit(
          sha: "\(commit.id)", parentSHA: commit.parents.first.map { "\($0)" }, isMerge: false,
          authorName: commit.author.name, authorEmail: commit.author.email,
          authoredAt: Date(timeIntervalSince1970: Double(commit.author.time)),
          committedAt: Date(timeIntervalSince1970: Double(commit.committer.time)),
          title: commit.title)
      }
  }

  // MARK: Landing

  /// Whether the revision reaches the commit with which a merge request landed.
  func reaches(_ request: CachedMergeRequest) -> Bool {
    [request.mergeCommitSHA, request.squashCommitSHA, request.headSHA].contains { sha in
      sha.flatMap { ObjectID(hex: $0) }.map(commits.contains) ?? false
    }
  }

  /// Whether the revision has a commit as another under a new id, as rebases and cherry-picks make them.
  func hasPatch(of sha: String) -> Bool {
    guard let id = ObjectID(hex: sha), let commit = try? repository.commit(id) else { return false }
    return patches[Self.patch(commit)] != nil
  }

  /// Whether the revision has what a merge request brought; `nil` where nothing tells.
  func contains(_ request: CachedMergeRequest) -> Bool? {
    if reaches(request) || trailers.contains(request.iid) { return true }
    if let head = request.headSHA, hasPatch(of: head) { return true }
    // A commit of merging that is known and not reached has landed elsewhere, or later.
    let merge = [request.mergeCommitSHA, request.squashCommitSHA].compactMap { $0 }
      .compactMap { ObjectID(hex: $0) }
    return merge.contains(where: repository.contains) ? false : nil
  }

  // MARK: Reverts

  /// The commit that took a merge request back for good, before the incident.
  func revert(of request: CachedMergeRequest, until end: Date) -> ObjectID? {
    let mergedAt = Int64((request.mergedAt ?? .distantPast).timeIntervalSince1970)
    let later = reverts.filter {
      $0.time >= mergedAt - 60 && $0.time <= Int64(end.timeIntervalSince1970)
    }
    guard !later.isEmpty else { return nil }
    let landed = Set(
      [request.mergeCommitSHA, request.squashCommitSHA].compactMap { $0 }.compactMap {
        ObjectID(hex: $0)
      })
    var own: [ObjectID]?
    var taken: Set<ObjectID> = []
    var found: ObjectID?
    for revert in later {
      if let target = revert.target {
        if landed.contains(target) {
          found = revert.commit
        } else if target == found {
          found = nil
        } else {
          let commits = own ?? ownCommits(of: request)
          own = commits
          guard commits.contains(target) else { continue }
          taken.insert(target)
          if taken.count == commits.count { found = revert.commit }
        }
      } else if revert.mergeRequest == request.iid {
        found = revert.commit
      } else if let title = revert.title, Self.isSame(title, request.title) {
        found = revert.commit
      }
    }
    return found
  }

  // MARK: Mentions

  /// A commit that names one of those that a merge request brought, as a repair does with what it repairs.
  func naming(_ request: CachedMergeRequest) -> ObjectID? {
    guard !namings.isEmpty else { return nil }
    let landed = [request.mergeCommitSHA, request.squashCommitSHA].compactMap { $0 }
      .compactMap { ObjectID(hex: $0) }
    let own = landed + ownCommits(of: request)
    return own.lazy.compactMap { namings[String("\($0)".prefix(MessageReader.digits))] }
      .first { !own.contains($0) }
  }

  private static func isSame(_ one: String, _ two: String) -> Bool {
    one.count > 12 && one == two
  }

  /// The commits that a merge request brought, merges left out, in their form of today where they were rebased.
  private func ownCommits(of request: CachedMergeRequest) -> [ObjectID] {
    guard let base = request.baseSHA.flatMap({ ObjectID(hex: $0) }),
      let head = request.headSHA.flatMap({ ObjectID(hex: $0) })
    else { return [] }
    // Where the base lies on the first parents, without a merge on the way, nothing has to be read.
    var found: [ObjectID] = []
    var next = head
    while next != base, found.count < Self.mostCommits, let known = parents[next], !known.isMerge,
      let parent = known.first
    {
      found.append(next)
      next = parent
    }
    if next == base { return found }
    let commits = (try? repository.commits(from: base, to: head, atMost: Self.mostCommits)) ?? []
    return commits.filter { $0.parents.count == 1 }.map {
      self.commits.contains($0.id) ? $0.id : patches[Self.patch($0)] ?? $0.id
    }
  }
}
