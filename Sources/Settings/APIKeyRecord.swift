import Foundation
import GRDB

/// A row of `apiKey`.
struct APIKeyRecord: Codable, FetchableRecord, MutablePersistableRecord {
  static let databaseTableName = "apiKey"

  var id: Int64?
  var name: String
  var hash: Data
  var prefix: String
  var permissions: String
  var createdAt: Date
  var lastUsedAt: Date?

  mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }

  /// Permissions that this version does not know are left out.
  var key: APIKey {
    APIKey(
      id: id ?? 0, name: name, prefix: prefix,
      permissions: Set(
        permissions.split(separator: " ").compactMap { APIKey.Permission(rawValue: String($0)) }),
      createdAt: createdAt, lastUsedAt: lastUsedAt)
  }
}
