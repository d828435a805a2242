import Cache
import Foundation
import Mirror
import SourceCode

/// Why an analysis cannot be made.
public enum AnalysisError: Error, Sendable {
  /// The mirror does not have the revision.
  case unknownRevision(String, repository: String)
  /// Objects of the mirror are missing or damaged.
  case damaged(repository: String, reason: String)
  /// The mirror holds its window only, and not the directories of the revision.
  case filesMissing(revision: String, repository: String, project: CachedProject)
  /// The mirror of the project is missing or unreadable.
  case mirror(repository: String, GitError)

  /// One sentence: what happened.
  public var summary: String {
    switch self {
    case .unknownRevision(let revision, let repository):
      "The mirror of \(repository) knows no revision \(revision)."
    case .damaged(let repository, let reason):
      "The mirror of \(repository) is damaged: \(reason)."
    case .filesMissing(let revision, let repository, _):
      "The mirror of \(repository) holds its window only, and not the files of revision \(revision)."
    case .mirror(let repository, let error):
      "The mirror of \(repository) cannot be read: \(error)."
    }
  }

  /// What to do.
  public var hint: String {
    switch self {
    case .unknownRevision:
      "Give a branch, a tag, or a commit's id, whole or its first 7 digits or more; the server is asked for what 'sigsentry sync' did not bring, but with --offline."
    case .damaged: "Run 'sigsentry cache verify'."
    case .filesMissing(let revision, let repository, _):
      "Where the network is there, 'sigsentry analyze --repo \(repository) --revision \(revision)' fetches them."
    case .mirror(let repository, let error) where error.code == .notFound:
      "Run 'sigsentry sync \(repository)'."
    case .mirror(let repository, _):
      "Run 'sigsentry cache verify'; 'sigsentry cache clear \(repository)' and 'sigsentry sync \(repository)' build it anew."
    }
  }

  /// The repository that cannot be looked at, where it is only that.
  public var unreadable: String? {
    switch self {
    case .damaged(let repository, _), .mirror(let repository, _): repository
    case .filesMissing(_, let repository, _): repository
    case .unknownRevision: nil
    }
  }
}

/// Names the merge requests that may have broken something, from the cache and the mirrors alone.
///
/// The same query on the same cache gives the same answer.
public struct Analyzer {
  /// The version of the rules and weights: it grows whenever any answer may differ.
  public static let algorithmVersion = 11
  /// Below this confidence the answer is that there is no good suspect.
  public static let threshold = 0.3

  private let cache: CacheStore
  private let weights: Weights

  /// - Parameter cache: Open for reading at least.
  public init(cache: CacheStore) { self.init(cache: cache, weights: .standard) }

  init(cache: CacheStore, weights: Weights) {
    self.cache = cache
    self.weights = weights
  }

  /// The most commits that are listed beside the suspects.
  static let recentCommits = 5
  /// Less likely ones are no suspects.
  private static let leastProbability = 0.0001

