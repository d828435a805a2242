import Cache
import Foundation
import Mirror
import SourceCode

/// A regression of the past whose culprit a later change names.
struct PastCase: Sendable {
  /// The forms in which it is told.
  enum Form: String, CaseIterable, Sendable {
    /// Frames in the functions that the repair changed.
    case trace
    /// The files that it changed, by name.
    case files
    /// What it said, without the answer.
    case words
    /// The words with the trace.
    case wordsAndTrace
  }

  /// The commit, or the merge request's head, that repaired it.
  var fix: String
  /// The revision before the repair.
  var revision: String
  /// When it was repaired, in place of when it was seen.
  var at: Date
  /// The merge request that broke it.
  var culprit: Int64
  /// When that was merged.
  var culpritMergedAt: Date
  /// The symptoms that are made of the repair.
  var symptoms: [(form: Form, text: String)]
}

/// Finds regressions in a project's own history: reverts, `Fixes:` trailers, and sentences that blame a commit or a
/// merge request, in messages of commits and in descriptions of merge requests.
struct PastCaseFinder {
  private let repository: Repository
  private let reader: DiffEngine
  private let content: ContentReader
  private let matcher = LineMatcher()
  private let requests: [CachedMergeRequest]
  private let byIID: [Int64: CachedMergeRequest]

  /// The most commits of one merge request that are known as its own.
  private static let mostCommits = 100
  /// The most files of a repair that a symptom is made of.
  private static let mostFiles = 5
  /// Larger contents are not looked into.
  private static let largestFile = 2 << 20
  /// Shorter prose tells nothing.
  private static let shortestProse = 30

