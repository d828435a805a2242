import Cache
import Correlation
import Foundation
import Pages
import Reports
import Settings
import Sync

/// What lists show of an answer.
struct AnalysisHeadline: Codable, Sendable {
  /// Where was looked.
  var repositories: [String]
  /// The first suspect, where it is worth naming.
  var suspect: String?
  /// How likely that one is the culprit.
  var confidence: Double?
  /// What could not be looked at, sentences.
  var notes: [String]
}

/// Answers a question from disk, and asks a server only for what its mirror lacks.
struct AnswerWriter {
  let store: SettingsStore
  let cache: CacheStore
  /// How what the mirror of a project lacks is fetched; `nil` where it cannot be.
  let download: (CachedProject) throws -> ContentDownload?

  struct Answer {
    var forms: StoredAnalysis.Answer
    /// Whether something could not be looked at.
    var isPartial: Bool
  }

  func answer(_ question: AnalysisQuestion) throws -> Answer {
    let symptom = Symptom.parse(question.text)
    var (shortfalls, question) = try withoutUncached(question)
    var scopes = try AnalysisScopes(
      cache: cache, settings: store, repositories: question.repositories,
      services: question.services, symptom: symptom)
    // As on the command line; fewer where less is kept ready of all of them.
    let usual = min(
      scopes.found.map(\.project.lookbackDays).max() ?? .max, RepositorySetting.defaultLookbackDays)
    let days =
      question.lookbackDays
      ?? AnalysisQuery.lookbackDays(usual: usual, from: question.timeStart, until: question.timeEnd)
    let start = question.timeEnd.addingTimeInterval(-Double(days) * 86400)
    let completion = MirrorCompletion(cacheDirectory: cache.directory, download: download)
    if let revision = question.revision {
      if !scopes.have(revision) {
        try completion.searchRevision(in: revision, of: scopes.found.map(\.project))
      }
      try scopes.keep(having: revision)
    }
    let notes = scopes.notes
    scopes.checkWindow(from: start, until: question.timeEnd)
    shortfalls += scopes.notes.dropFirst(notes.count)
    let names = RepositoryNames(of: scopes.found.lazy.map(\.project))
    shortfalls += scopes.found.compactMap {
      Self.failure(of: $0.project, named: names.name(of: $0.project))
    }
    let query = AnalysisQuery(
      symptom: symptom, scopes: scopes.found, at: question.timeEnd, lookbackDays: days,
      revision: question.revision, limit: question.limit)
    var told = notes
    let weights = AnalysisScopes.weights(for: query, in: cache, notes: &told)
    let analysis: Analysis
    do {
      analysis = try Analyzer(cache: cache, fitted: weights).analyze(
        query, fetchFiles: completion.fetchFiles,
        leaveOut: { error in
          let reason = completion.takeFailure()
          shortfalls.insert("\(error.summary) \(reason?.message ?? error.hint)", at: 0)
        })
    } catch let error as AnalysisError {
      throw completion.takeFailure().map {
        WebFailure($0.code, "\(error.summary) \($0.message)", hint: $0.hint)
      } ?? error
    }
    told = notes + Self.shortened(shortfalls) + told.dropFirst(notes.count)
    let report = AnalysisReport(
      analysis, notes: told, weights: weights, answeredOffline: completion.isOffline)
    return Answer(
      forms: try forms(analysis, report, query.names, notes: told), isPartial: !shortfalls.isEmpty)
  }

  private func forms(
    _ analysis: Analysis, _ report: AnalysisReport, _ names: RepositoryNames, notes: [String]
  ) throws -> StoredAnalysis.Answer {
    let ids = Dictionary(
      try store.repositories().map { (names.name(of: $0.path, at: "\($0.baseURL)"), $0.id) },
      uniquingKeysWith: { first, _ in first })
    let best = analysis.hasGoodSuspect ? analysis.suspects.first : nil
    let headline = AnalysisHeadline(
      repositories: analysis.repositories,
      suspect: best.map { "\($0.repository)!\($0.mergeRequest.iid) \($0.mergeRequest.title)" },
      confidence: best?.confidence, notes: notes)
    let view = AnalysisAnswer(analysis, repositoryIDs: ids)
    return StoredAnalysis.Answer(
      headline: try Self.text(headline),
      answer: String(decoding: report.archive.line, as: UTF8.self),
      view: try Self.text(view), page: report.html)
  }

  private static func text(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }

  /// Leaves out the repositories that were never synced, where others are asked about too.
  private func withoutUncached(
    _ question: AnalysisQuestion
  ) throws -> (notes: [String], question: AnalysisQuestion) {
    var question = question
    var notes: [String] = []
    let cached = try question.repositories.filter { path in
      do {
        return try CachedProjectLookup.project(path, in: cache).syncedAt != nil
      } catch CachedProjectLookup.Failure.unknown {
        return false
      }
    }
    if !cached.isEmpty || !question.services.isEmpty {
      let known = Set(cached)
      notes = question.repositories.filter { !known.contains($0) }.map { "\($0) was never synced." }
      question.repositories = cached
    }
    return (notes, question)
  }

  /// The first of what is amiss, and of how many repositories more there would be as much to say.
  static func shortened(_ shortfalls: [String]) -> [String] {
    let shown = 5
    guard shortfalls.count > shown + 1 else { return shortfalls }
    return shortfalls.prefix(shown) + [
      "There is as much to say of \(shortfalls.count - shown) more; 'sigsentry status' tells of each repository."
    ]
  }

  /// What a sync that failed means for an answer.
  private static func failure(of project: CachedProject, named name: String) -> String? {
    guard let failure = project.failure, let syncedAt = project.syncedAt else { return nil }
    return
      "The last sync of \(name) failed (\(failure)); the answer stands on what it had at "
      + "\(UTCTime.text(syncedAt))."
  }
}
