import Cache
import Foundation
import Mirror
import Settings

/// Joins the settings of repositories with what the cache knows of them.
public struct RepositoryStatuses {
  private let store: SettingsStore?
  private let cache: CacheStore?
  private let connections: [Connection.ID: Connection]

  /// - Parameters:
  ///   - store: The settings; `nil` where there are none, as where a cache was imported.
  ///   - cache: `nil` where there is none yet.
  /// - Throws: ``SettingsError``.
  public init(store: SettingsStore?, cache: CacheStore?) throws {
    self.store = store
    self.cache = cache
    connections = Dictionary(
      try (store?.connections() ?? []).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// All repositories of the settings.
  public func all() throws -> [RepositoryStatus] {
    try (store?.repositories() ?? []).map(status)
  }

  /// What is cached of repositories that are not in the settings, so that no sync brings it up to date.
  public func unwatched() throws -> [RepositoryStatus] {
    guard let cache else { return [] }
    let watched = Set(
      try (store?.repositories() ?? []).compactMap { try cache.project(of: $0)?.id })
    return try cache.projects().filter { !watched.contains($0.id) }.map { project in
      RepositoryStatus(
        path: project.path, baseURL: project.baseURL, connection: nil,
        lookbackDays: project.lookbackDays, isActive: false, isWatched: false, project: project,
        counts: try cache.counts(project: project.id), isWindowOnly: isWindowOnly(project))
    }
  }

  /// One repository.
  public func status(of setting: RepositorySetting) throws -> RepositoryStatus {
    let project = try cache?.project(of: setting)
    return RepositoryStatus(
      path: setting.path, baseURL: "\(setting.baseURL)",
      connection: setting.connectionID.flatMap { connections[$0]?.name },
      lookbackDays: setting.lookbackDays, isActive: setting.isActive, project: project,
      attempt: project == nil ? try attempt(of: setting) : nil,
      counts: try project.flatMap { try cache?.counts(project: $0.id) },
      isWindowOnly: project.flatMap(isWindowOnly))
  }

  /// Why the last sync of a repository failed, without counting what is cached; `nil` where it went well or there was none.
  public func failure(
    of setting: RepositorySetting, cached project: CachedProject?
  ) throws -> String? {
    guard let project else { return try attempt(of: setting)?.failure }
    return project.failure
  }

  /// The last sync of a project that GitLab did not name yet: the cache knows nothing of it, the history does.
  private func attempt(of setting: RepositorySetting) throws -> SyncRun? {
    try store?.syncRuns(repository: setting.id, limit: 1).first
  }

  private func isWindowOnly(_ project: CachedProject) -> Bool? {
    guard let cache else { return nil }
    let mirror = MirrorDirectory(
      cache: cache.directory, host: project.host, projectID: project.projectID)
    return mirror.exists ? mirror.isPartial : nil
  }
}

extension CacheStore {
  /// What is cached of a repository of the settings; found by its path where nobody has asked GitLab for its number yet.
  public func project(of setting: RepositorySetting) throws(CacheError) -> CachedProject? {
    let host = setting.baseURL.hostKey
    guard let id = setting.projectID else { return try project(path: setting.path, host: host) }
    return try project(host: host, projectID: id)
  }
}
