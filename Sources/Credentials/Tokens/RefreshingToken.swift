import Dispatch
import Foundation
import GitLab
import HTTP
import Settings

/// A connection's token, replaced in time by the next one. For one thread; any number of threads and processes may have
/// one each, and of those that need a new pair at once, one gets it for all.
///
/// A refresh token is good for one use, and GitLab revokes the old pair in the moment it gives out the new one. So a
/// refresh happens under a lock on a file, begins with a look at what is stored by now, is sent once, and its pair is on
/// the disk before it is used.
public final class RefreshingToken: TokenSource {
  private let provider: TokenProvider
  private var current: StoredSecrets
  /// Secrets whose refresh failed while they still lived: they are used up to their end without further tries.
  private var failedGeneration: Int64?
  /// Secrets that came out of a 401: if GitLab refuses these too, new ones are of no use.
  private var renewedGeneration: Int64?

  /// How long a refresh that was sent may go on after the work was cancelled, so that its pair is not lost.
  private static let grace = DispatchTimeInterval.milliseconds(600)
  /// How often storing a pair is tried, a fifth of a second apart.
  private static let storingAttempts = 5

  init(_ connection: Connection.ID, provider: TokenProvider) throws(TokenError) {
    self.provider = provider
    current = try Self.read(connection, provider)
    try Self.checkHealth(of: current)
  }

  /// The token as a bearer; a new one where the old is about to expire.
  ///
  /// - Throws: ``TokenError``.
  public func authorization() throws -> Authorization {
    if isDue(current), failedGeneration != current.generation {
      do throws(TokenError) {
        try refresh(onlyIfDue: true)
      } catch {
        guard error.leavesTokenAlive, !isExpired(current) else { throw error }
        failedGeneration = current.generation
        provider.notice(error)
      }
    }
    return .bearer(current.secrets.accessToken)
  }

  /// Takes what was stored meanwhile, or gets a new pair.
  ///
  /// - Throws: ``TokenError``.
  public func renew() throws -> Bool {
    let refused = current.generation
    guard current.connection.authentication == .oauth, refused != renewedGeneration else {
      current = try Self.read(current.connection.id, provider)
      try Self.checkHealth(of: current)
      return current.generation != refused
    }
    try refresh(onlyIfDue: false)
    renewedGeneration = current.generation
    return current.generation != refused
  }

  /// Marks the connection: nothing but a new authorization, or GitLab's own change of mind, helps.
  ///
  /// - Throws: ``TokenError/needsReauthorization(connection:)`` unless other secrets were stored meanwhile.
  public func refuse() throws { try giveUp(current) }

  // MARK: - Time

  /// At most ten minutes before the end, and never more than a tenth of the lifetime.
  private func isDue(_ stored: StoredSecrets) -> Bool {
    guard let date = stored.connection.refreshDate else { return false }
    // Without a refresh token there is nothing to be had before the end.
    return stored.secrets.refreshToken == nil ? isExpired(stored) : date <= provider.clock()
  }

  private func isExpired(_ stored: StoredSecrets) -> Bool {
    stored.connection.expiresAt.map { $0 <= provider.clock() } ?? false
  }

  // MARK: - Refresh

  private func refresh(onlyIfDue: Bool) throws(TokenError) {
    let connection = current.connection
    // A pair that could not be stored would be lost, and the old one with it.
    guard provider.vault.store.access == .readWrite else {
      throw .lock(
        path: RefreshLock.path(
          directory: provider.vault.store.directory, connection: connection.id),
        reason: "the settings cannot be written")
    }
    let lock = try RefreshLock(
      directory: provider.vault.store.directory, connection: connection,
      limit: provider.network(connection.caFile).silenceTimeout,
      cancellation: provider.cancellation)
    defer { withExtendedLifetime(lock) {} }
    let stored = try Self.read(connection.id, provider)
    try Self.checkHealth(of: stored)
    if stored.generation != current.generation {
      current = stored
      guard onlyIfDue, isDue(stored) else { return }
    }
    guard let refreshToken = stored.secrets.refreshToken else {
      try giveUp(stored)
      return
    }
    let sent = provider.clock()
    let tokens: OAuthTokens
    do throws(OAuthError) {
      tokens = try request(stored, refreshToken)
    } catch {
      if error.isCancelled { throw .cancelled }
      guard error.isRejection else { throw .refresh(connection: connection.name, error) }
      try giveUp(stored)
      return
    }
    try store(tokens, in: stored, sent: sent)
    current = try Self.read(connection.id, provider)
  }

