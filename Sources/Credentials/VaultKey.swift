import Crypto
import Foundation
import HTTP

/// The 256-bit key that the vault's secrets are sealed with.
public struct VaultKey: Sendable {
  /// Names the key without telling anything about it: 16 bytes, derived under a label of their own.
  package let id: Data
  let sealing: SymmetricKey
  private let material: SymmetricKey

  /// Reads a key as it is written: 64 hexadecimal digits, or 32 bytes in base64.
  ///
  /// White space around it is ignored; base64 may be the URL-safe kind and without padding.
  ///
  /// - Parameter source: What the error calls it, such as `SIGSENTRY_KEY`.
  /// - Throws: ``KeyError/malformed(source:)``.
  public init(_ text: Secret, source: String) throws(KeyError) {
    guard let bytes = Self.decode(text.reveal()) else { throw .malformed(source: source) }
    self.init(material: SymmetricKey(data: bytes))
  }

  /// A new random key.
  public static func random() -> VaultKey {
    VaultKey(material: SymmetricKey(size: .bits256))
  }

  private init(material: SymmetricKey) {
    self.material = material
    func derive(_ label: String, _ count: Int) -> SymmetricKey {
      HKDF<SHA256>.deriveKey(
        inputKeyMaterial: material, info: Data(label.utf8), outputByteCount: count)
    }
    sealing = derive("sigsentry vault 1: seal", 32)
    id = derive("sigsentry vault 1: key id", 16).withUnsafeBytes { Data($0) }
  }

  /// The key as 64 hexadecimal digits.
  public var text: Secret {
    let digits = Array("0123456789abcdef".utf8)
    let bytes: [UInt8] = material.withUnsafeBytes { Array($0) }
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return Secret(String(decoding: text, as: UTF8.self))
  }

  private static func decode(_ text: String) -> Data? {
    guard text.utf8.count <= 256 else { return nil }
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    if text.utf8.count == 64 { return decodeHex(Array(text.utf8)) }
    guard text.utf8.count == 43 || (text.utf8.count == 44 && text.hasSuffix("=")) else {
      return nil
    }
    let standard = String(text.prefix(43)).replacing("-", with: "+").replacing("_", with: "/") + "="
    guard let bytes = Data(base64Encoded: standard, options: []), bytes.count == 32 else {
      return nil
    }
    return bytes
  }

  private static func decodeHex(_ digits: [UInt8]) -> Data? {
    var bytes = Data(capacity: digits.count / 2)
    for index in stride(from: 0, to: digits.count - 1, by: 2) {
      guard let high = Character(Unicode.Scalar(digits[index])).hexDigitValue,
        let low = Character(Unicode.Scalar(digits[index + 1])).hexDigitValue
      else { return nil }
      bytes.append(UInt8(high << 4 | low))
    }
    return bytes
  }
}
