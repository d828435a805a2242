import Credentials
import Foundation
import GitLab
import HTTP
import Settings

/// Finds out for a repository in the settings how it is reached: instance, certificates and token.
public struct RepositoryAccess: Sendable {
  private let store: SettingsStore
  private let vault: Vault
  private let configuration: @Sendable (_ caFile: String?) -> HTTPConfiguration

  /// - Parameter configuration: Makes the network's configuration for an instance with a CA file of its own, or none.
  public init(
    store: SettingsStore, vault: Vault,
    configuration: @escaping @Sendable (_ caFile: String?) -> HTTPConfiguration
  ) {
    self.store = store
    self.vault = vault
    self.configuration = configuration
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
      since: since, content: content, http: configuration(connection?.caFile),
      tokens: { [vault] _ in
        guard let connection else { return AnonymousAccess() }
        return try Self.tokens(of: connection, vault: vault)
      },
      resolved: { [store] project in
        guard setting.projectID != project.id || setting.path != project.path else { return }
        try store.editRepository(setting.id, at: Date()) {
          $0.projectID = project.id
          $0.path = project.path
        }
      })
  }

  private static func tokens(of connection: Connection, vault: Vault) throws -> any TokenSource {
    if case .needsReauthorization = connection.health {
      throw SyncError.needsReauthorization(connection: connection.name)
    }
    do throws(VaultError) {
      return FixedToken(try vault.secrets(of: connection.id).secrets.accessToken)
    } catch {
      throw SyncError.credentials(error)
    }
  }
}
