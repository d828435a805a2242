import Cache
import Foundation
import Mirror
import SourceCode

/// A regression of the past whose culprit later commits name.
public struct PastCase: Sendable {
  /// The commit that repaired it.
  public var fix: String
  /// The revision before the repair.
  public var revision: String
  /// When it was repaired, in place of when it was seen.
  public var at: Date
  /// The merge request that broke it.
  public var culprit: Int64
  /// When that was merged.
  public var culpritMergedAt: Date
  /// The symptom that is made of the repair, by its form: `trace`, `files` or `words`.
  public var symptoms: [(form: String, text: String)]
}

/// Finds regressions in a project's own history: reverts, `Fixes:` trailers, and sentences that blame a commit or a
/// merge request.
struct PastCaseFinder {
  private let cache: CacheStore
  private let project: CachedProject
  private let repository: Repository
  private let reader: DiffEngine
  private let content: ContentReader
  private let matcher = LineMatcher()

  /// The most commits of one merge request that are known as its own.
  private static let mostCommits = 100
  /// The most files of a repair that a symptom is made of.
  private static let mostFiles = 5

  init(cache: CacheStore, project: CachedProject) throws {
    self.cache = cache
    self.project = project
    let mirror = MirrorDirectory(
      cache: cache.directory, host: project.host, projectID: project.projectID)
    repository = try Repository(bareAt: mirror.path)
    reader = DiffEngine(repository)
    content = ContentReader(repository)
  }

  /// The cases of a branch, newest first.
  ///
  /// - Throws: ``GitError``, ``CacheError``.
  func find(branch: String, since start: Date, limit: Int) throws -> [PastCase] {
    guard let tip = try repository.reference("refs/heads/\(branch)") else { return [] }
    let merged = try cache.merged(project: project.id, from: .distantPast, until: .distantFuture)
    let byIID = Dictionary(merged.map { ($0.iid, $0) }, uniquingKeysWith: { first, _ in first })
    let commits = try repository.commits(
      reachableFrom: [tip], since: Int64(start.timeIntervalSince1970))
    let owners = owners(of: merged, commits)
    var cases: [PastCase] = []
    for commit in commits where commit.parents.count == 1 && cases.count < limit {
      guard let culprit = culprit(of: commit, owners, byIID) else { continue }
      if let found = pastCase(commit, culprit) { cases.append(found) }
    }
    return cases
  }

  private func owners(
    of merged: [CachedMergeRequest], _ commits: [Commit]
  ) -> [String: Int64] {
    var owners: [String: Int64] = [:]
    for request in merged {
      for sha in [request.mergeCommitSHA, request.squashCommitSHA, request.headSHA] {
        if let sha { owners[sha] = request.iid }
      }
      var next = request.headSHA.flatMap { ObjectID(hex: $0) }
      for _ in 0..<Self.mostCommits {
        guard let id = next, "\(id)" != request.baseSHA, let commit = try? repository.commit(id)
        else { break }
        if owners["\(id)"] == nil { owners["\(id)"] = request.iid }
        next = commit.parents.first
      }
    }
    for commit in commits {
      if let iid = MessageReader.mergeRequest(in: commit.message) { owners["\(commit.id)"] = iid }
    }
    return owners
  }

  private func culprit(
    of commit: Commit, _ owners: [String: Int64], _ requests: [Int64: CachedMergeRequest]
  ) -> CachedMergeRequest? {
    var named: [Int64] = []
    if let target = MessageReader.revertedCommit(in: commit.message), let iid = owners["\(target)"]
    {
      named.append(iid)
    }
    if let iid = MessageReader.revertedMergeRequest(in: commit.message) { named.append(iid) }
    for prefix in MessageReader.blamedCommits(in: commit.message) {
      guard let id = try? repository.resolveCommit(prefix), let iid = owners["\(id)"] else {
        continue
      }
      named.append(iid)
    }
    named += MessageReader.blamedMergeRequests(in: commit.message)
    let own = owners["\(commit.id)"]
    return named.filter { $0 != own }.compactMap { requests[$0] }.first { request in
      request.mergedAt.map { $0.timeIntervalSince1970 < Double(commit.committer.time) } ?? false
    }
  }

  private func pastCase(_ commit: Commit, _ culprit: CachedMergeRequest) -> PastCase? {
    guard let parent = commit.parents.first, let mergedAt = culprit.mergedAt,
      let old = try? reader.tree(of: parent),
      let changes = try? reader.changes(from: old, to: commit.tree)
    else { return nil }
    let files = changes.filter { $0.oldBlob != nil && !$0.isBinary }
      .sorted {
        ($0.additions ?? 0) + ($0.deletions ?? 0) > ($1.additions ?? 0) + ($1.deletions ?? 0)
      }
      .prefix(Self.mostFiles)
    var frames: [String] = []
    for (depth, change) in files.enumerated() {
      let path = String(decoding: change.oldPath ?? change.path, as: UTF8.self)
      guard let line = firstChangedLine(change) else { continue }
      frames.append(
        "#\(depth)  \(line.function ?? "unknown_function") () at \(path):\(line.number)")
    }
    var symptoms: [(form: String, text: String)] = []
    if !frames.isEmpty { symptoms.append(("trace", frames.joined(separator: "\n") + "\n")) }
    if !files.isEmpty {
      let paths = files.map { String(decoding: $0.oldPath ?? $0.path, as: UTF8.self) }
      symptoms.append(("files", paths.joined(separator: "\n") + "\n"))
    }
    let words = Self.prose(commit.message)
    if words.count > 30 { symptoms.append(("words", words)) }
    guard !symptoms.isEmpty else { return nil }
    return PastCase(
      fix: "\(commit.id)", revision: "\(parent)",
      at: Date(timeIntervalSince1970: Double(commit.committer.time)), culprit: culprit.iid,
      culpritMergedAt: mergedAt, symptoms: symptoms)
  }

  private func firstChangedLine(_ change: FileChange) -> (number: Int, function: String?)? {
    guard let old = change.oldBlob.flatMap({ content.text($0, limit: 2 << 20) }) else { return nil }
    let new = change.newBlob.flatMap { content.text($0, limit: 2 << 20) }
    let hunks = old.withBytes { old in
      new.map { $0.withBytes { matcher.hunks(old: old, new: $0) } }
        ?? matcher.hunks(old: old, new: UnsafeRawBufferPointer(start: nil, count: 0))
    }
    guard let hunk = hunks.max(by: { $0.old.count < $1.old.count }) else { return nil }
    let language = SourceLanguage(path: change.oldPath ?? change.path)
    let outline = old.withBytes { SourceOutline($0, language: language) }
    let line = hunk.old.lowerBound
    return (line + 1, outline.function(at: line)?.name)
  }

  /// A message without the answer: ids, merge requests, trailers and quoted titles are left out.
  static func prose(_ message: String) -> String {
    message.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      let text = line.lowercased()
      return !text.hasPrefix("revert \"") && !text.contains("his reverts")
        && !text.hasPrefix("fixes:") && !text.hasPrefix("part-of:") && !text.hasPrefix("see merge")
        && !text.contains("signed-off-by") && !text.hasPrefix("related")
        && !text.hasPrefix("closes")
    }.map { line in
      line.split(separator: " ").filter { word in
        let isID = word.utf8.filter { $0.isHex }.count >= 7 && word.utf8.contains { $0.isDigit }
        return !isID && !word.contains("!") && !word.contains("://") && !word.contains("#")
      }.joined(separator: " ")
    }.joined(separator: "\n")
  }
}
