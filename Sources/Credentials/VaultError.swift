import Settings

/// Why secrets could not be stored or opened. Nothing stored is destroyed by one.
public enum VaultError: Error, Hashable, Sendable {
  /// The secrets were sealed with another key than the one at hand.
  case wrongKey
  /// The key is right, but a secret of this connection is not what was sealed for it.
  case damaged(connection: String)
  /// The connection has no token.
  case noToken(connection: String)
  /// A secret is empty or longer than 16 KiB.
  case invalidSecret
  /// There is no usable key.
  case key(KeyError)
  /// The settings failed.
  case settings(SettingsError)

  /// One sentence: what happened, and to what.
  public var summary: String {
    switch self {
    case .wrongKey: "The stored tokens are sealed with another key."
    case .damaged(let connection): "The stored token of the connection \(connection) is damaged."
    case .noToken(let connection): "The connection \(connection) has no token."
    case .invalidSecret: "The token is empty or too long."
    case .key(let error): error.summary
    case .settings(let error): error.summary
    }
  }

  /// What to do.
  public var hint: String {
    switch self {
    case .wrongKey:
      "Provide the key they were stored with (SIGSENTRY_KEY, or the file 'key' in the config "
        + "directory); or disconnect every connection and connect again."
    case .damaged(let connection), .noToken(let connection):
      "Run 'sigsentry connect --name \(connection)'."
    case .invalidSecret: "Copy it again, whole."
    case .key(let error): error.hint
    case .settings(let error): error.hint
    }
  }
}