  /// Answers a query.
  ///
  /// - Parameters:
  ///   - fetchFiles: Brings the files of a revision, which a mirror of its window only lacks, into a project's mirror;
  ///     tells whether they are there now. Called once a scope at most.
  ///   - leaveOut: Hears why a project was left out that cannot be looked at where others can.
  /// - Throws: ``AnalysisError`` where no project can be looked at, ``CacheError``, what `fetchFiles` throws.
  public func analyze(
    _ query: AnalysisQuery,
    fetchFiles: (_ revision: String, CachedProject) throws -> Bool = { _, _ in false },
    leaveOut: (AnalysisError) -> Void = { _ in }
  ) throws -> Analysis {
    var query = query
    var found: [(scope: AnalysisScope, investigation: Investigation?)] = []
    var unreadable: Set<String> = []
    var failure: AnalysisError?
    for scope in query.scopes {
      do {
        let name = query.names.name(of: scope.project)
        found.append((scope, try investigate(scope, named: name, query, fetchFiles)))
      } catch let error as AnalysisError {
        guard let name = error.unreadable else { throw error }
        failure = failure ?? error
        if query.scopes.count > 1, unreadable.insert(name).inserted { leaveOut(error) }
      }
    }
    if let failure, found.isEmpty { throw failure }
    query.scopes = found.map(\.scope)
    var analysis = Analysis(query)
    // Two branches of one project share merge requests.
    var known: Set<MergeRequestKey> = []
    for (scope, investigation) in found {
      guard let investigation else {
        analysis.pins.append(nil)
        continue
      }
      analysis.add(investigation, of: scope) {
        known.insert(MergeRequestKey(project: scope.project.id, iid: $0.iid)).inserted
      }
    }
    var listed: Set<String> = []
    analysis.recentCommits = Array(
      analysis.recentCommits.filter { listed.insert($0.commit.sha).inserted }.sorted {
        ($0.commit.committedAt, $0.commit.sha) > ($1.commit.committedAt, $1.commit.sha)
      }.prefix(Self.recentCommits))
    let investigations = found.compactMap(\.investigation)
    let ranked = rank(investigations)
    analysis.suspects = ranked.prefix(query.limit).map { suspect($0, investigations) }
    if (analysis.suspects.first?.confidence ?? 0) < Self.threshold {
      analysis.explanation = explanation(analysis, query.symptom)
    }
    return analysis
  }

  private func investigate(
    _ scope: AnalysisScope, named name: String, _ query: AnalysisQuery,
    _ fetchFiles: (_ revision: String, CachedProject) throws -> Bool
  ) throws -> Investigation? {
    do {
      return try Investigation(scope, named: name, query: query, cache: cache)
    } catch AnalysisError.filesMissing(let revision, let repository, let project) {
      guard try fetchFiles(revision, project) else {
        throw AnalysisError.filesMissing(
          revision: revision, repository: repository, project: project)
      }
      return try Investigation(scope, named: name, query: query, cache: cache)
    }
  }

  private struct MergeRequestKey: Hashable {
    var project: Int64
    var iid: Int64
  }

  private struct Ranked {
    var investigation: Int
    var candidate: Int
    var score: Double
    var probability = 0.0
    var confidence = 0.0
  }

  /// Ranks the candidates of all projects together, as if they were one window.
  private func rank(_ investigations: [Investigation]) -> [Ranked] {
    var ranked: [Ranked] = []
    var none = -Double.infinity
    let owners = FrameOwners.logarithms(investigations.map(\.places))
    for (index, (investigation, owner)) in zip(investigations, owners).enumerated() {
      let situation = investigation.situation
      none = max(none, owner + Situation.product(situation.none, weights.none))
      for (candidate, score) in situation.scores(weights).enumerated() {
        ranked.append(Ranked(investigation: index, candidate: candidate, score: owner + score))
      }
    }
    func key(_ one: Ranked) -> MergeRequestKey {
      let investigation = investigations[one.investigation]
      return MergeRequestKey(
        project: investigation.project.id, iid: investigation.candidates[one.candidate].request.iid)
    }
    // What two branches of a project share counts once, where it is the likelier.
    var best: [MergeRequestKey: Double] = [:]
    for one in ranked { best[key(one)] = max(best[key(one)] ?? one.score, one.score) }
    ranked = ranked.filter { best[key($0)] == $0.score && best.removeValue(forKey: key($0)) != nil }
    let most = max(ranked.map(\.score).max() ?? 0, none)
    let sum = ranked.reduce(exponential(none - most)) { $0 + exponential($1.score - most) }
    for index in ranked.indices {
      ranked[index].probability = exponential(ranked[index].score - most) / sum
    }
    ranked = ranked.filter { $0.probability >= Self.leastProbability }
    for index in ranked.indices {
      let situation = investigations[ranked[index].investigation].situation
      ranked[index].confidence = situation.confidence(
        in: ranked[index].candidate, ranked[index].probability, weights)
    }
    // Where words alone tell, what they add to the confidence is no reason against another.
    let goesByPlace = investigations.contains { !$0.situation.traits.contains(.words) }
    ranked.sort { one, two in
      if goesByPlace, one.confidence != two.confidence { return one.confidence > two.confidence }
      if one.score != two.score { return one.score > two.score }
      // Of equals the newer, then the one of the higher number, then the earlier project.
      let left = investigations[one.investigation].candidates[one.candidate]
      let right = investigations[two.investigation].candidates[two.candidate]
      if left.ageDays != right.ageDays { return left.ageDays < right.ageDays }
      if left.request.iid != right.request.iid { return left.request.iid > right.request.iid }
      return one.investigation < two.investigation
    }
    share(&ranked)
    return ranked
  }

