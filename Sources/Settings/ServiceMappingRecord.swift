import GRDB

/// A row of `serviceMapping`.
struct ServiceMappingRecord: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "serviceMapping"

  var service: String
  var repositoryID: Int64
  var pathPrefix: String?
  var branch: String?

  var mapping: ServiceMapping {
    ServiceMapping(
      service: service, repositoryID: repositoryID, pathPrefix: pathPrefix, branch: branch)
  }
}
