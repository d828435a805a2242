import Cache
import Foundation
import Mirror

/// One project's part of a question: its candidates, and what was observed on them.
struct Investigation {
  let project: CachedProject
  /// What the project is called in the answer.
  let name: String
  let revision: ObjectID
  let view: RevisionView
  let places: [Place]
  /// The file that the symptom leads to first, where it lies outside of the directories that count.
  let outside: String?
  /// The directories to look below that the revision lacks.
  let missingPrefixes: [String]
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
  /// - Returns: `nil` where the project has no branch to look at, or one that begins after the incident.
  /// - Throws: ``AnalysisError``, ``CacheError``.
  init?(
    _ scope: AnalysisScope, named name: String, query: AnalysisQuery, cache: CacheStore
  ) throws {
    let project = scope.project
    self.project = project
    self.name = name
    let start = query.at.addingTimeInterval(-Double(query.lookbackDays) * 86400)
    let mirror = MirrorDirectory(
      cache: cache.directory, host: project.host, projectID: project.projectID)
    let history: LandedHistory
    let exonerated: [CandidateFinder.Exonerated]
    let precedents: PrecedentSearch?
    var examined: ObjectID?
    do {
      let repository = try Repository(bareAt: mirror.path)
      guard let found = try Self.revision(scope, query, in: repository, named: name) else {
        return nil
      }
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
        project: project, from: start, until: query.at, below: Self.folders(scope))
      candidates = docket.candidates
      exonerated = docket.exonerated
    } catch let error as GitError {
      throw AnalysisError.mirror(repository: name, error)
    } catch DiffError.missingObject(_, .tree, _) where mirror.isPartial && examined != nil {
      throw AnalysisError.filesMissing(
        revision: examined.map { "\($0)" } ?? "", repository: name, project: project)
    } catch let error as DiffError {
      throw AnalysisError.damaged(repository: name, reason: "\(error)")
    }
    let paths = view.paths
    missingPrefixes = scope.pathPrefixes.filter { prefix in
      let folder = Array("\(prefix)/".utf8)
      return !paths.contains { $0.starts(with: folder) }
    }
    let lost = LostFiles(candidates, present: view.pathSet)
    let order = FrameOrder(query.symptom)
    let changed = try ChangedFunctions(
      named: order.namesWithoutPath, by: candidates, in: cache)
    let places = PlaceFinder(
      view, of: project.path, lost: lost, changed: changed, below: Self.folders(scope)
    ).places(of: query.symptom, order)
    self.places = places
    outside =
      scope.pathPrefixes.isEmpty ? nil : Self.outside(view, of: query.symptom, order, places)
    exonerations = exonerated.map { one in
      Exoneration(
        repository: name, mergeRequest: one.request, reason: one.reason.clause(one.files, places))
    }
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

  /// Less is believed of a file that shares no more than its name with a path.
  private static let leastBelief = 0.5

  /// The file of the frame nearest to the failure, or of the first path mentioned elsewhere, that is of the revision at all;
  /// `nil` where it is among the places.
  private static func outside(
    _ view: RevisionView, of symptom: Symptom, _ order: FrameOrder, _ places: [Place]
  ) -> String? {
    let frames = Set(places.compactMap(\.frame))
    let mentions = Set(places.compactMap(\.mention))
    func file(_ path: String) -> String? {
      guard let first = view.index.matches(path, limit: 1).first, first.weight >= leastBelief else {
        return nil
      }
      return first.path
    }
    for step in order.steps {
      if frames.contains(step.frame.index) { return nil }
      guard step.frame.isInApp != false, let path = step.frame.path else { continue }
      if let file = file(path) { return file }
    }
    for (number, mention) in symptom.paths.enumerated() {
      if mentions.contains(number) { return nil }
      if let file = file(mention.path) { return file }
    }
    return nil
  }

  private static func folders(_ scope: AnalysisScope) -> [[UInt8]] {
    scope.pathPrefixes.map { Array("\($0)/".utf8) }
  }

  /// The most commits that are gone back from a branch's tip to the time of the incident.
  private static let mostSteps = 50_000

  private static func revision(
    _ scope: AnalysisScope, _ query: AnalysisQuery, in repository: Repository, named name: String
  ) throws -> (id: ObjectID, references: [(name: String, id: ObjectID)])? {
    func resolve(_ revision: String) throws -> ObjectID {
      do {
        return try repository.resolveCommit(revision)
      } catch let error where [.notFound, .invalid, .ambiguous].contains(error.code) {
        throw AnalysisError.unknownRevision(revision, repository: name)
      }
    }
    if let pinned = scope.pinned {
      let references = pinned.references.sorted { $0.key < $1.key }.compactMap { name, sha in
        ObjectID(hex: sha).map { (name: name, id: $0) }
      }
      return (try resolve(pinned.sha), references)
    }
    if let revision = query.revision { return (try resolve(revision), []) }
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
      guard let parent = commit.parents.first else { return nil }
      next = parent
    }
    return (tip, references)
  }
}
