import Foundation

/// An account on a GitLab instance; its secrets lie sealed beside it.
///
/// Dates are kept to the millisecond.
public struct Connection: Sendable, Hashable, Identifiable {
  /// Never given out twice.
  public let id: Int64
  /// Unique without regard to ASCII case; 1 to 64 characters, no white space, control characters
  /// or slashes, not beginning with `-`.
  public var name: String
  /// The instance. It never changes: the secrets are bound to it.
  public let baseURL: BaseURL
  /// What kind of token it has; changes only with the secrets.
  public internal(set) var authentication: Authentication
  /// The account's user name.
  public var userName: String
  /// The account's name for people.
  public var displayName: String
  /// What GitLab calls the token, where it tells.
  public var tokenName: String?
  /// The token's scopes.
  public var scopes: [String]
  /// When the token dies; nil where it does not, or is not known. Changes only with the secrets.
  public internal(set) var expiresAt: Date?
  /// The file with the certificate authorities to trust, an absolute path; nil for the system's.
  public var caFile: String?
  /// The OAuth application's id.
  public var clientID: String?
  /// Whether GitLab still takes the token.
  public internal(set) var health: Health
  /// The instance's version, where it tells.
  public var gitlabVersion: String?
  /// When it was stored.
  public let createdAt: Date
  /// When GitLab last confirmed it.
  public var checkedAt: Date

  /// What kind of token a connection has.
  public enum Authentication: String, Sendable, Hashable, CaseIterable, Codable {
    /// A person's access token.
    case personalAccessToken
    /// A project's access token.
    case projectAccessToken
    /// A group's access token.
    case groupAccessToken
    /// An OAuth token pair.
    case oauth
  }

  /// Whether GitLab still takes a connection's token.
  public enum Health: Sendable, Hashable {
    /// As far as is known, yes.
    case ok
    /// No: the person must log in again.
    case needsReauthorization(since: Date)
  }
}

/// A connection that is not stored yet. The fields are those of ``Connection``.
public struct ConnectionDraft: Sendable, Hashable {
  /// See ``Connection/name``.
  public var name: String
  /// See ``Connection/baseURL``; it must permit tokens.
  public var baseURL: BaseURL
  /// See ``Connection/authentication``.
  public var authentication: Connection.Authentication
  /// See ``Connection/userName``.
  public var userName: String
  /// See ``Connection/displayName``.
  public var displayName: String
  /// See ``Connection/tokenName``.
  public var tokenName: String?
  /// See ``Connection/scopes``.
  public var scopes: [String]
  /// See ``Connection/expiresAt``.
  public var expiresAt: Date?
  /// See ``Connection/caFile``.
  public var caFile: String?
  /// See ``Connection/clientID``.
  public var clientID: String?
  /// See ``Connection/gitlabVersion``.
  public var gitlabVersion: String?
  /// When GitLab confirmed it: becomes both ``Connection/createdAt`` and ``Connection/checkedAt``.
  public var checkedAt: Date

  /// Makes a draft.
  public init(
    name: String, baseURL: BaseURL, authentication: Connection.Authentication, userName: String,
    displayName: String, tokenName: String? = nil, scopes: [String] = [], expiresAt: Date? = nil,
    caFile: String? = nil, clientID: String? = nil, gitlabVersion: String? = nil, checkedAt: Date
  ) {
    self.name = name
    self.baseURL = baseURL
    self.authentication = authentication
    self.userName = userName
    self.displayName = displayName
    self.tokenName = tokenName
    self.scopes = scopes
    self.expiresAt = expiresAt
    self.caFile = caFile
    self.clientID = clientID
    self.gitlabVersion = gitlabVersion
    self.checkedAt = checkedAt
  }
}
