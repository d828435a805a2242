import Foundation

/// A connection as Code Repos shows it.
package struct ConnectionSummary: Sendable {
  /// Its id in the settings.
  package var id: Int64
  /// Its name in the settings.
  package var name: String
  /// The instance, as `https://gitlab.com`.
  package var baseURL: String
  /// How it is authorized.
  package var authentication: Authentication
  /// The account's handle.
  package var userName: String
  /// The account's name for people.
  package var displayName: String
  /// What GitLab calls the token, where it tells.
  package var tokenName: String?
  /// The token's scopes.
  package var scopes: [String]
  /// When the token dies; nil where it renews itself, does not die, or is not known.
  package var expiresAt: Date?
  /// Whether GitLab still takes the token.
  package var health: Health
  /// The instance's version, where it tells.
  package var gitlabVersion: String?
  /// When GitLab last confirmed it.
  package var checkedAt: Date?
  /// The days that its repositories keep ready.
  package var lookbackDays: Int
  /// Its repositories.
  package var repositories: [RepositorySummary]
  /// How many services are mapped to them.
  package var mappings: Int

  /// Makes one of its parts.
  package init(
    id: Int64, name: String, baseURL: String, authentication: Authentication, userName: String,
    displayName: String, tokenName: String? = nil, scopes: [String] = [], expiresAt: Date? = nil,
    health: Health = .ok, gitlabVersion: String? = nil, checkedAt: Date? = nil,
    lookbackDays: Int = 30, repositories: [RepositorySummary] = [], mappings: Int = 0
  ) {
    self.id = id
    self.name = name
    self.baseURL = baseURL
    self.authentication = authentication
    self.userName = userName
    self.displayName = displayName
    self.tokenName = tokenName
    self.scopes = scopes
    self.expiresAt = expiresAt
    self.health = health
    self.gitlabVersion = gitlabVersion
    self.checkedAt = checkedAt
    self.lookbackDays = lookbackDays
    self.repositories = repositories
    self.mappings = mappings
  }

  /// How a connection is authorized.
  package enum Authentication: Sendable, Equatable {
    case personalAccessToken, projectAccessToken, groupAccessToken, oauth

    var words: String {
      switch self {
      case .personalAccessToken: "personal access token"
      case .projectAccessToken: "project access token"
      case .groupAccessToken: "group access token"
      case .oauth: "OAuth"
      }
    }
  }

  /// Whether GitLab still takes a connection's token.
  package enum Health: Sendable, Equatable {
    /// As far as is known, yes.
    case ok
    /// No: the person must log in again.
    case needsReauthorization(since: Date)
  }
}

/// A watched repository in a list.
package struct RepositorySummary: Sendable {
  /// Its id in the settings.
  package var id: Int64
  /// The full path.
  package var path: String
  /// Whether `sync` visits it.
  package var isActive: Bool
  /// When a sync last ended well; nil for never.
  package var syncedAt: Date?
  /// Why the last sync failed; nil where it did not.
  package var failure: String?
  /// Merge requests in the cache; nil before the first sync.
  package var mergeRequests: Int?
  /// Of these, without a diff.
  package var incomplete: Int

  /// Makes one of its parts.
  package init(
    id: Int64, path: String, isActive: Bool = true, syncedAt: Date? = nil, failure: String? = nil,
    mergeRequests: Int? = nil, incomplete: Int = 0
  ) {
    self.id = id
    self.path = path
    self.isActive = isActive
    self.syncedAt = syncedAt
    self.failure = failure
    self.mergeRequests = mergeRequests
    self.incomplete = incomplete
  }
}
