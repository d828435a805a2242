import Cache
import Foundation
import Reports
import Settings

/// Joins the settings of repositories with what the cache knows of them.
struct RepositoryStatuses {
  let store: SettingsStore
  private let cache: CacheStore?
  private let connections: [Connection.ID: Connection]

  init(_ options: CommonOptions) throws {
    store = try SettingsStore(directory: options.configDirectory, access: .readOnly)
    connections = Dictionary(
      try store.connections().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    do {
      cache = try options.openCache()
    } catch CacheError.missing {
      cache = nil
    }
  }

  func all() throws -> [RepositoryStatus] {
    try store.repositories().map(status)
  }

  func status(of setting: RepositorySetting) throws -> RepositoryStatus {
    let project = try setting.projectID.flatMap {
      try cache?.project(host: setting.baseURL.hostKey, projectID: $0)
    }
    return RepositoryStatus(
      path: setting.path, baseURL: "\(setting.baseURL)",
      connection: setting.connectionID.flatMap { connections[$0]?.name },
      lookbackDays: setting.lookbackDays, isActive: setting.isActive, project: project,
      counts: try project.flatMap { try cache?.counts(project: $0.id) })
  }
}
