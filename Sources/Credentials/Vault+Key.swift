import Foundation
import Settings

extension Vault {
  /// The key that the stored secrets name.
  ///
  /// A key change that was cut short is finished on the way.
  ///
  /// - Throws: ``VaultError/wrongKey`` where no key at hand is that one, ``VaultError/key(_:)``.
  func key(named keyID: Data) throws(VaultError) -> VaultKey {
    if let provided = try keys({ () throws(KeyError) in try source.provided() }) {
      guard provided.id == keyID else { throw .wrongKey }
      return provided
    }
    // In this order, for a change that is under way moves the next key to where the first was.
    let next = Result { () throws(KeyError) in try source.file.readNext() }
    let current = try keys { () throws(KeyError) in try source.file.read() }
    if case .success(nil) = next {
    } else {
      // Fails in a directory that cannot be written, where the files must stay as they are.
      try? settleKeyFile()
    }
    if let current, current.id == keyID { return current }
    if let next = try keys({ () throws(KeyError) in try next.get() }) {
      guard next.id == keyID else { throw .wrongKey }
      return next
    }
    guard current != nil else { throw .key(.missing(path: source.file.path)) }
    throw .wrongKey
  }

  /// The key to seal with: the one that the stored secrets name, or at first use a new one.
  func keyForSealing() throws(VaultError) -> VaultKey {
    var seen: Data?
    for _ in 0..<Self.maximumAttempts {
      let keyID = try settings { () throws(SettingsError) in try store.vaultKeyID() }
      guard let keyID else {
        if let provided = try keys({ () throws(KeyError) in try source.provided() }) {
          return provided
        }
        return try keys { () throws(KeyError) in try source.file.readOrCreate() }
      }
      do {
        return try key(named: keyID)
      } catch {
        guard error == .wrongKey, seen != keyID else { throw error }
        seen = keyID
      }
    }
    throw .wrongKey
  }

  /// Finishes or takes back a change of the key file that was cut short.
  ///
  /// As long as this runs nobody else can write the settings, and so nobody else changes the key.
  func settleKeyFile() throws(VaultError) {
    let settled: Result<Void, KeyError> = try settings { () throws(SettingsError) in
      try store.exclusively { transaction throws(KeyError) in
        try source.file.settle(keyID: transaction.keyID)
      }
    }
    try keys { () throws(KeyError) in try settled.get() }
  }

  /// Runs a call for a key and names its errors as the vault's.
  func keys<Value>(_ body: () throws(KeyError) -> Value) throws(VaultError) -> Value {
    do {
      return try body()
    } catch {
      throw .key(error)
    }
  }
}
