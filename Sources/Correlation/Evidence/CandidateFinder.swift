import Cache
import Foundation
import Mirror

/// Sorts the merge requests of a window into those that may have broken it and those that cannot have.
struct CandidateFinder {
  /// A merge request that cannot have broken it.
  struct Exonerated {
    var request: CachedMergeRequest
    var files: [CachedFileChange]
    var reason: Reason
  }

  /// Why a merge request is no suspect.
  enum Reason {
    case reverted(ObjectID)
    case bot
    case generated
    case comments
    case formatting

    /// A clause for a person. A bot's update of what broke may be at fault for all that: who reads of it is told.
    func clause(_ files: [CachedFileChange], _ places: [Place]) -> String {
      switch self {
      case .reverted(let commit): "it was reverted by \("\(commit)".prefix(8)) before the incident"
      case .generated: "it changed generated or vendored files alone"
      case .comments: "it changed comments alone"
      case .formatting: "it changed white space alone"
      case .bot:
        if let named = places.first(where: { place in files.contains { $0.path == place.path } }) {
          "its author is a bot, though it changed \(named.text), which the symptom names"
        } else {
          "its author is a bot"
        }
      }
    }
  }

  let cache: CacheStore
  let history: LandedHistory

  func find(
    project: CachedProject, from start: Date, until end: Date, below folders: [[UInt8]]
  ) throws -> (candidates: [Candidate], exonerated: [Exonerated]) {
    let merged = try cache.merged(project: project.id, from: start, until: end)
    let files = try cache.fileChanges(diffs: merged.compactMap(\.diffID))
    let onBranches = try cache.storedCommits(
      project: project.id, among: merged.compactMap(\.headSHA))
    var candidates: [Candidate] = []
    var exonerated: [Exonerated] = []
    for request in merged.reversed() {
      let own = request.diffID.flatMap { files[$0] } ?? []
      guard landed(request, onBranches: onBranches) else { continue }
      guard folders.isEmpty || own.contains(where: { $0.isBelow(folders) }) else { continue }
      if let reason = reason(for: request, own, until: end) {
        exonerated.append(Exonerated(request: request, files: own, reason: reason))
        continue
      }
      candidates.append(
        Candidate(
          request: request, files: own, order: candidates.count,
          ageDays: end.timeIntervalSince(request.mergedAt ?? end) / 86400))
    }
    return (candidates, exonerated)
  }

  /// Whether the revision may have what a merge request brought.
  ///
  /// A head that lies on a branch has landed as it is; where the revision does not reach it, it came later.
  private func landed(_ request: CachedMergeRequest, onBranches: Set<String>) -> Bool {
    guard let head = request.headSHA, onBranches.contains(head) else {
      return history.contains(request) ?? true
    }
    return history.reaches(request) || history.hasPatch(of: head)
  }

  private func reason(
    for request: CachedMergeRequest, _ files: [CachedFileChange], until end: Date
  ) -> Reason? {
    if let revert = history.revert(of: request, until: end) { return .reverted(revert) }
    if Self.isBot(request) { return .bot }
    guard !files.isEmpty else { return nil }
    if files.allSatisfy({ $0.effect == .generated }) { return .generated }
    if files.allSatisfy({ $0.effect == .comments || $0.effect == .formatting }) {
      return files.contains { $0.effect == .comments } ? .comments : .formatting
    }
    return nil
  }

  /// Accounts that write merge requests by themselves, by the names that GitLab and common tools give them.
  private static func isBot(_ request: CachedMergeRequest) -> Bool {
    let name = (request.authorUsername ?? "").lowercased()
    if name.hasSuffix("-bot") || name.hasSuffix("_bot") || name.hasSuffix("[bot]")
      || name.hasPrefix("renovate") || name.hasPrefix("dependabot")
    {
      return true
    }
    // project_12_bot_34ab, group_12_bot
    return (name.hasPrefix("project_") || name.hasPrefix("group_")) && name.contains("_bot")
  }
}

extension CachedFileChange {
  /// Whether it lies in one of some folders, or did before it was moved away.
  fileprivate func isBelow(_ folders: [[UInt8]]) -> Bool {
    folders.contains { path.starts(with: $0) || oldPath?.starts(with: $0) == true }
  }
}
