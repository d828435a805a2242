import Foundation
import GitLab
import HTTP
import Settings

/// What GitLab says of a token before it is stored.
public struct TokenCheck: Sendable {
  /// The kind, as far as GitLab lets it be seen.
  public var authentication: Connection.Authentication
  /// The account it speaks for.
  public var user: CurrentUser
  /// What its owner called it, where GitLab tells.
  public var tokenName: String?
  /// What it may do; empty where GitLab does not tell, as before 15.5.
  public var scopes: [String]
  /// When it dies; `nil` where it does not or GitLab does not tell.
  public var expiresAt: Date?
  /// GitLab's version, where it tells.
  public var version: String?

  /// The scopes that let it do more than read.
  public var excessScopes: [String] { Self.excessScopes(scopes) }

  /// Those of the given scopes that let a token do more than read.
  public static func excessScopes(_ scopes: [String]) -> [String] {
    scopes.filter { !$0.hasPrefix("read_") && !harmlessScopes.contains($0) }
  }

  private static let harmlessScopes: Set = ["openid", "profile", "email", "self_rotate"]

  /// Asks GitLab about a personal, project or group access token.
  ///
  /// - Throws: ``TokenRejection`` where the token cannot do the work; ``GitLabError`` where GitLab gives no answer.
  public static func ask(_ client: GitLabClient) throws -> TokenCheck {
    let info: TokenInfo?
    do {
      info = try client.tokenInfo()
    } catch GitLabError.notFound {
      info = nil
    }
    if let info { try checkScopes(info.scopes) }
    let user = try client.currentUser()
    return TokenCheck(
      authentication: kind(of: user), user: user, tokenName: info?.name, scopes: info?.scopes ?? [],
      expiresAt: info?.expiry, version: try client.version())
  }

  /// Asks GitLab about tokens that a login brought.
  ///
  /// - Parameters:
  ///   - client: Sends the new access token.
  ///   - date: When the tokens were given out.
  /// - Throws: As ``ask(_:)``.
  public static func ask(
    _ client: GitLabClient, about tokens: OAuthTokens, from oauth: OAuthClient, at date: Date
  ) throws -> TokenCheck {
    let info = try? oauth.tokenInfo(tokens.accessToken)
    let scopes = info?.scopes ?? tokens.scopes
    if !scopes.isEmpty { try checkScopes(scopes) }
    return TokenCheck(
      authentication: .oauth, user: try client.currentUser(), tokenName: nil, scopes: scopes,
      expiresAt: (tokens.lifetime ?? info?.lifetime).map { date.addingTimeInterval($0) },
      version: try client.version())
  }

  private static func checkScopes(_ scopes: [String]) throws(TokenRejection) {
    let missing = missingScopes(scopes)
    guard missing.isEmpty else { throw .missingScopes(missing, has: scopes) }
  }

  /// The scopes that the work needs and that none of the given ones includes. Which includes which:
  /// GitLab's "Personal access tokens" page.
  public static func missingScopes(_ scopes: [String]) -> [String] {
    let scopes = Set(scopes)
    var missing: [String] = []
    if scopes.isDisjoint(with: ["read_api", "api"]) { missing.append("read_api") }
    if scopes.isDisjoint(with: ["read_repository", "write_repository", "api"]) {
      missing.append("read_repository")
    }
    return missing
  }

  /// Project and group access tokens act as users that GitLab names `project_<id>_bot…` and `group_<id>_bot…`.
  static func kind(of user: CurrentUser) -> Connection.Authentication {
    let parts = user.username.split(separator: "_")
    guard parts.count >= 3, parts[2].hasPrefix("bot"), Int64(parts[1]) != nil else {
      return .personalAccessToken
    }
    switch parts[0] {
    case "project": return .projectAccessToken
    case "group": return .groupAccessToken
    default: return .personalAccessToken
    }
  }
}

/// Why a token that GitLab knows is not stored.
public enum TokenRejection: Error, Sendable, Equatable {
  /// It may not do what the work needs.
  case missingScopes([String], has: [String])

