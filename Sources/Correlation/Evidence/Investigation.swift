import Cache
import Foundation
import Mirror

/// One project's part of a question: its candidates, and what was observed on them.
struct Investigation {
  let scope: AnalysisScope
  /// What the project is called in the answer.
  let name: String
  let revision: ObjectID
  let view: RevisionView
  let places: [Place]
  let candidates: [Candidate]
  let observations: [Observations]
  let exonerations: [Exoneration]
  let situation: Situation
  /// The newest commits of the window that the revision has.
  let recentCommits: [CachedCommit]
  /// The refs of branches that the revision was found by, by name.
  let references: [(name: String, id: ObjectID)]

  /// Collects the evidence of one project.
  ///
  /// - Returns: `nil` where the project has no branch to look at.
  /// - Throws: ``AnalysisError``, ``CacheError``.
  init?(
    _ scope: AnalysisScope, named name: String, query: AnalysisQuery, cache: CacheStore
  ) throws {
    let project = scope.project
    self.scope = scope
    self.name = name
    let start = query.at.addingTimeInterval(-Double(query.lookbackDays) * 86400)
    let mirror = MirrorDirectory(
      cache: cache.directory, host: project.host, projectID: project.projectID)
    let history: LandedHistory
    let precedents: PrecedentSearch?
    var examined: ObjectID?
    do {
      let repository = try Repository(bareAt: mirror.path)
      guard let found = try Self.revision(scope, query, in: repository) else { return nil }
      revision = found.id
      examined = found.id
      references = found.references
      precedents =
        query.symptom.hasProse
        ? PrecedentSearch(
          bareAt: mirror.path, behind: revision, before: Int64(start.timeIntervalSince1970),
          tokens: WordQuery(symptom: query.symptom, places: []).prose, projects: query.scopes.count)
        : nil
      view = try RevisionView(repository, revision: revision)
      history = try LandedHistory(repository, revision: revision, since: start)
      recentCommits = history.newest(from: start, until: query.at)
      let docket = try CandidateFinder(cache: cache, history: history).find(
        project: project, named: name, from: start, until: query.at, below: scope.pathPrefix)
      candidates = docket.candidates
      exonerations = docket.exonerations
    } catch let error as GitError {
      if let revision = scope.pinned?.sha ?? query.revision,
        error.code == .notFound || error.code == .invalid
      {
        throw AnalysisError.unknownRevision(revision, repository: name)
      }
      throw AnalysisError.mirror(repository: name, error)
    } catch DiffError.missingObject(_, .tree, _) where mirror.isPartial && examined != nil {
      throw AnalysisError.filesMissing(
        revision: examined.map { "\($0)" } ?? "", repository: name, project: project)
    } catch let error as DiffError {
      throw AnalysisError.damaged(repository: name, reason: "\(error)")
    }
    let lost = LostFiles(candidates, present: view.pathSet)
    places = PlaceFinder(view, lost: lost, below: scope.pathPrefix).places(of: query.symptom)
    do {
      observations = try Observer(
        view: view, cache: cache, project: project.id, symptom: query.symptom, places: places,
        candidates: candidates, history: history,
        span: Observer.Span(
          start: start, end: query.at, knownSince: scope.knownSince ?? start),
        precedents: precedents
      ).observe()
    } catch let error as GitError {
      throw AnalysisError.mirror(repository: name, error)
    }
    situation = Situation(
      candidates: observations, places: places, hasProse: query.symptom.hasProse)
  }

  /// The most commits that are gone back from a branch's tip to the time of the incident.
  private static let mostSteps = 50_000

  private static func revision(
    _ scope: AnalysisScope, _ query: AnalysisQuery, in repository: Repository
  ) throws(GitError) -> (id: ObjectID, references: [(name: String, id: ObjectID)])? {
    if let pinned = scope.pinned {
      let references = pinned.references.sorted { $0.key < $1.key }.compactMap { name, sha in
        ObjectID(hex: sha).map { (name: name, id: $0) }
      }
      return (try repository.resolveCommit(pinned.sha), references)
    }
    if let revision = query.revision { return (try repository.resolveCommit(revision), []) }
    guard let branch = scope.branch ?? scope.project.defaultBranch,
      let tip = try repository.reference("refs/heads/\(branch)")
    else { return nil }
    let references = [(name: "refs/heads/\(branch)", id: tip)]
    // What was committed after the incident did not run.
    let end = Int64(query.at.timeIntervalSince1970.rounded(.up))
    var next = tip
    for _ in 0..<mostSteps {
      let commit = try repository.commit(next)
      if commit.committer.time <= end { return (next, references) }
      guard let parent = commit.parents.first else { break }
      next = parent
    }
    return (tip, references)
  }
}

/// Sorts the merge requests of a window into those that may have broken it and those that cannot have.
struct CandidateFinder {
  let cache: CacheStore
  let history: LandedHistory

  func find(
    project: CachedProject, named name: String, from start: Date, until end: Date,
    below prefix: String?
  ) throws -> (candidates: [Candidate], exonerations: [Exoneration]) {
    let merged = try cache.merged(project: project.id, from: start, until: end)
    let files = try cache.fileChanges(diffs: merged.compactMap(\.diffID))
    let onBranches = try cache.storedCommits(
      project: project.id, among: merged.compactMap(\.headSHA))
    var candidates: [Candidate] = []
    var exonerations: [Exoneration] = []
    let folder = prefix.map { Array("\($0)/".utf8) }
    for request in merged.reversed() {
      let own = request.diffID.flatMap { files[$0] } ?? []
      guard landed(request, onBranches: onBranches) else { continue }
      if let folder, !own.contains(where: { $0.path.starts(with: folder) }) { continue }
      if let reason = reason(for: request, own, until: end) {
        exonerations.append(
          Exoneration(repository: name, mergeRequest: request, reason: reason))
        continue
      }
      candidates.append(
        Candidate(
          request: request, files: own, order: candidates.count,
          ageDays: end.timeIntervalSince(request.mergedAt ?? end) / 86400))
    }
    return (candidates, exonerations)
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
  ) -> String? {
    if let revert = history.revert(of: request, until: end) {
      return "it was reverted by \("\(revert)".prefix(8)) before the incident"
    }
    if Self.isBot(request) { return "its author is a bot" }
    guard !files.isEmpty else { return nil }
    if files.allSatisfy({ $0.effect == .generated }) {
      return "it changed generated or vendored files alone"
    }
    if files.allSatisfy({ $0.effect == .comments || $0.effect == .formatting }) {
      return files.contains { $0.effect == .comments }
        ? "it changed comments alone" : "it changed white space alone"
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
