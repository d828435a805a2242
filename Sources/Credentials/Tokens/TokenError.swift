import GitLab

/// Why there is no token for a request.
public enum TokenError: Error, Sendable, Equatable {
  /// GitLab takes the connection's tokens no longer: a person has to log in again.
  case needsReauthorization(connection: String)
  /// The stored tokens cannot be read or written.
  case vault(VaultError)
  /// The token is due and GitLab gave no new one; the old one stays stored.
  case refresh(connection: String, OAuthError)
  /// GitLab did not revoke the tokens.
  case revocation(connection: String, OAuthError)
  /// Another process has been renewing the token for longer than a request may take.
  case busy(connection: String)
  /// The file that keeps others away during a refresh cannot be used.
  case lock(path: String, reason: String)
  /// The person or a signal ended it.
  case cancelled

  /// The connection's name, where the error is about one.
  public var connection: String? {
    switch self {
    case .needsReauthorization(let name), .refresh(let name, _), .revocation(let name, _),
      .busy(let name):
      name
    case .vault, .lock, .cancelled: nil
    }
  }

  /// One sentence: what happened.
  public var summary: String {
    switch self {
    case .needsReauthorization(let connection):
      "The connection \(connection) needs re-authorization."
    case .vault(let error): error.summary
    case .refresh(let connection, let error):
      "The token of the connection \(connection) could not be renewed: \(error)"
        + ("\(error)".hasSuffix(".") ? "" : ".")
    case .revocation(let connection, let error):
      "The token of the connection \(connection) could not be revoked on GitLab: \(error)"
        + ("\(error)".hasSuffix(".") ? "" : ".")
    case .busy(let connection):
      "Another process has been renewing the token of the connection \(connection) for too long."
    case .lock(let path, let reason): "The lock \(path) cannot be used: \(reason)."
    case .cancelled: "Interrupted."
    }
  }
}
