import GRDB

extension SettingsStore {
  /// All mappings, by service.
  public func mappings() throws(SettingsError) -> [ServiceMapping] {
    try read { db in
      try ServiceMappingRecord.order(Column("service")).fetchAll(db).map(\.mapping)
    }
  }

  /// The mapping of a service, by its exact name.
  public func mapping(service: String) throws(SettingsError) -> ServiceMapping? {
    try read { db in try ServiceMappingRecord.fetchOne(db, key: service)?.mapping }
  }

  /// Stores a mapping, in place of an earlier one of the same service.
  ///
  /// Slashes around the path prefix are dropped; an empty prefix or branch becomes none.
  ///
  /// - Returns: What was stored.
  /// - Throws: ``SettingsError/unknownRepository(_:)``, ``SettingsError/invalid(field:reason:)``.
  @discardableResult
  public func setMapping(_ mapping: ServiceMapping) throws(SettingsError) -> ServiceMapping {
    let record = ServiceMappingRecord(try Self.checked(mapping))
    return try write { db in
      guard try RepositoryRecord.exists(db, key: record.repositoryID) else {
        throw SettingsError.unknownRepository("\(record.repositoryID)")
      }
      try record.save(db)
      return record.mapping
    }
  }

  /// A mapping as it would be stored, without storing it.
  ///
  /// - Throws: ``SettingsError/invalid(field:reason:)``.
  public static func checked(_ mapping: ServiceMapping) throws(SettingsError) -> ServiceMapping {
    var prefix = mapping.pathPrefix.map { $0[...] } ?? ""
    while prefix.hasSuffix("/") { prefix.removeLast() }
    if prefix.hasPrefix("./") { prefix = prefix.dropFirst(2) }
    while prefix.hasPrefix("/") { prefix.removeFirst() }
    let branch = mapping.branch ?? ""
    let record = ServiceMappingRecord(
      service: mapping.service, repositoryID: mapping.repositoryID,
      pathPrefix: prefix.isEmpty ? nil : String(prefix), branch: branch.isEmpty ? nil : branch)
    try FieldRules.check(record)
    return record.mapping
  }

  /// Removes the mapping of a service.
  ///
  /// - Throws: ``SettingsError/unknownService(_:)``.
  public func removeMapping(service: String) throws(SettingsError) {
    try write { db in
      guard try ServiceMappingRecord.deleteOne(db, key: service) else {
        throw SettingsError.unknownService(service)
      }
    }
  }
}
