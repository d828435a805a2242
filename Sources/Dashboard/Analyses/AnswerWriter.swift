import Cache
import Correlation
import Foundation
import Pages
import Reports
import Settings

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

/// Answers a question from disk.
struct AnswerWriter {
  let store: SettingsStore
  let cache: CacheStore

  struct Answer {
    var forms: StoredAnalysis.Answer
    /// Whether something could not be looked at.
    var isPartial: Bool
  }

  func answer(_ question: AnalysisQuestion) throws -> Answer {
    var notes: [String] = []
    let symptom = Symptom.parse(question.text)
    var scopes = try scopes(question, symptom, &notes)
    guard !scopes.isEmpty else {
      throw WebFailure(
        .notFound, notes.first ?? "No repository is in the cache yet.",
        hint: "Sync the repositories, then ask again.")
    }
    let days =
      question.lookbackDays
      ?? scopes.map(\.project.lookbackDays).max() ?? RepositorySetting.defaultLookbackDays
    let at = Date(timeIntervalSince1970: question.timeEnd.timeIntervalSince1970.rounded(.down))
    for scope in scopes { notes += shortfalls(of: scope.project, at: at, days: days) }
    while true {
      let query = AnalysisQuery(
        symptom: symptom, scopes: scopes, at: at, lookbackDays: days, revision: question.revision,
        limit: question.limit)
      do {
        let analysis = try Analyzer(cache: cache).analyze(query)
        return Answer(forms: try forms(analysis, notes: notes), isPartial: !notes.isEmpty)
      } catch let error as AnalysisError {
        guard let repository = error.unreadable, scopes.count > 1 else { throw error }
        scopes.removeAll { $0.project.path == repository }
        guard !scopes.isEmpty else { throw error }
        notes.append("\(error.summary) \(error.hint)")
      }
    }
  }

  private func forms(_ analysis: Analysis, notes: [String]) throws -> StoredAnalysis.Answer {
    let report = AnalysisReport(analysis, answeredOffline: true)
    let ids = Dictionary(
      try store.repositories().map { ($0.path, $0.id) }, uniquingKeysWith: { first, _ in first })
    let best = analysis.hasGoodSuspect ? analysis.suspects.first : nil
    let headline = AnalysisHeadline(
      repositories: analysis.repositories,
      suspect: best.map { "\($0.repository)!\($0.mergeRequest.iid) \($0.mergeRequest.title)" },
      confidence: best?.confidence, notes: notes)
    let view = AnalysisAnswer(analysis, repositoryIDs: ids)
    return StoredAnalysis.Answer(
      headline: try Self.text(headline),
      answer: String(
        decoding: report.archive.adding("notes", .array(notes.map(JSONValue.string))).line,
        as: UTF8.self),
      view: try Self.text(view), page: report.html)
  }

  private static func text(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }

  private func scopes(
    _ question: AnalysisQuestion, _ symptom: Symptom, _ notes: inout [String]
  ) throws -> [AnalysisScope] {
    let finder = ScopeFinder(cache: cache, settings: store)
    var question = question
    while true {
      do {
        return try finder.scopes(
          repositories: question.repositories, services: question.services, symptom: symptom)
      } catch let error as ScopeFinder.NotCached {
        notes.append("\(error.name) was never synced.")
        if error.isService {
          question.services.removeAll { $0 == error.name }
          if question.services.isEmpty { return [] }
        } else {
          question.repositories.removeAll { $0 == error.name }
          if question.repositories.isEmpty { return [] }
        }
      }
    }
  }

  /// Why the cache may not hold all that the question is about.
  private func shortfalls(of project: CachedProject, at end: Date, days: Int) -> [String] {
    guard let syncedAt = project.syncedAt else {
      return ["\(project.path) was never synced to its end."]
    }
    var notes: [String] = []
    if let failure = project.failure {
      notes.append(
        "The last sync of \(project.path) failed (\(failure)); the answer stands on what it had at "
          + "\(UTCTime.text(syncedAt)).")
    }
    let start = end.addingTimeInterval(-Double(days) * 86400)
    // A window that moved on since the last sync lacks nothing that GitLab had then.
    if let kept = project.windowStart, kept > start.addingTimeInterval(86400) {
      notes.append("\(project.path) holds merge requests since \(UTCTime.text(kept)) only.")
    }
    return notes
  }
}

extension AnalysisError {
  /// The repository that cannot be looked at, where it is only that.
  fileprivate var unreadable: String? {
    switch self {
    case .damaged(let repository, _), .mirror(let repository, _): repository
    case .unknownRevision: nil
    }
  }
}
