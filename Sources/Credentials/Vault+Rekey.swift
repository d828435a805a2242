import Foundation
import HTTP
import Settings

extension Vault {
  /// Where a new key will be found from now on.
  public enum RekeyTarget: Sendable {
    /// In the config directory's key file, newly made at random.
    case keyFile
    /// With the caller, who provides it from now on by `SIGSENTRY_KEY` or systemd. The key file, if
    /// there is one, stays and no longer opens anything.
    case provided(VaultKey)
  }

  /// The moments of a key change at which the process may die.
  enum RekeyStep: CaseIterable {
    case begun, nextKeyStored, sealed, committed, renamed
  }

  /// Seals all secrets with a new key, all or none.
  ///
  /// The new key file is stored beside the old one, the secrets change in one transaction that also
  /// names the new key, and then the file takes the old one's place. Whenever the process dies in
  /// between, the next use finds the key that the settings name and finishes the change. Afterwards
  /// nothing sealed with the old key is left in the settings' files, unless another process is
  /// reading them just then.
  ///
  /// - Returns: How many secrets were sealed again. With 0 the key stays as it is.
  /// - Throws: ``VaultError/wrongKey``, or ``VaultError/damaged(connection:)`` where one secret does
  ///   not open; nothing has changed then.
  @discardableResult
  public func rekey(to target: RekeyTarget = .keyFile) throws(VaultError) -> Int {
    try rekey(to: target) { _ in }
  }

  func rekey(
    to target: RekeyTarget, observing: (RekeyStep) throws(VaultError) -> Void
  ) throws(VaultError) -> Int {
    try observing(.begun)
    let new: VaultKey =
      switch target {
      case .keyFile: .random()
      case .provided(let key): key
      }
    let resealed: Result<Int, VaultError> = try settings { () throws(SettingsError) in
      try store.exclusively { transaction throws(VaultError) in
        guard let keyID = transaction.keyID else { return 0 }
        try keys { () throws(KeyError) in try source.file.settle(keyID: keyID) }
        let blobs = try reseal(transaction.secrets, from: existingKey(named: keyID), to: new)
        if case .keyFile = target {
          try keys { () throws(KeyError) in try source.file.writeNext(new) }
        }
        try observing(.nextKeyStored)
        transaction.reseal(blobs, keyID: new.id)
        try observing(.sealed)
        return blobs.count
      }
    }
    let count = try resealed.get()
    guard count > 0 else { return 0 }
    try observing(.committed)
    if case .keyFile = target { try settleKeyFile() }
    try observing(.renamed)
    store.forgetReplaced()
    return count
  }

  /// The key with this name, once the key file is settled.
  private func existingKey(named keyID: Data) throws(VaultError) -> VaultKey {
    let key = try keys { () throws(KeyError) -> VaultKey? in
      if let provided = try source.provided() { return provided }
      return try source.file.read()
    }
    guard let key else { throw .key(.missing(path: source.file.path)) }
    guard key.id == keyID else { throw .wrongKey }
    return key
  }

  private func reseal(
    _ secrets: [SealedSecret], from old: VaultKey, to new: VaultKey
  ) throws(VaultError) -> [Data] {
    var blobs: [Data] = []
    for sealed in secrets {
      let secret = SecretSeal(key: old)
        .open(sealed.blob, sealed.kind, of: sealed.connectionID, at: sealed.baseURL)
      guard let secret else { throw .damaged(connection: sealed.connectionName) }
      blobs.append(
        try SecretSeal(key: new)
          .seal(secret, sealed.kind, of: sealed.connectionID, at: sealed.baseURL))
    }
    return blobs
  }
}