  private func request(
    _ stored: StoredSecrets, _ refreshToken: Secret
  ) throws(OAuthError) -> OAuthTokens {
    let cancellation = Cancellation()
    guard let client = provider.client(for: stored, cancellation: cancellation) else {
      throw .invalidClient
    }
    let end: @Sendable () -> Void = {
      DispatchQueue.global().asyncAfter(deadline: .now() + Self.grace) { cancellation.cancel() }
    }
    return try provider.cancellation.waking(end) { () throws(OAuthError) in
      if provider.cancellation.isCancelled { end() }
      return try client.refresh(refreshToken)
    }
  }

  private func store(
    _ tokens: OAuthTokens, in stored: StoredSecrets, sent: Date
  ) throws(TokenError) {
    let secrets = ConnectionSecrets(
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken ?? stored.secrets.refreshToken,
      clientSecret: stored.secrets.clientSecret)
    var attempt = 1
    while true {
      do throws(VaultError) {
        try provider.vault.replace(
          secrets, of: stored.connection,
          expiresAt: tokens.lifetime.map { sent.addingTimeInterval($0) }, checkedAt: sent,
          ifGeneration: stored.generation)
        return
      } catch {
        // A new login came in between; its tokens are the ones to use.
        if error == .settings(.secretsReplaced) { return }
        guard attempt < Self.storingAttempts else { throw .vault(error) }
        attempt += 1
        usleep(200_000)
      }
    }
  }

  /// Another process may have stored a pair without the lock, as on a file system that knows none; otherwise the login
  /// is dead, and nobody tries again.
  private func giveUp(_ refused: StoredSecrets) throws(TokenError) {
    let stored = try Self.read(refused.connection.id, provider)
    if stored.generation != refused.generation {
      current = stored
      return
    }
    do {
      try provider.vault.store.markNeedsReauthorization(
        refused.connection.id, since: provider.clock(), ifGeneration: refused.generation)
    } catch .readOnly {
      // Then it is only said.
    } catch {
      throw .vault(.settings(error))
    }
    throw .needsReauthorization(connection: refused.connection.name)
  }

  private static func read(
    _ connection: Connection.ID, _ provider: TokenProvider
  ) throws(TokenError) -> StoredSecrets {
    do {
      return try provider.vault.secrets(of: connection)
    } catch {
      throw .vault(error)
    }
  }

  private static func checkHealth(of stored: StoredSecrets) throws(TokenError) {
    if case .needsReauthorization = stored.connection.health {
      throw .needsReauthorization(connection: stored.connection.name)
    }
  }
}

extension TokenError {
  /// Whether the token that was to be replaced is as good as before.
  fileprivate var leavesTokenAlive: Bool {
    switch self {
    case .refresh, .busy, .lock: true
    case .needsReauthorization, .vault, .revocation, .cancelled: false
    }
  }
}

extension Connection {
  /// From when on the next pair of tokens is to be fetched; `nil` for tokens that nothing replaces.
  ///
  /// ``checkedAt`` is when the pair was given out, so that the lifetime is known.
  package var refreshDate: Date? {
    guard authentication == .oauth, let expiresAt else { return nil }
    let lifetime = max(0, expiresAt.timeIntervalSince(checkedAt))
    return expiresAt.addingTimeInterval(-min(600, lifetime / 10))
  }
}
