import Crypto
import Foundation
import HTTP
import Settings

/// Seals and opens one secret.
///
/// A sealed secret is a version byte, then AES-256-GCM's nonce (12 random bytes), ciphertext and
/// tag (16 bytes). Instance, connection, kind and version are authenticated with it, so that it opens
/// nowhere else.
struct SecretSeal {
  let key: VaultKey

  private static let version: UInt8 = 1
  /// The longest secret, in bytes.
  static let maximumLength = 16_384

  func seal(
    _ secret: Secret, _ kind: SecretKind, of connection: Connection.ID, at baseURL: BaseURL
  ) throws(VaultError) -> Data {
    let text = Data(secret.reveal().utf8)
    guard (1...Self.maximumLength).contains(text.count) else { throw .invalidSecret }
    let associated = Self.associatedData(kind, of: connection, at: baseURL)
    // Sealing fails only for keys of another size, and an own nonce makes `combined` always there.
    guard let box = try? AES.GCM.seal(text, using: key.sealing, authenticating: associated),
      let combined = box.combined
    else { throw .invalidSecret }
    return Data([Self.version]) + combined
  }

  /// Nil where the blob is not what was sealed with this key for this place.
  func open(
    _ blob: Data, _ kind: SecretKind, of connection: Connection.ID, at baseURL: BaseURL
  ) -> Secret? {
    guard blob.first == Self.version,
      let box = try? AES.GCM.SealedBox(combined: blob.dropFirst()),
      let text = try? AES.GCM.open(
        box, using: key.sealing,
        authenticating: Self.associatedData(kind, of: connection, at: baseURL)),
      let string = String(bytes: text, encoding: .utf8)
    else { return nil }
    return Secret(string)
  }

  /// Every part but the last has a fixed length or its length before it, so that no two places have
  /// the same bytes.
  private static func associatedData(
    _ kind: SecretKind, of connection: Connection.ID, at baseURL: BaseURL
  ) -> Data {
    var data = Data("sigsentry secret".utf8)
    data.append(version)
    withUnsafeBytes(of: connection.bigEndian) { data.append(contentsOf: $0) }
    let address = Data(baseURL.description.utf8)
    withUnsafeBytes(of: UInt32(clamping: address.count).bigEndian) { data.append(contentsOf: $0) }
    data.append(address)
    data.append(contentsOf: kind.rawValue.utf8)
    return data
  }
}
