import Foundation

/// Which of a connection's secrets one is.
public enum SecretKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// The token that requests carry.
  case accessToken
  /// OAuth's single-use token for the next pair.
  case refreshToken
  /// The secret of a confidential OAuth application.
  case clientSecret
}

/// A connection's sealed secrets as they were at one moment.
package struct SealedSecrets: Sendable {
  /// Whose they are.
  package let connection: Connection
  /// Counts the replacements; the same number means the same secrets.
  package let generation: Int64
  /// Names the key that all secrets are sealed with; nil where none was ever stored.
  package let keyID: Data?
  /// The sealed secrets.
  package let blobs: [SecretKind: Data]
}

/// One sealed secret and what it is bound to.
package struct SealedSecret: Sendable {
  /// The connection it belongs to.
  package let connectionID: Int64
  /// That connection's name.
  package let connectionName: String
  /// That connection's instance.
  package let baseURL: BaseURL
  /// Which of its secrets.
  package let kind: SecretKind
  /// The secret, sealed; at most ``maximumLength`` bytes.
  package var blob: Data

  /// The longest sealed secret stored, in bytes.
  package static let maximumLength = 65_536
}
