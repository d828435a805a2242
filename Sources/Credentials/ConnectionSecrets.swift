import Foundation
import HTTP
import Settings

/// The secrets of a connection.
public struct ConnectionSecrets: Sendable, Hashable {
  /// The token that requests carry.
  public var accessToken: Secret
  /// OAuth's single-use token for the next pair.
  public var refreshToken: Secret?
  /// The secret of a confidential OAuth application.
  public var clientSecret: Secret?

  /// Takes the secrets together.
  public init(accessToken: Secret, refreshToken: Secret? = nil, clientSecret: Secret? = nil) {
    self.accessToken = accessToken
    self.refreshToken = refreshToken
    self.clientSecret = clientSecret
  }

  var byKind: [(SecretKind, Secret)] {
    [
      (.accessToken, accessToken), (.refreshToken, refreshToken), (.clientSecret, clientSecret),
    ].compactMap { kind, secret in secret.map { (kind, $0) } }
  }
}

/// Secrets as they were read, with what a replacement must refer to.
public struct StoredSecrets: Sendable, Hashable {
  /// The connection as it was at the same moment, its expiry and health included.
  public let connection: Connection
  /// The secrets.
  public let secrets: ConnectionSecrets
  /// Counts the replacements; see ``Vault/replace(_:of:expiresAt:checkedAt:ifGeneration:)``.
  public let generation: Int64
}