  /// - Throws: ``GitError``, ``CacheError``.
  init(cache: CacheStore, project: CachedProject) throws {
    let mirror = MirrorDirectory(
      cache: cache.directory, host: project.host, projectID: project.projectID)
    repository = try Repository(bareAt: mirror.path)
    reader = DiffEngine(repository)
    content = ContentReader(repository)
    requests = try cache.merged(project: project.id, from: .distantPast, until: .distantFuture)
    byIID = Dictionary(requests.map { ($0.iid, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The cases of a branch, newest first.
  ///
  /// - Parameters:
  ///   - lookbackDays: A culprit that was merged longer before is an older one.
  ///   - most: The most cases with a culprit in the window; with an older one there are at most half as many.
  /// - Throws: ``GitError``, ``CacheError``.
  func find(
    branch: String, since start: Date, lookbackDays: Int, most: Int
  ) throws -> [PastCase] {
    guard let tip = try repository.reference("refs/heads/\(branch)") else { return [] }
    let commits = try repository.commits(
      reachableFrom: [tip], since: Int64(start.timeIntervalSince1970))
    let owners = owners(commits)
    var cases: [PastCase] = []
    var pairs: Set<[Int64]> = []
    var room = [most, most / 2]
    /// One repair may be many commits, and say the same in its merge request.
    func isNew(_ culprit: Int64, _ own: Int64?) -> Bool {
      own.map { pairs.insert([culprit, $0]).inserted } ?? true
    }
    func take(_ found: PastCase?) {
      guard let found else { return }
      let isOlder =
        found.at.timeIntervalSince(found.culpritMergedAt) > Double(lookbackDays) * 86400
      guard room[isOlder ? 1 : 0] > 0 else { return }
      room[isOlder ? 1 : 0] -= 1
      cases.append(found)
    }
    for commit in commits where commit.parents.count == 1 && room != [0, 0] {
      let own = owners["\(commit.id)"]
      guard let culprit = culprit(of: commit, own, owners), isNew(culprit.iid, own) else {
        continue
      }
      take(pastCase(commit, culprit, own: own.flatMap { byIID[$0] }))
    }
    for request in requests.reversed() where room != [0, 0] {
      guard let culprit = culprit(of: request, owners), isNew(culprit.iid, request.iid) else {
        continue
      }
      take(pastCase(request, culprit))
    }
    return cases.sorted { ($1.at, $0.fix) < ($0.at, $1.fix) }
  }

  /// The merge requests that brought commits, by the commit's id.
  private func owners(_ commits: [Commit]) -> [String: Int64] {
    var owners: [String: Int64] = [:]
    for request in requests {
      for sha in [request.mergeCommitSHA, request.squashCommitSHA, request.headSHA] {
        if let sha { owners[sha] = request.iid }
      }
      for commit in ownCommits(of: request) where owners["\(commit.id)"] == nil {
        owners["\(commit.id)"] = request.iid
      }
    }
    for commit in commits {
      if let iid = MessageReader.mergeRequest(in: commit.message) { owners["\(commit.id)"] = iid }
    }
    return owners
  }

  private func ownCommits(of request: CachedMergeRequest) -> [Commit] {
    guard let base = request.baseSHA.flatMap({ ObjectID(hex: $0) }),
      let head = request.headSHA.flatMap({ ObjectID(hex: $0) })
    else { return [] }
    return (try? repository.commits(from: base, to: head, atMost: Self.mostCommits)) ?? []
  }

  // MARK: Culprits

  private func culprit(
    of commit: Commit, _ own: Int64?, _ owners: [String: Int64]
  ) -> CachedMergeRequest? {
    let title = commit.title.lowercased()
    // What is brought back was no regression.
    guard !title.hasPrefix("revert \"revert"), !title.hasPrefix("reapply") else { return nil }
    return culprit(
      in: commit.message, own, owners,
      before: Date(timeIntervalSince1970: Double(commit.committer.time)))
  }

  private func culprit(
    of request: CachedMergeRequest, _ owners: [String: Int64]
  ) -> CachedMergeRequest? {
    let text = "\(request.title)\n\(request.description)"
    // "Introduced in !12" alone may speak of a feature.
    let lowered = text.lowercased()
    guard ["regress", "broke", "this reverts"].contains(where: { lowered.contains($0) }),
      !lowered.hasPrefix("revert \"revert")
    else { return nil }
    return culprit(in: text, request.iid, owners, before: request.createdAt)
  }

  private func culprit(
    in text: String, _ own: Int64?, _ owners: [String: Int64], before end: Date
  ) -> CachedMergeRequest? {
    var named: [Int64] = []
    if let target = MessageReader.revertedCommit(in: text), let iid = owners["\(target)"] {
      named.append(iid)
    }
    if let iid = MessageReader.revertedMergeRequest(in: text) { named.append(iid) }
    for prefix in MessageReader.blamedCommits(in: text) {
      guard let id = try? repository.resolveCommit(prefix), let iid = owners["\(id)"] else {
        continue
      }
      named.append(iid)
    }
    named += MessageReader.blamedMergeRequests(in: text)
    return named.filter { $0 != own }.compactMap { byIID[$0] }.first { request in
      request.mergedAt.map { $0 < end } ?? false
    }
  }

  // MARK: Symptoms

  private func pastCase(
    _ commit: Commit, _ culprit: CachedMergeRequest, own: CachedMergeRequest?
  ) -> PastCase? {
    guard let parent = commit.parents.first, let old = try? reader.tree(of: parent) else {
      return nil
    }
    var at = Date(timeIntervalSince1970: Double(commit.committer.time))
    // The repair itself is no candidate.
    if let merged = own?.mergedAt, merged <= at { at = merged.addingTimeInterval(-1) }
    return pastCase(
      fix: "\(commit.id)", revision: parent, from: old, to: commit.tree, at: at, culprit,
      message: commit.message)
  }

  private func pastCase(
    _ request: CachedMergeRequest, _ culprit: CachedMergeRequest
  ) -> PastCase? {
    guard let base = request.baseSHA.flatMap({ ObjectID(hex: $0) }),
      let head = request.headSHA.flatMap({ ObjectID(hex: $0) }),
      let old = try? reader.tree(of: base), let new = try? reader.tree(of: head)
    else { return nil }
    return pastCase(
      fix: "\(head)", revision: base, from: old, to: new, at: request.createdAt, culprit,
      message: "\(request.title)\n\n\(request.description)")
  }

  private func pastCase(
    fix: String, revision: ObjectID, from old: ObjectID, to new: ObjectID, at: Date,
    _ culprit: CachedMergeRequest, message: String
  ) -> PastCase? {
    guard let mergedAt = culprit.mergedAt, mergedAt < at,
      let changes = try? reader.changes(from: old, to: new)
    else { return nil }
    let changed = changes.filter { $0.oldBlob != nil && !$0.isBinary }
    let code = changed.filter { FileKind(path: $0.oldPath ?? $0.path) == .code }
    let files = (code.isEmpty ? changed : code).sorted {
      ($0.additions ?? 0) + ($0.deletions ?? 0) > ($1.additions ?? 0) + ($1.deletions ?? 0)
    }.prefix(Self.mostFiles)
    var frames: [String] = []
    for change in files where !code.isEmpty {
      let path = String(decoding: change.oldPath ?? change.path, as: UTF8.self)
      guard let place = place(change) else { continue }
      frames.append(
        "#\(frames.count)  \(place.function ?? "??") () at \(path):\(place.line)\n")
    }
    let titles = [culprit.title] + ownCommits(of: culprit).map(\.title)
    let words = PastProse(titles: titles).words(message)
    let hasWords = words.utf8.count > Self.shortestProse
    var symptoms: [(form: PastCase.Form, text: String)] = []
    if !frames.isEmpty { symptoms.append((.trace, frames.joined())) }
    if !files.isEmpty {
      let paths = files.map { String(decoding: $0.oldPath ?? $0.path, as: UTF8.self) }
      symptoms.append((.files, paths.joined(separator: "\n") + "\n"))
    }
    if hasWords { symptoms.append((.words, words)) }
    if hasWords, !frames.isEmpty {
      symptoms.append((.wordsAndTrace, "\(words)\n\n\(frames.joined())"))
    }
    guard !symptoms.isEmpty else { return nil }
    return PastCase(
      fix: fix, revision: "\(revision)", at: at, culprit: culprit.iid, culpritMergedAt: mergedAt,
      symptoms: symptoms)
  }

  /// The first line of the largest change, and the function around it.
  private func place(_ change: FileChange) -> (line: Int, function: String?)? {
    guard let old = change.oldBlob.flatMap({ content.text($0, limit: Self.largestFile) }) else {
      return nil
    }
    let new = change.newBlob.flatMap { content.text($0, limit: Self.largestFile) }
    let hunks = old.withSpan { old in
      new.map { $0.withSpan { matcher.hunks(old: old, new: $0) } }
        ?? matcher.hunks(old: old, new: Span())
    }
    guard let hunk = hunks.max(by: { $0.old.count < $1.old.count }) else { return nil }
    let language = SourceLanguage(path: change.oldPath ?? change.path)
    let outline = old.withSpan { SourceOutline($0, language: language) }
    let line = hunk.old.lowerBound
    return (line + 1, outline.function(at: line)?.name)
  }
}
