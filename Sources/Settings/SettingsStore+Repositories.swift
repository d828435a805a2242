import Foundation
import GRDB

extension SettingsStore {
  /// All repositories, by instance and path.
  ///
  /// - Parameter activeOnly: Leaves out the paused ones.
  public func repositories(activeOnly: Bool = false) throws(SettingsError) -> [RepositorySetting] {
    try read { db in
      var request = RepositoryRecord.order(Column("baseURL"), Column("path"))
      if activeOnly { request = request.filter(Column("isActive") == true) }
      return try request.fetchAll(db).map { try $0.setting() }
    }
  }

  /// The repository with this path, without regard to ASCII case.
  public func repository(
    _ reference: RepositoryReference
  ) throws(SettingsError) -> RepositorySetting? {
    try read { db in
      try RepositoryRecord
        .filter(Column("baseURL") == reference.baseURL.description)
        .filter(Column("path") == reference.path)
        .fetchOne(db)?.setting()
    }
  }

  /// The repository with this id.
  public func repository(id: RepositorySetting.ID) throws(SettingsError) -> RepositorySetting? {
    try read { db in try RepositoryRecord.fetchOne(db, key: id)?.setting() }
  }

  /// Adds a repository.
  ///
  /// - Parameters:
  ///   - connection: What it is read with; it must lead to the same instance.
  ///   - lookbackDays: ``RepositorySetting/lookbackRange``.
  ///   - date: Now.
  /// - Throws: ``SettingsError/duplicateRepository(path:)``, `sameProject`,
  ///   `connectionElsewhere`, `unknownConnection`, `invalid`.
  @discardableResult
  public func addRepository(
    _ reference: RepositoryReference, connection: Connection.ID?, projectID: Int64? = nil,
    lookbackDays: Int = RepositorySetting.defaultLookbackDays, at date: Date
  ) throws(SettingsError) -> RepositorySetting {
    try write { db in
      var record = RepositoryRecord(
        connectionID: connection, baseURL: reference.baseURL.description, path: reference.path,
        projectID: projectID, lookbackDays: lookbackDays, isActive: true, createdAt: date,
        updatedAt: date)
      try Self.check(record, db)
      try Self.placing(record, db) { try record.insert(db) }
      return try record.setting()
    }
  }

  /// Changes a repository's settings: the lookback, pausing, the connection, or what GitLab now says
  /// about path and project.
  ///
  /// - Parameter change: Edits the stored value inside the transaction; it must not call the store.
  /// - Throws: ``SettingsError/unknownRepository(_:)`` and what
  ///   ``addRepository(_:connection:projectID:lookbackDays:at:)`` throws.
  @discardableResult
  public func editRepository(
    _ id: RepositorySetting.ID, at date: Date, _ change: (inout RepositorySetting) -> Void
  ) throws(SettingsError) -> RepositorySetting {
    try write { db in
      guard var record = try RepositoryRecord.fetchOne(db, key: id) else {
        throw SettingsError.unknownRepository("\(id)")
      }
      var setting = try record.setting()
      change(&setting)
      record.take(setting)
      record.updatedAt = date
      try Self.check(record, db)
      try Self.placing(record, db) { try record.update(db) }
      return try record.setting()
    }
  }

  /// Leaves a repository out of syncs that do not name it, or takes it in again.
  ///
  /// - Throws: ``SettingsError/unknownRepository(_:)``.
  @discardableResult
  public func pauseRepository(
    _ id: RepositorySetting.ID, _ paused: Bool = true, at date: Date
  ) throws(SettingsError) -> RepositorySetting {
    try editRepository(id, at: date) { $0.isActive = !paused }
  }

  /// Gives a connection to the repositories of its instance that have none.
  ///
  /// - Returns: How many there were.
  /// - Throws: ``SettingsError/unknownConnection(_:)``.
  @discardableResult
  public func adoptRepositories(
    connection id: Connection.ID, at date: Date
  ) throws(SettingsError) -> Int {
    try write { db in
      let connection = try Self.fetchConnection(id, db)
      return
        try RepositoryRecord
        .filter(Column("connectionID") == nil && Column("baseURL") == connection.baseURL)
        .updateAll(db, Column("connectionID").set(to: id), Column("updatedAt").set(to: date))
    }
  }

  /// Removes a repository and the mappings to it.
  ///
  /// - Returns: The mappings that went with it.
  /// - Throws: ``SettingsError/unknownRepository(_:)``.
  @discardableResult
  public func removeRepository(
    _ id: RepositorySetting.ID
  ) throws(SettingsError) -> [ServiceMapping] {
    try write { db in
      let mappings = try ServiceMappingRecord.filter(Column("repositoryID") == id)
        .order(Column("service")).fetchAll(db)
      guard try RepositoryRecord.deleteOne(db, key: id) else {
        throw SettingsError.unknownRepository("\(id)")
      }
      return mappings.map(\.mapping)
    }
  }

  private static func check(_ record: RepositoryRecord, _ db: Database) throws {
    try FieldRules.check(record)
    guard let connectionID = record.connectionID else { return }
    let connection = try fetchConnection(connectionID, db)
    guard connection.baseURL == record.baseURL else {
      throw SettingsError.connectionElsewhere(repository: record.path)
    }
  }

  private static func placing<Value>(
    _ record: RepositoryRecord, _ db: Database, _ statement: () throws -> Value
  ) throws -> Value {
    do {
      return try statement()
    } catch let error as DatabaseError
      where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE
    {
      let others = RepositoryRecord.filter(Column("baseURL") == record.baseURL)
        .filter(Column("id") != record.id ?? 0)
      // Where the path is taken, too, that is the plainer reason.
      guard try others.filter(Column("path") == record.path).isEmpty(db),
        let projectID = record.projectID,
        let other = try others.filter(Column("projectID") == projectID).fetchOne(db)
      else { throw SettingsError.duplicateRepository(path: record.path) }
      throw SettingsError.sameProject(path: record.path, registeredAs: other.path)
    }
  }
}
