import Foundation
import GitLab
import Glibc
import HTTP
import Settings

/// The one place that every request gets its token from.
public struct TokenProvider: Sendable {
  /// Makes the network's configuration for an instance with a CA file of its own, or none.
  public typealias Network = @Sendable (_ caFile: String?) -> HTTPConfiguration
  /// Told of a refresh that failed while the old token still lives.
  public typealias Notice = @Sendable (TokenError) -> Void

  /// The tokens as they are stored.
  package let vault: Vault
  /// The network's configuration for an instance.
  package let network: Network
  package let cancellation: Cancellation
  package let clock: @Sendable () -> Date
  let notice: Notice

  /// Joins the vault with the way to GitLab; nothing is read yet.
  public init(
    vault: Vault, cancellation: Cancellation, network: @escaping Network,
    clock: @escaping @Sendable () -> Date = { Date() }, notice: @escaping Notice = { _ in }
  ) {
    self.vault = vault
    self.network = network
    self.cancellation = cancellation
    self.clock = clock
    self.notice = notice
  }

  /// Makes the source of a connection's tokens, for the thread that asks.
  ///
  /// - Throws: ``TokenError/needsReauthorization(connection:)`` where that is known already: GitLab blocks addresses that
  ///   keep coming with dead tokens. ``TokenError/vault(_:)``.
  public func source(of connection: Connection) throws(TokenError) -> RefreshingToken {
    try RefreshingToken(connection.id, provider: self)
  }

  /// Revokes the tokens of an OAuth connection on GitLab; here they stay stored.
  ///
  /// - Throws: ``TokenError/revocation(connection:_:)`` where GitLab was not reached or said no; other ``TokenError``s.
  public func revoke(_ connection: Connection) throws(TokenError) {
    let lock = try RefreshLock(
      directory: vault.store.directory, connection: connection,
      limit: network(connection.caFile).silenceTimeout, cancellation: cancellation)
    defer { withExtendedLifetime(lock) {} }
    let stored: StoredSecrets
    do {
      stored = try vault.secrets(of: connection.id)
    } catch {
      throw .vault(error)
    }
    try revoke(stored)
  }

  /// Revokes the pair that a new login has replaced; does nothing for tokens of another kind.
  ///
  /// - Parameter replaced: ``ConnectionSetup/Outcome/replaced``.
  /// - Throws: ``TokenError/revocation(connection:_:)`` where GitLab was not reached or said no.
  public func revoke(_ replaced: StoredSecrets) throws(TokenError) {
    guard let client = client(for: replaced, cancellation: cancellation) else { return }
    do throws(OAuthError) {
      try client.revoke(replaced.secrets.accessToken)
      // The pair is one to GitLab, but the access token may be gone from its tables by now.
      if let refreshToken = replaced.secrets.refreshToken { try client.revoke(refreshToken) }
    } catch {
      throw error.isCancelled
        ? .cancelled : .revocation(connection: replaced.connection.name, error)
    }
  }

  /// Removes what refreshes left in the config directory for a connection that is deleted for good.
  public func forget(_ connection: Connection) {
    unlink(RefreshLock.path(directory: vault.store.directory, connection: connection.id))
  }

  /// Makes a client of the OAuth endpoints for a connection's application; `nil` where it has none.
  func client(
    for stored: StoredSecrets, cancellation: Cancellation
  ) -> OAuthClient? {
    let connection = stored.connection
    guard connection.authentication == .oauth, let id = connection.clientID else { return nil }
    return OAuthClient(
      baseURL: connection.baseURL.description,
      application: OAuthApplication(clientID: id, clientSecret: stored.secrets.clientSecret),
      configuration: network(connection.caFile), cancellation: cancellation)
  }
}
