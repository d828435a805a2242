import Cache
import Credentials
import Foundation
import GitLab
import HTTP
import Settings

/// Finds out for a repository in the settings how it is reached: instance, certificates and token.
public struct RepositoryAccess: Sendable {
  private let store: SettingsStore
  private let provider: TokenProvider

  /// - Parameter provider: Gives the tokens of all connections.
  public init(store: SettingsStore, provider: TokenProvider) {
    self.store = store
    self.provider = provider
  }

  /// Makes the target of a sync.
  ///
  /// - Parameters:
  ///   - lookbackDays: In place of the repository's own.
  ///   - since: In place of any number of days.
  ///   - content: Which file contents a new mirror is to hold.
  public func target(
    for setting: RepositorySetting, lookbackDays: Int? = nil, since: Date? = nil,
    content: MirrorContent = .automatic
  ) throws -> SyncTarget {
    let connection = try setting.connectionID.flatMap { try store.connection(id: $0) }
    return SyncTarget(
      path: setting.path, projectID: setting.projectID, baseURL: setting.baseURL.description,
      host: setting.baseURL.hostKey, lookbackDays: lookbackDays ?? setting.lookbackDays,
      since: since, content: content, http: provider.network(connection?.caFile),
      tokens: { [provider] _ in
        guard let connection else { return AnonymousAccess() }
        return try provider.source(of: connection)
      },
      resolved: { [store] project in
        guard setting.projectID != project.id || setting.path != project.path else { return }
        try store.editRepository(setting.id, at: Date()) {
          $0.projectID = project.id
          $0.path = project.path
        }
      })
  }

  /// How what the mirror of a project lacks is fetched; `nil` where the settings do not know the project.
  ///
  /// - Parameter wait: Waits for so many seconds where GitLab's API asks for patience; throws to end that.
  public func contentDownload(
    for project: CachedProject, cancellation: Cancellation,
    wait: @escaping (Double) throws -> Void
  ) throws -> ContentDownload? {
    let setting = try store.repositories().first {
      $0.projectID == project.projectID && $0.baseURL.hostKey == project.host
    }
    return try setting.map {
      ContentDownload(try target(for: $0), cancellation: cancellation, wait: wait)
    }
  }
}