  /// One sentence: what is wrong.
  public var summary: String {
    switch self {
    case .missingScopes(let missing, let has):
      "The token lacks \(missing.joined(separator: " and ")); it has "
        + (has.isEmpty ? "no scope." : "\(has.joined(separator: ", ")).")
    }
  }

  /// What to do.
  public var hint: String {
    "Make a token with the scopes read_api and read_repository and give it to 'sigsentry connect'."
  }
}

/// Stores a token as a connection, after GitLab has been asked about it.
public struct ConnectionSetup: Sendable {
  private let store: SettingsStore
  private let vault: Vault

  /// Joins the settings with the vault that lies in them.
  public init(store: SettingsStore, vault: Vault) {
    self.store = store
    self.vault = vault
  }

  /// The connection, and whether it was there before and got a new token.
  public struct Outcome: Sendable {
    /// The connection as it is stored.
    public var connection: Connection
    /// Whether it was there before.
    public var isRenewal: Bool
    /// Repositories of the instance that had no connection and now have this one.
    public var adoptedRepositories: Int
    /// What the connection had before, where it could be opened: an OAuth pair lives on at GitLab until it is revoked.
    public var replaced: StoredSecrets?
  }

  /// Stores checked secrets: as a new connection, or in the one of that name.
  ///
  /// - Parameters:
  ///   - clientID: The OAuth application that the tokens belong to, if any.
  ///   - name: Without one, the instance's host stands for it.
  ///   - caFile: An absolute path.
  /// - Throws: ``VaultError``, ``SettingsError``.
  public func store(
    _ secrets: ConnectionSecrets, _ check: TokenCheck, clientID: String? = nil, name: String?,
    baseURL: BaseURL, caFile: String?, at date: Date
  ) throws -> Outcome {
    let name = name ?? baseURL.defaultConnectionName
    let draft = ConnectionDraft(
      name: name, baseURL: baseURL, authentication: check.authentication,
      userName: check.user.username, displayName: check.user.name ?? check.user.username,
      tokenName: check.tokenName, scopes: check.scopes, expiresAt: check.expiresAt, caFile: caFile,
      clientID: clientID, gitlabVersion: check.version, checkedAt: date)
    let existing = try store.connection(named: name)
    let connection: Connection
    var replaced: StoredSecrets?
    if let existing {
      replaced = try? vault.secrets(of: existing.id)
      connection = try vault.renew(existing, with: draft, secrets: secrets)
    } else {
      connection = try vault.insert(draft, secrets: secrets)
    }
    return Outcome(
      connection: connection, isRenewal: existing != nil,
      adoptedRepositories: try store.adoptRepositories(connection: connection.id, at: date),
      replaced: replaced)
  }
}

extension ConnectionSetup {
  /// Checks the tokens that a login brought and stores them.
  ///
  /// Tokens that nobody stores must not stay alive: where this fails they are revoked.
  ///
  /// - Parameters:
  ///   - client: Sends the new access token.
  ///   - oauth: Gave them out.
  /// - Throws: ``TokenRejection``, ``GitLabError``, ``VaultError``, ``SettingsError``.
  public func store(
    _ tokens: OAuthTokens, from oauth: OAuthClient, client: GitLabClient, name: String?,
    baseURL: BaseURL, caFile: String?, at date: Date
  ) throws -> (outcome: Outcome, check: TokenCheck) {
    do {
      let check = try TokenCheck.ask(client, about: tokens, from: oauth, at: date)
      let outcome = try store(
        ConnectionSecrets(
          accessToken: tokens.accessToken, refreshToken: tokens.refreshToken,
          clientSecret: oauth.application.clientSecret), check,
        clientID: oauth.application.clientID, name: name, baseURL: baseURL, caFile: caFile,
        at: date)
      return (outcome, check)
    } catch {
      try? oauth.revoke(tokens.accessToken)
      throw error
    }
  }
}

extension BaseURL {
  /// The host, with what tells it from other instances on it.
  public var defaultConnectionName: String {
    host + (port.map { ":\($0)" } ?? "") + pathPrefix.replacing("/", with: "-")
  }
}
