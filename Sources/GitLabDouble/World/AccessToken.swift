import Foundation

/// A token that opens the API or git; its value never appears in a description.
public struct AccessToken: Sendable, CustomStringConvertible, CustomReflectable {
  /// What a token stands for, and thus where it is accepted.
  public enum Kind: Sendable, Hashable {
    /// Acts as its user everywhere.
    case personal
    /// Acts as a bot within the project of this id.
    case project(Int)
    /// Acts as a bot within the group of this path.
    case group(String)
    /// Git only, under this exact username.
    case deploy(username: String)
    /// Issued by the OAuth endpoints; accepted as Bearer only.
    case oauth(applicationID: String)
  }

  /// The instance-wide id.
  public var id: Int
  /// The name given at creation.
  public var name: String
  /// The secret.
  public var value: String
  /// The user the token acts as.
  public var userID: Int
  /// What the token stands for.
  public var kind: Kind
  /// Scopes such as `read_api` and `read_repository`.
  public var scopes: [String]
  /// When the token was made.
  public var createdAt: Date
  /// From when on the token is dead; nil = never.
  public var expiresAt: Date?
  /// Whether the token was revoked.
  public var revoked: Bool

  /// The token's name and scopes, without its value.
  public var description: String { "\(name) [\(scopes.joined(separator: " "))]" }

  /// A mirror without the secret.
  public var customMirror: Mirror { Mirror(self, children: ["name": name, "scopes": scopes]) }

  /// Whether one of these scopes was granted.
  func has(anyOf wanted: [String]) -> Bool {
    wanted.contains { scopes.contains($0) }
  }

  /// Whether the scopes allow downloading code (GitLab's mapping of scopes to abilities).
  var downloadsCode: Bool {
    has(anyOf: ["api", "read_api", "read_repository", "write_repository"])
  }
}
