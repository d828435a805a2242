import Foundation
import GRDB

/// A row of `repository`.
struct RepositoryRecord: Codable, FetchableRecord, MutablePersistableRecord {
  static let databaseTableName = "repository"

  var id: Int64?
  var connectionID: Int64?
  var baseURL: String
  var path: String
  var projectID: Int64?
  var lookbackDays: Int
  var isActive: Bool
  var createdAt: Date
  var updatedAt: Date

  mutating func didInsert(_ inserted: InsertionSuccess) {
    id = inserted.rowID
  }

  /// The stored value for the callers.
  ///
  /// - Throws: ``BaseURLError`` where the row was tampered with.
  func setting() throws -> RepositorySetting {
    try RepositorySetting(
      id: id ?? 0, connectionID: connectionID, baseURL: BaseURL(baseURL, allowInsecure: true),
      path: path, projectID: projectID, lookbackDays: lookbackDays, isActive: isActive,
      createdAt: createdAt, updatedAt: updatedAt)
  }

  /// Takes over what a caller may change.
  mutating func take(_ setting: RepositorySetting) {
    connectionID = setting.connectionID
    path = setting.path
    projectID = setting.projectID
    lookbackDays = setting.lookbackDays
    isActive = setting.isActive
  }
}
