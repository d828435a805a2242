import Cache
import Correlation
import Foundation
import Settings

/// A person's question: which merge request broke what was seen then, there?
///
/// The one way from a question to an answer, whether it comes from a terminal or over the dashboard.
public struct AnalysisInquiry {
  /// What was seen.
  public var symptom: Symptom
  /// Where to look, as a person names repositories; none for where the services lead, else everywhere.
  public var repositories: [String]
  /// The services that broke.
  public var services: [String]
  /// From when to when it was seen, in whole seconds.
  public var span: ClosedRange<Date>
  /// The days before its end in which a merge may lie; `nil` for the usual ones, or a longer span.
  public var lookbackDays: Int?
  /// Whether the usual days are no more than those that the repositories keep ready.
  public var keepsWithinReady = false
  /// The revision that ran; `nil` for the branch as it was then.
  public var revision: String?
  /// The most suspects to name.
  public var limit: Int
  /// Notes on how the symptom was read, sentences; they come first.
  public var notes: [String] = []

  /// An answer and what it stands on.
  public struct Answer {
    /// The question, without what was left out.
    public var query: AnalysisQuery
    /// The answer.
    public var analysis: Analysis
    /// What a reader should know, sentences; the shortfalls are among them.
    public var notes: [String]
    /// What the suspects were weighed with; `nil` for the standard weights.
    public var weights: FittedWeights?
    /// Whether a repository was left out that was to be looked at.
    public var leavesOut: Bool
    /// Whether anything was left out or is older than the question.
    public var isPartial: Bool
  }

  /// Makes a question of its parts.
  public init(
    symptom: Symptom, repositories: [String] = [], services: [String] = [],
    span: ClosedRange<Date>, lookbackDays: Int? = nil, revision: String? = nil, limit: Int = 10
  ) {
    self.symptom = symptom
    self.repositories = repositories
    self.services = services
    self.span = span
    self.lookbackDays = lookbackDays
    self.revision = revision
    self.limit = limit
  }

  /// Answers from disk.
  ///
  /// - Parameters:
  ///   - settings: `nil` where there are none yet.
  ///   - searchRevision: Asks the servers of projects for a revision that no mirror has.
  ///   - fetchFiles: As ``Analyzer/analyze(_:fetchFiles:leaveOut:)`` takes it.
  ///   - reason: Why a project could not be completed and what to do, a sentence; `nil` for the error's own.
  /// - Throws: ``AnalysisScopes/Failure``, ``CachedProjectLookup/Failure``, `AnalysisError`, `CacheError`,
  ///   `SettingsError`, what the closures throw.
  public func answer(
    cache: CacheStore, settings: SettingsStore?,
    searchRevision: (String, [CachedProject]) throws -> Void,
    fetchFiles: (String, CachedProject) throws -> Bool,
    reason: () -> String?
  ) throws -> Answer {
    var scopes = try AnalysisScopes(
      cache: cache, settings: settings, repositories: repositories, services: services,
      symptom: symptom)
    if let revision {
      if !scopes.have(revision) { try searchRevision(revision, scopes.found.map(\.project)) }
      try scopes.keep(having: revision)
    }
    let ready = scopes.found.map(\.project.lookbackDays).max() ?? .max
    let usual = RepositorySetting.defaultLookbackDays
    let days =
      lookbackDays
      ?? AnalysisQuery.lookbackDays(
        usual: keepsWithinReady ? min(ready, usual) : usual, from: span.lowerBound,
        until: span.upperBound)
    scopes.checkWindow(
      from: span.upperBound.addingTimeInterval(-Double(days) * 86400), until: span.upperBound)
    var query = AnalysisQuery(
      symptom: symptom, scopes: scopes.found, at: span.upperBound, lookbackDays: days,
      revision: revision, limit: limit)
    var weightNotes: [String] = []
    let weights = AnalysisScopes.weights(for: query, in: cache, notes: &weightNotes)
    var errors: [AnalysisError] = []
    var leftOut: [String] = []
    let analysis = try Analyzer(cache: cache, fitted: weights).analyze(
      query, fetchFiles: fetchFiles,
      leaveOut: {
        errors.append($0)
        leftOut.append("\($0.summary) It was left out. \(reason() ?? $0.hint)")
      })
    query.leaveOut(errors)
    let shortfalls = leftOut + scopes.shortfalls
    return Answer(
      query: query, analysis: analysis,
      notes: notes + scopes.notes
        + scopes.notes(lacking: analysis.missingPrefixes, names: query.names)
        + Self.outside(analysis) + Self.shortened(shortfalls) + weightNotes, weights: weights,
      leavesOut: scopes.leavesOut || !leftOut.isEmpty, isPartial: !shortfalls.isEmpty)
  }

  /// Where the symptom leads to outside of the directories that services are mapped to.
  static func outside(_ analysis: Analysis) -> [String] {
    analysis.outside.prefix(mostOutside).map { place in
      let prefixes = (analysis.pathPrefixes[place.repository] ?? []).joined(separator: ", ")
      return
        "The symptom leads to \(place.file), but of \(place.repository) only \(prefixes) was looked at, as the mappings of services say: 'sigsentry analyze --repo \(place.repository)' looks at all of it."
    }
  }

  /// The most repositories that are told of so.
  private static let mostOutside = 3

  /// The first of what is amiss, and of how many repositories more there would be as much to say.
  static func shortened(_ shortfalls: [String]) -> [String] {
    let shown = 5
    guard shortfalls.count > shown + 1 else { return shortfalls }
    return shortfalls.prefix(shown) + [
      "There is as much to say of \(shortfalls.count - shown) more; 'sigsentry status' tells of each repository."
    ]
  }
}
