import Cache
import Mirror
import Settings

/// Deletes what is cached of a repository: its rows and its mirror. Its settings stay.
public struct CacheClearing {
  private let cache: CacheStore

  /// - Parameter cache: Open for writing.
  public init(cache: CacheStore) { self.cache = cache }

  /// Deletes rows and mirror; a repository that was never synced has none.
  ///
  /// - Throws: ``MirrorError/busy(path:)`` while a sync works on it; ``CacheError``.
  public func clear(_ setting: RepositorySetting) throws {
    guard let projectID = setting.projectID else { return }
    try clear(host: setting.baseURL.hostKey, projectID: projectID)
  }

  /// Deletes rows and mirror of a project, also of one that no setting names any more.
  ///
  /// - Throws: ``MirrorError/busy(path:)`` while a sync works on it; ``CacheError``.
  public func clear(host: String, projectID: Int64) throws {
    let mirror = MirrorDirectory(cache: cache.directory, host: host, projectID: projectID)
    let project = try cache.project(host: host, projectID: projectID)
    let lock = try mirror.lock(for: project?.path)
    try withExtendedLifetime(lock) {
      // Rows first: rows without a mirror would promise what cannot be answered.
      if let project { try cache.removeProject(project.id) }
      try mirror.remove()
    }
  }
}
