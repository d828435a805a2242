import Foundation
import GRDB

/// The secrets as they are stored: opaque, and all sealed with one key, which `vault` names.
extension SettingsStore {
  /// Stores a connection together with its secrets.
  ///
  /// - Parameter seal: Seals the secrets for the id that the connection got; it must not call the
  ///   store.
  package func insert<Failure: Error>(
    _ draft: ConnectionDraft, keyID: Data,
    seal: (Connection) throws(Failure) -> [SecretKind: Data]
  ) throws(SettingsError) -> Result<Connection, Failure> {
    guard draft.baseURL.permitsTokens else {
      throw .insecureConnection(host: draft.baseURL.host)
    }
    return try writeOrFail { db in
      var record = ConnectionRecord(draft)
      try FieldRules.check(record)
      try Self.naming(record) { try record.insert(db) }
      let connection = try record.connection()
      let blobs: [SecretKind: Data]
      do throws(Failure) {
        blobs = try seal(connection)
      } catch {
        return .failure(error)
      }
      try Self.replace(blobs, of: &record, keyID: keyID, db)
      return .success(connection)
    }
  }

  /// Stores what a new login to an existing connection brought, whatever was there before.
  ///
  /// - Parameter draft: Its name is not used; its instance must be the connection's.
  package func renew(
    connection id: Connection.ID, _ draft: ConnectionDraft, with blobs: [SecretKind: Data],
    keyID: Data
  ) throws(SettingsError) -> Connection {
    try write { db in
      var record = try Self.fetchConnection(id, db)
      guard record.baseURL == draft.baseURL.description else {
        throw SettingsError.invalid(
          field: "connection's instance", reason: "cannot change; disconnect it and connect anew")
      }
      record.take(draft)
      try FieldRules.check(record)
      try Self.replace(blobs, of: &record, keyID: keyID, db)
      return try record.connection()
    }
  }

  /// A connection's secrets, all of one moment.
  ///
  /// - Throws: ``SettingsError/unknownConnection(_:)``.
  package func sealedSecrets(of id: Connection.ID) throws(SettingsError) -> SealedSecrets {
    try read { db in
      let record = try Self.fetchConnection(id, db)
      let records = try SecretRecord.filter(Column("connectionID") == id).fetchAll(db)
      return SealedSecrets(
        connection: try record.connection(), generation: record.generation,
        keyID: try Self.keyID(db),
        blobs: Dictionary(records.map { ($0.kind, $0.blob) }, uniquingKeysWith: { $1 }))
    }
  }

  /// Replaces all secrets of a connection, with their expiry, and declares it healthy.
  ///
  /// - Parameters:
  ///   - checkedAt: When GitLab gave the new ones out; nil leaves the date as it is.
  ///   - generation: What ``sealedSecrets(of:)`` read.
  /// - Returns: The new generation.
  /// - Throws: ``SettingsError/secretsReplaced`` where another process was first;
  ///   ``SettingsError/vaultKeyDiffers`` where others are sealed with another key.
  package func replaceSecrets(
    of id: Connection.ID, with blobs: [SecretKind: Data], expiresAt: Date?,
    checkedAt: Date? = nil, ifGeneration generation: Int64, keyID: Data
  ) throws(SettingsError) -> Int64 {
    try write { db in
      var record = try Self.fetchConnection(id, db)
      guard record.generation == generation else { throw SettingsError.secretsReplaced }
      record.expiresAt = expiresAt
      if let checkedAt { record.checkedAt = checkedAt }
      record.needsReauthorizationSince = nil
      try Self.replace(blobs, of: &record, keyID: keyID, db)
      return record.generation
    }
  }

  /// Names the key that the secrets are sealed with; nil where there are none.
  package func vaultKeyID() throws(SettingsError) -> Data? {
    try read { db in
      try SecretRecord.fetchCount(db) == 0 ? nil : Self.keyID(db)
    }
  }

  /// Runs the body while nobody else can write, and commits what it changed unless it fails.
  ///
  /// - Parameter body: It must not call the store.
  package func exclusively<Value, Failure: Error>(
    _ body: (VaultTransaction) throws(Failure) -> Value
  ) throws(SettingsError) -> Result<Value, Failure> {
    try writeOrFail { db in
      let secrets = try SealedSecret.fetchAll(db)
      let transaction = VaultTransaction(
        keyID: secrets.isEmpty ? nil : try Self.keyID(db), secrets: secrets)
      let value: Value
      do throws(Failure) {
        value = try body(transaction)
      } catch {
        return .failure(error)
      }
      if let (keyID, blobs) = transaction.replacement {
        for (secret, blob) in zip(secrets, blobs) {
          let record = SecretRecord(
            connectionID: secret.connectionID, kind: secret.kind, blob: blob)
          try record.update(db)
        }
        try Self.setKeyID(keyID, db)
      }
      return .success(value)
    }
  }

  /// Makes sure that secrets sealed with an earlier key are in no file any more.
  package func forgetReplaced() {
    emptyLog()
  }

  private static func replace(
    _ blobs: [SecretKind: Data], of record: inout ConnectionRecord, keyID: Data, _ db: Database
  ) throws {
    let id = record.id ?? 0
    guard blobs.values.allSatisfy({ (1...SealedSecret.maximumLength).contains($0.count) }) else {
      throw SettingsError.invalid(field: "token", reason: "is empty or too long")
    }
    try SecretRecord.filter(Column("connectionID") == id).deleteAll(db)
    if try Self.keyID(db) != keyID {
      guard try SecretRecord.fetchCount(db) == 0 else { throw SettingsError.vaultKeyDiffers }
      try setKeyID(keyID, db)
    }
    for (kind, blob) in blobs {
      try SecretRecord(connectionID: id, kind: kind, blob: blob).insert(db)
    }
    record.generation += 1
    try record.update(db)
  }

  private static func keyID(_ db: Database) throws -> Data? {
    try Data.fetchOne(db, sql: "SELECT keyID FROM vault")
  }

  private static func setKeyID(_ keyID: Data, _ db: Database) throws {
    try db.execute(
      sql: "INSERT OR REPLACE INTO vault (id, keyID) VALUES (1, ?)", arguments: [keyID])
  }
}

/// All sealed secrets, while nobody else can write.
package final class VaultTransaction {
  /// Names the key of the stored secrets; nil where there are none.
  package let keyID: Data?
  /// All secrets of all connections.
  package let secrets: [SealedSecret]

  fileprivate var replacement: (keyID: Data, blobs: [Data])?

  fileprivate init(keyID: Data?, secrets: [SealedSecret]) {
    self.keyID = keyID
    self.secrets = secrets
  }

  /// Replaces the blobs of ``secrets``, in their order, and the key's name. Generations stay: the
  /// secrets inside are the same, and a refresh under way must still be able to store its own.
  package func reseal(_ blobs: [Data], keyID: Data) {
    replacement = (keyID, blobs)
  }
}

extension SealedSecret {
  fileprivate static func fetchAll(_ db: Database) throws -> [SealedSecret] {
    let connections = try ConnectionRecord.fetchAll(db).map { try $0.connection() }
    let byID = Dictionary(connections.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    return try SecretRecord.order(Column("connectionID"), Column("kind")).fetchAll(db).compactMap {
      record in
      byID[record.connectionID].map {
        SealedSecret(
          connectionID: $0.id, connectionName: $0.name, baseURL: $0.baseURL, kind: record.kind,
          blob: record.blob)
      }
    }
  }
}
