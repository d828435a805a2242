import Crypto
import Foundation
import HTTP
import Settings

/// Makes API keys and recognizes them. Only the SHA-256 of a secret is stored; with 256 random bits in it there is nothing
/// to guess, so it needs neither salt nor a slow hash.
public struct APIKeys: Sendable {
  private let store: SettingsStore

  /// What every secret begins with.
  public static let prefix = "ss_secret_"
  /// The digits of a secret that are kept in clear: enough to tell keys apart, and 240 bits are left.
  private static let shownDigits = 4
  private static let secretLength = prefix.utf8.count + 64

  /// - Parameter store: Where the hashes lie.
  public init(store: SettingsStore) { self.store = store }

  /// Makes a key. Its secret is given out here and never again.
  ///
  /// - Throws: ``SettingsError/duplicateAPIKey(name:)``, ``SettingsError/invalid(field:reason:)``.
  public func create(
    name: String, permissions: Set<APIKey.Permission>, at date: Date
  ) throws(SettingsError) -> (key: APIKey, secret: Secret) {
    let secret = Self.prefix + RandomText.hexadecimal(bytes: 32)
    let key = try store.insertAPIKey(
      name: name, hash: Self.hash(secret),
      prefix: String(secret.prefix(Self.prefix.count + Self.shownDigits)), permissions: permissions,
      at: date)
    return (key, Secret(secret))
  }

  /// The key that a secret belongs to; nil where it is none.
  public func key(for secret: String, at date: Date) throws(SettingsError) -> APIKey? {
    guard secret.hasPrefix(Self.prefix), secret.utf8.count == Self.secretLength,
      let key = try store.apiKey(hash: Self.hash(secret))
    else { return nil }
    if store.access == .readWrite, key.lastUsedAt.map({ date.timeIntervalSince($0) >= 60 }) ?? true
    {
      try store.noteUse(ofAPIKey: key.id, at: date)
    }
    return key
  }

  private static func hash(_ secret: String) -> Data {
    Data(SHA256.hash(data: Data(secret.utf8)))
  }
}

/// Texts that nobody can guess.
public enum RandomText {
  /// So many random bytes as hexadecimal digits.
  public static func hexadecimal(bytes count: Int) -> String {
    var generator = SystemRandomNumberGenerator()
    return hexadecimal((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
  }

  /// Bytes as hexadecimal digits.
  static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// Proves that a text came from here: HMAC-SHA-256 under a key that lives as long as the process.
public struct TextSeal: Sendable {
  private let key = SymmetricKey(size: .bits256)

  /// Makes a seal with a new key.
  public init() {}

  /// The proof of a text, 64 hexadecimal digits.
  public func proof(of text: String) -> String {
    RandomText.hexadecimal(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
  }
}

/// Comparing texts that somebody might guess.
public enum SecretComparison {
  /// Compares without telling by its time how much is alike, nor how long the secret is.
  public static func areEqual(_ given: String, _ secret: String) -> Bool {
    let left = SHA256.hash(data: Data(given.utf8))
    let right = SHA256.hash(data: Data(secret.utf8))
    return left == right
  }
}