  /// One merge request broke it: what the first one leaves is all that the others share. The curve of confidence is made
  /// for the first, and by itself would give ten that look alike more than 1 together.
  private func share(_ ranked: inout [Ranked]) {
    guard let first = ranked.first?.confidence else { return }
    for index in ranked.indices { ranked[index].confidence = min(ranked[index].confidence, first) }
    let others = ranked.dropFirst().reduce(0) { $0 + $1.confidence }
    guard first + others > 1 else { return }
    for index in ranked.indices.dropFirst() { ranked[index].confidence *= (1 - first) / others }
  }

  private func suspect(
    _ ranked: Ranked, _ investigations: [Investigation]
  ) -> Suspect {
    let investigation = investigations[ranked.investigation]
    let candidate = investigation.candidates[ranked.candidate]
    let observations = investigation.observations[ranked.candidate]
    let writer = EvidenceWriter(
      candidate: candidate, observations: observations, weights: weights,
      traits: investigation.situation.traits)
    let place = writer.bestPlace
    let lines = writer.bestLines
    let file = place?.text ?? writer.firstFile
    var snippet: [SnippetLine] = []
    if let place, let revisionFile = investigation.view.file(place.path), let lines {
      snippet = Self.snippet(revisionFile, lines, place.line)
    }
    return Suspect(
      repository: investigation.name, mergeRequest: candidate.request, file: file,
      function: place.flatMap { $0.function?.name ?? $0.name },
      lines: lines.map { ($0.lowerBound + 1)...max($0.lowerBound + 1, $0.upperBound) },
      score: ranked.probability, confidence: ranked.confidence, evidence: writer.evidence,
      snippet: snippet)
  }

  /// The lines around a change, with the line of the symptom marked.
  private static func snippet(
    _ file: RevisionFile, _ lines: Range<Int>, _ crash: Int?
  ) -> [SnippetLine] {
    let middle =
      crash.map { min(max($0, lines.lowerBound), max(lines.lowerBound, lines.upperBound - 1)) }
      ?? lines.lowerBound
    let start = max(0, max(lines.lowerBound - 2, middle - 6))
    let end = min(file.lineCount, min(max(lines.upperBound, lines.lowerBound + 1) + 2, middle + 7))
    guard start < end else { return [] }
    return (start..<end).map { line in
      SnippetLine(
        number: line + 1,
        text: String(decoding: file.line(line).wholeScalars(atMost: 200), as: UTF8.self),
        isChanged: lines.contains(line), isNamed: line == crash)
    }
  }

  private func explanation(_ analysis: Analysis, _ symptom: Symptom) -> String {
    let span = analysis.lookbackDays == 1 ? "a day" : "\(analysis.lookbackDays) days"
    let older = "the cause may be older than \(span)."
    if analysis.pins.allSatisfy({ $0 == nil }) {
      return "No branch that was looked at has a commit of that time or an older one."
    }
    if analysis.candidates == 0 { return "No merge request of the window is a candidate; \(older)" }
    if symptom.frames.isEmpty, symptom.paths.isEmpty, symptom.words.isEmpty,
      symptom.identifiers.isEmpty
    {
      return "The symptom names no file, function or word to go by."
    }
    let none =
      analysis.candidates == 1
      ? "The one merge request of the window does not stand out"
      : "None of the \(analysis.candidates) merge requests of the window stands out"
    return "\(none) enough; \(older)"
  }
}
