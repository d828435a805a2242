import Cache
import Foundation
import Pages
import Reports
import Settings

/// Makes the values of the pages from settings and cache.
struct ConnectionViews {
  private let store: SettingsStore
  private let statuses: RepositoryStatuses

  init(_ services: Services) throws {
    store = services.store
    statuses = try RepositoryStatuses(store: services.store, cache: services.cache)
  }

  func codeRepos(_ configuration: Configuration) throws -> CodeReposPage {
    let items = try configuration.items()
    let free = try store.repositories().filter { $0.connectionID == nil }
    return CodeReposPage(
      connections: try items.map(summary), unconnected: try free.map(summary))
  }

  func summary(_ item: ConfigItem) throws -> ConnectionSummary {
    let connection = item.connection
    let authentication: ConnectionSummary.Authentication =
      switch connection.authentication {
      case .personalAccessToken: .personalAccessToken
      case .projectAccessToken: .projectAccessToken
      case .groupAccessToken: .groupAccessToken
      case .oauth: .oauth
      }
    let health: ConnectionSummary.Health =
      switch connection.health {
      case .ok: .ok
      case .needsReauthorization(let since): .needsReauthorization(since: since)
      }
    return ConnectionSummary(
      id: connection.id, name: connection.name, baseURL: "\(connection.baseURL)",
      authentication: authentication, userName: connection.userName,
      displayName: connection.displayName, tokenName: connection.tokenName,
      scopes: connection.scopes,
      expiresAt: connection.authentication == .oauth ? nil : connection.expiresAt, health: health,
      gitlabVersion: connection.gitlabVersion, checkedAt: connection.checkedAt,
      lookbackDays: item.lookbackDays, repositories: try item.repositories.map(summary),
      mappings: item.mappings.count)
  }

  func summary(_ setting: RepositorySetting) throws -> RepositorySummary {
    let status = try statuses.status(of: setting)
    return RepositorySummary(
      id: setting.id, path: setting.path, isActive: setting.isActive,
      syncedAt: status.project?.syncedAt, failure: status.failure,
      mergeRequests: status.counts?.mergeRequests, incomplete: status.counts?.incomplete ?? 0)
  }

  /// The form of a connection as it is stored.
  func form(_ item: ConfigItem) throws -> ConnectionPage {
    let paths = Dictionary(
      item.repositories.map { ($0.id, $0.path) }, uniquingKeysWith: { first, _ in first })
    return ConnectionPage(
      connection: try summary(item),
      repositories: item.repositories.map(\.path).joined(separator: "\n"),
      lookbackDays: "\(item.lookbackDays)", isActive: item.isActive,
      mappings: item.mappings.map {
        ConnectionPage.MappingRow(
          service: $0.service, repository: paths[$0.repositoryID] ?? "",
          pathPrefix: $0.pathPrefix ?? "", branch: $0.branch ?? "")
      }, version: item.version)
  }
}
