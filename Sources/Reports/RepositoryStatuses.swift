import Cache
import Foundation
import Mirror
import Settings

/// Joins the settings of repositories with what the cache knows of them.
public struct RepositoryStatuses {
  /// The settings.
  public let store: SettingsStore
  private let cache: CacheStore?
  private let connections: [Connection.ID: Connection]

  /// - Parameter cache: `nil` where there is none yet.
  /// - Throws: ``SettingsError``.
  public init(store: SettingsStore, cache: CacheStore?) throws {
    self.store = store
    self.cache = cache
    connections = Dictionary(
      try store.connections().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// All repositories of the settings.
  public func all() throws -> [RepositoryStatus] {
    try store.repositories().map(status)
  }

  /// One repository.
  public func status(of setting: RepositorySetting) throws -> RepositoryStatus {
    let project = try setting.projectID.flatMap {
      try cache?.project(host: setting.baseURL.hostKey, projectID: $0)
    }
    let mirror = project.flatMap { project in
      cache.map {
        MirrorDirectory(
          cache: $0.directory, host: project.host, projectID: project.projectID)
      }
    }
    return RepositoryStatus(
      path: setting.path, baseURL: "\(setting.baseURL)",
      connection: setting.connectionID.flatMap { connections[$0]?.name },
      lookbackDays: setting.lookbackDays, isActive: setting.isActive, project: project,
      counts: try project.flatMap { try cache?.counts(project: $0.id) },
      isWindowOnly: mirror.flatMap { $0.exists ? $0.isPartial : nil })
  }
}
