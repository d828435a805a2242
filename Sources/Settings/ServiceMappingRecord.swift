import GRDB

/// A row of `serviceMapping`.
struct ServiceMappingRecord: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "serviceMapping"

  var service: String
  var repositoryID: Int64
  var pathPrefix: String?
  var branch: String?

  init(service: String, repositoryID: Int64, pathPrefix: String?, branch: String?) {
    self.service = service
    self.repositoryID = repositoryID
    self.pathPrefix = pathPrefix
    self.branch = branch
  }

  init(_ mapping: ServiceMapping) {
    self.init(
      service: mapping.service, repositoryID: mapping.repositoryID,
      pathPrefix: mapping.pathPrefix, branch: mapping.branch)
  }

  var mapping: ServiceMapping {
    ServiceMapping(
      service: service, repositoryID: repositoryID, pathPrefix: pathPrefix, branch: branch)
  }
}
