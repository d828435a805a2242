import Foundation
import GRDB

extension SettingsStore {
  /// All API keys, by name.
  public func apiKeys() throws(SettingsError) -> [APIKey] {
    try read { db in try APIKeyRecord.order(Column("name")).fetchAll(db).map(\.key) }
  }

  /// The key with this hash.
  package func apiKey(hash: Data) throws(SettingsError) -> APIKey? {
    try read { db in try APIKeyRecord.filter(Column("hash") == hash).fetchOne(db)?.key }
  }

  /// Stores a key by the hash of its secret.
  ///
  /// - Throws: ``SettingsError/duplicateAPIKey(name:)``, ``SettingsError/invalid(field:reason:)``.
  package func insertAPIKey(
    name: String, hash: Data, prefix: String, permissions: Set<APIKey.Permission>, at date: Date
  ) throws(SettingsError) -> APIKey {
    try FieldRules.check(apiKeyName: name)
    guard !permissions.isEmpty else {
      throw .invalid(field: "API key", reason: "needs at least one permission")
    }
    return try write { db in
      guard try APIKeyRecord.fetchCount(db) < APIKey.maximumCount else {
        throw SettingsError.invalid(
          field: "number of API keys", reason: "is \(APIKey.maximumCount) at most")
      }
      var record = APIKeyRecord(
        name: name, hash: hash, prefix: prefix,
        permissions: permissions.map(\.rawValue).sorted().joined(separator: " "), createdAt: date)
      do {
        try record.insert(db)
      } catch let error as DatabaseError
        where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE
      {
        throw SettingsError.duplicateAPIKey(name: name)
      }
      return record.key
    }
  }

  /// Notes that a key was shown.
  package func noteUse(ofAPIKey id: APIKey.ID, at date: Date) throws(SettingsError) {
    try write { db in
      _ = try APIKeyRecord.filter(key: id).updateAll(db, Column("lastUsedAt").set(to: date))
    }
  }

  /// Revokes the key with this id.
  ///
  /// - Throws: ``SettingsError/unknownAPIKey(_:)``.
  public func removeAPIKey(id: APIKey.ID) throws(SettingsError) {
    try write { db in
      guard try APIKeyRecord.deleteOne(db, key: id) else {
        throw SettingsError.unknownAPIKey("\(id)")
      }
    }
  }

  /// Revokes a key: from now on it opens nothing.
  ///
  /// - Throws: ``SettingsError/unknownAPIKey(_:)``.
  public func removeAPIKey(named name: String) throws(SettingsError) {
    try write { db in
      guard try APIKeyRecord.filter(Column("name") == name).deleteAll(db) > 0 else {
        throw SettingsError.unknownAPIKey(name)
      }
    }
  }
}
