import Foundation
import HTTP
import Settings

/// The connections' secrets, sealed in the settings with one key.
///
/// The key is looked up at every call, so that a vault notices when another process changes it.
/// Calls block their thread.
public struct Vault: Sendable {
  /// The settings that the secrets lie in.
  public let store: SettingsStore
  let source: KeySource

  /// How often a call starts over because another process changed the key in between.
  static let maximumAttempts = 4

  /// Joins the settings with the source of the key; neither is read yet.
  public init(store: SettingsStore, source: KeySource) {
    self.store = store
    self.source = source
  }

  /// Stores a new connection and its secrets.
  ///
  /// - Throws: ``VaultError``; a taken name is ``SettingsError/duplicateConnection(name:)`` in it.
  @discardableResult
  public func insert(
    _ draft: ConnectionDraft, secrets: ConnectionSecrets
  ) throws(VaultError) -> Connection {
    try withKey { key throws(VaultError) in
      let inserted: Result<Connection, VaultError> = try settings { () throws(SettingsError) in
        try store.insert(draft, keyID: key.id) { connection throws(VaultError) in
          try seal(secrets, for: connection.id, at: connection.baseURL, with: key)
        }
      }
      return try inserted.get()
    }
  }

  /// Stores what a new login to an existing connection brought; id, name and instance stay, and it
  /// is healthy again.
  ///
  /// - Parameter draft: What the login told; its name is not used.
  /// - Throws: ``VaultError``.
  @discardableResult
  public func renew(
    _ connection: Connection, with draft: ConnectionDraft, secrets: ConnectionSecrets
  ) throws(VaultError) -> Connection {
    try withKey { key throws(VaultError) in
      let blobs = try seal(secrets, for: connection.id, at: connection.baseURL, with: key)
      return try settings { () throws(SettingsError) in
        try store.renew(connection: connection.id, draft, with: blobs, keyID: key.id)
      }
    }
  }

  /// Opens the secrets of a connection, all of one moment.
  ///
  /// - Throws: ``VaultError/wrongKey``, ``VaultError/damaged(connection:)`` and the others.
  public func secrets(of connection: Connection.ID) throws(VaultError) -> StoredSecrets {
    var seen: Data?
    for _ in 0..<Self.maximumAttempts {
      let sealed = try settings { () throws(SettingsError) in
        try store.sealedSecrets(of: connection)
      }
      let name = sealed.connection.name
      guard let keyID = sealed.keyID, !sealed.blobs.isEmpty else {
        throw .noToken(connection: name)
      }
      let key: VaultKey
      do {
        key = try self.key(named: keyID)
      } catch {
        // The key file may have been changed after the secrets were read; then they name another
        // key by now.
        guard error == .wrongKey, seen != keyID else { throw error }
        seen = keyID
        continue
      }
      return try open(sealed, with: key)
    }
    throw .wrongKey
  }

  /// Replaces all secrets of a connection, as after a refresh; when the call returns they are on the
  /// disk.
  ///
  /// - Parameters:
  ///   - checkedAt: When GitLab gave the new ones out; nil leaves the date as it is.
  ///   - generation: That of the ``StoredSecrets`` the refresh began with.
  /// - Returns: The new generation.
  /// - Throws: ``SettingsError/secretsReplaced`` in ``VaultError`` where another process replaced
  ///   them since; nothing is stored then.
  @discardableResult
  public func replace(
    _ secrets: ConnectionSecrets, of connection: Connection, expiresAt: Date?,
    checkedAt: Date? = nil, ifGeneration generation: Int64
  ) throws(VaultError) -> Int64 {
    try withKey { key throws(VaultError) in
      let blobs = try seal(secrets, for: connection.id, at: connection.baseURL, with: key)
      return try settings { () throws(SettingsError) in
        try store.replaceSecrets(
          of: connection.id, with: blobs, expiresAt: expiresAt, checkedAt: checkedAt,
          ifGeneration: generation, keyID: key.id)
      }
    }
  }

  /// Runs a body that seals, and again where the key was changed while it did.
  private func withKey<Value>(
    _ body: (VaultKey) throws(VaultError) -> Value
  ) throws(VaultError) -> Value {
    for _ in 0..<Self.maximumAttempts {
      do {
        return try body(keyForSealing())
      } catch {
        guard error == .settings(.vaultKeyDiffers) else { throw error }
      }
    }
    throw .wrongKey
  }

  private func seal(
    _ secrets: ConnectionSecrets, for connection: Connection.ID, at baseURL: BaseURL,
    with key: VaultKey
  ) throws(VaultError) -> [SecretKind: Data] {
    let seal = SecretSeal(key: key)
    var blobs: [SecretKind: Data] = [:]
    for (kind, secret) in secrets.byKind {
      blobs[kind] = try seal.seal(secret, kind, of: connection, at: baseURL)
    }
    return blobs
  }

  private func open(
    _ sealed: SealedSecrets, with key: VaultKey
  ) throws(VaultError) -> StoredSecrets {
    let connection = sealed.connection
    let seal = SecretSeal(key: key)
    var opened: [SecretKind: Secret] = [:]
    for (kind, blob) in sealed.blobs {
      guard let secret = seal.open(blob, kind, of: connection.id, at: connection.baseURL) else {
        throw .damaged(connection: connection.name)
      }
      opened[kind] = secret
    }
    guard let accessToken = opened[.accessToken] else {
      throw .noToken(connection: connection.name)
    }
    return StoredSecrets(
      connection: connection,
      secrets: ConnectionSecrets(
        accessToken: accessToken, refreshToken: opened[.refreshToken],
        clientSecret: opened[.clientSecret]),
      generation: sealed.generation)
  }

  /// Runs a call of the settings and names its errors as the vault's.
  func settings<Value>(
    _ body: () throws(SettingsError) -> Value
  ) throws(VaultError) -> Value {
    do {
      return try body()
    } catch {
      throw .settings(error)
    }
  }
}
