import Foundation
import GRDB

/// A row of `analysis` without its large columns.
struct AnalysisRecord: Codable, FetchableRecord, MutablePersistableRecord {
  static let databaseTableName = "analysis"
  /// The columns of a list.
  static let listed = ["id", "status", "createdAt", "finishedAt", "question", "failure"].map {
    Column($0)
  }

  var id: Int64?
  var status: StoredAnalysis.Status
  var createdAt: Date
  var finishedAt: Date?
  var question: String
  var symptom: Data?
  var answer: String?
  var page: String?
  var failure: String?

  mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }

  var analysis: StoredAnalysis {
    StoredAnalysis(
      id: id ?? 0, status: status, createdAt: createdAt, finishedAt: finishedAt,
      question: question, answer: answer, failure: failure)
  }
}
