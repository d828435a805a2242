import Foundation
import GRDB

/// A row of `analysis` without its large columns.
struct AnalysisRecord: Codable, FetchableRecord, MutablePersistableRecord {
  static let databaseTableName = "analysis"
  /// The columns of a list.
  static let listed = [
    "id", "status", "createdAt", "finishedAt", "question", "headline", "failure",
  ].map {
    Column($0)
  }

  var id: Int64?
  var status: StoredAnalysis.Status
  var createdAt: Date
  var finishedAt: Date?
  var question: String
  var symptom: Data?
  var headline: String?
  var answer: String?
  var view: String?
  var page: String?
  var failure: String?

  mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }

  var analysis: StoredAnalysis {
    StoredAnalysis(
      id: id ?? 0, status: status, createdAt: createdAt, finishedAt: finishedAt,
      question: question, headline: headline, failure: failure)
  }
}
