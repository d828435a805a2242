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
    var inquiry = AnalysisInquiry(
      symptom: Symptom.parse(question.text), repositories: question.repositories,
      services: question.services, span: question.timeStart...question.timeEnd,
      lookbackDays: question.lookbackDays, revision: question.revision, limit: question.limit)
    inquiry.keepsWithinReady = true
    let completion = MirrorCompletion(cacheDirectory: cache.directory, download: download)
    func failure() -> WebFailure? { completion.takeFailure().map { WebFailure($0) } }
    let answer: AnalysisInquiry.Answer
    do {
      answer = try cache.onOneState {
        try inquiry.answer(
          cache: cache, settings: store, searchRevision: completion.searchRevision,
          fetchFiles: completion.fetchFiles, reason: { failure()?.message })
      }
    } catch let error as AnalysisError {
      throw failure().map {
        WebFailure($0.code, "\(error.summary) \($0.message)", hint: $0.hint)
      } ?? error
    }
    let report = AnalysisReport(
      answer.analysis, notes: answer.notes, weights: answer.weights,
      answeredOffline: completion.isOffline)
    return Answer(
      forms: try forms(answer.analysis, report, answer.query.names, notes: answer.notes),
      isPartial: answer.isPartial)
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
}
