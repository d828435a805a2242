import Foundation
import GRDB

extension SettingsStore {
  /// All connections, by name.
  public func connections() throws(SettingsError) -> [Connection] {
    try read { db in
      try ConnectionRecord.order(Column("name")).fetchAll(db).map { try $0.connection() }
    }
  }

  /// The connection of this name, without regard to ASCII case.
  public func connection(named name: String) throws(SettingsError) -> Connection? {
    try read { db in
      try ConnectionRecord.filter(Column("name") == name).fetchOne(db)?.connection()
    }
  }

  /// The connection with this id.
  public func connection(id: Connection.ID) throws(SettingsError) -> Connection? {
    try read { db in try ConnectionRecord.fetchOne(db, key: id)?.connection() }
  }

  /// Changes what a connection says about itself; its token is no part of that.
  ///
  /// - Parameter change: Edits the stored value inside the transaction; it must not call the store.
  /// - Throws: ``SettingsError/unknownConnection(_:)``, `duplicateConnection`, `invalid`.
  @discardableResult
  public func update(
    connection id: Connection.ID, _ change: (inout Connection) -> Void
  ) throws(SettingsError) -> Connection {
    try write { db in
      var record = try Self.fetchConnection(id, db)
      var connection = try record.connection()
      change(&connection)
      record.take(connection)
      try FieldRules.check(record)
      try Self.naming(record) { try record.update(db) }
      return try record.connection()
    }
  }

  /// Removes a connection and its secrets. Its repositories stay, without a connection.
  ///
  /// - Throws: ``SettingsError/unknownConnection(_:)``.
  public func delete(connection id: Connection.ID) throws(SettingsError) {
    try write { db in
      guard try ConnectionRecord.deleteOne(db, key: id) else {
        throw SettingsError.unknownConnection("\(id)")
      }
    }
    emptyLog()
  }

  /// Notes that GitLab no longer takes the connection's token; the first date stays.
  ///
  /// - Parameter generation: The secrets that were refused; where they have been replaced since,
  ///   nothing changes. Nil means whichever are stored.
  /// - Returns: Whether the connection now needs a new login.
  /// - Throws: ``SettingsError/unknownConnection(_:)``.
  @discardableResult
  public func markNeedsReauthorization(
    _ id: Connection.ID, since date: Date, ifGeneration generation: Int64? = nil
  ) throws(SettingsError) -> Bool {
    try write { db in
      var record = try Self.fetchConnection(id, db)
      guard generation.map({ $0 == record.generation }) ?? true else { return false }
      if record.needsReauthorizationSince == nil {
        record.needsReauthorizationSince = date
        try record.update(db, columns: ["needsReauthorizationSince"])
      }
      return true
    }
  }

  /// Takes back what ``markNeedsReauthorization(_:since:ifGeneration:)`` noted, because GitLab has taken the same secrets
  /// again.
  ///
  /// - Throws: ``SettingsError/unknownConnection(_:)``.
  package func markAuthorized(
    _ id: Connection.ID, ifGeneration generation: Int64
  ) throws(SettingsError) {
    try write { db in
      var record = try Self.fetchConnection(id, db)
      guard record.generation == generation, record.needsReauthorizationSince != nil else { return }
      record.needsReauthorizationSince = nil
      try record.update(db, columns: ["needsReauthorizationSince"])
    }
  }

  static func fetchConnection(_ id: Connection.ID, _ db: Database) throws -> ConnectionRecord {
    guard let record = try ConnectionRecord.fetchOne(db, key: id) else {
      throw SettingsError.unknownConnection("\(id)")
    }
    return record
  }

  /// Runs a statement that breaks no rule but that of unique names.
  static func naming<Value>(
    _ record: ConnectionRecord, _ statement: () throws -> Value
  ) throws -> Value {
    do {
      return try statement()
    } catch let error as DatabaseError
      where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE
    {
      throw SettingsError.duplicateConnection(name: record.name)
    }
  }
}
