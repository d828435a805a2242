import Foundation
import GRDB

extension SettingsStore {
  /// Stores a question that waits for its answer, and lets the oldest go where there are too many.
  @discardableResult
  public func insertAnalysis(
    question: String, symptom: [UInt8], at date: Date
  ) throws(SettingsError) -> StoredAnalysis {
    try write { db in
      var record = AnalysisRecord(
        status: .pending, createdAt: date, question: question, symptom: Data(symptom))
      try record.insert(db)
      try db.execute(
        sql: """
          DELETE FROM analysis WHERE status NOT IN ('pending', 'processing') AND id IN (
            SELECT id FROM (
              SELECT id, row_number() OVER newest AS place,
                sum(length(symptom)) OVER newest AS bytes
              FROM analysis WINDOW newest AS (ORDER BY id DESC))
            WHERE place > ? OR bytes > ?)
          """,
        arguments: [StoredAnalysis.maximumCount, StoredAnalysis.maximumSymptomBytes])
      return record.analysis
    }
  }

  /// Lists analyses without their answers, newest first.
  public func analyses(
    limit: Int, offset: Int = 0
  ) throws(SettingsError) -> [StoredAnalysis] {
    try read { db in
      try AnalysisRecord.select(AnalysisRecord.listed).order(Column("id").desc)
        .limit(max(0, limit), offset: max(0, offset)).fetchAll(db).map(\.analysis)
    }
  }

  /// How many analyses there are.
  public func analysisCount() throws(SettingsError) -> Int {
    try read { db in try AnalysisRecord.fetchCount(db) }
  }

  /// One analysis.
  public func analysis(id: StoredAnalysis.ID) throws(SettingsError) -> StoredAnalysis? {
    try read { db in
      try AnalysisRecord.select(AnalysisRecord.listed).filter(key: id)
        .fetchOne(db)?.analysis
    }
  }

  /// The symptom that an analysis was asked with.
  public func symptom(ofAnalysis id: StoredAnalysis.ID) throws(SettingsError) -> [UInt8]? {
    try read { db in
      try Data.fetchOne(db, sql: "SELECT symptom FROM analysis WHERE id = ?", arguments: [id])
        .map { [UInt8]($0) }
    }
  }

  /// The answer of an analysis in one of its forms; nil where there is none.
  public func answer(
    ofAnalysis id: StoredAnalysis.ID, _ form: KeyPath<StoredAnalysis.Answer, String>
  ) throws(SettingsError) -> String? {
    try read { db in
      let row = try Row.fetchOne(
        db, sql: "SELECT headline, answer, view, page FROM analysis WHERE id = ?", arguments: [id])
      guard let row, let headline = row["headline"] as String?,
        let answer = row["answer"] as String?, let view = row["view"] as String?,
        let page = row["page"] as String?
      else { return nil }
      return StoredAnalysis.Answer(headline: headline, answer: answer, view: view, page: page)[
        keyPath: form]
    }
  }

  /// Notes that an analysis is being answered.
  public func beginAnalysis(_ id: StoredAnalysis.ID) throws(SettingsError) {
    try write { db in
      try db.execute(
        sql: "UPDATE analysis SET status = 'processing' WHERE id = ?", arguments: [id])
    }
  }

  /// Stores an answer.
  public func finishAnalysis(
    _ id: StoredAnalysis.ID, status: StoredAnalysis.Status, _ answer: StoredAnalysis.Answer,
    at date: Date
  ) throws(SettingsError) {
    try write { db in
      try db.execute(
        sql: """
          UPDATE analysis SET status = ?, headline = ?, answer = ?, view = ?, page = ?, finishedAt = ?,
            failure = NULL
          WHERE id = ?
          """,
        arguments: [
          status.rawValue, answer.headline, answer.answer, answer.view, answer.page, date, id,
        ])
    }
  }

  /// Notes why an analysis has no answer.
  public func failAnalysis(
    _ id: StoredAnalysis.ID, reason: String, at date: Date
  ) throws(SettingsError) {
    try write { db in
      try db.execute(
        sql:
          "UPDATE analysis SET status = 'failed', failure = ?, finishedAt = ? WHERE id = ?",
        arguments: [reason, date, id])
    }
  }

  /// The analyses that have no answer yet.
  public func unansweredAnalyses() throws(SettingsError) -> [StoredAnalysis.ID] {
    try read { db in
      try Int64.fetchAll(
        db, sql: "SELECT id FROM analysis WHERE status IN ('pending', 'processing') ORDER BY id")
    }
  }
}
