import Crypto
import Foundation
import HTTP

/// What ties the answer of a browser login to its question: PKCE's verifier (RFC 7636) and the state (RFC 6749, 10.12).
public struct LoginProof: Sendable {
  /// Shown only when the code is exchanged: 43 characters that nobody can guess.
  public let verifier: Secret
  /// Comes back with the browser: 43 more.
  public let state: String

  /// Makes a new one at random.
  public init() {
    verifier = Secret(Self.random())
    state = Self.random()
  }

  /// The S256 challenge of a verifier.
  public static func challenge(of verifier: Secret) -> String {
    base64URL(Array(SHA256.hash(data: Data(verifier.reveal().utf8))))
  }

  private static func random() -> String {
    var generator = SystemRandomNumberGenerator()
    return base64URL((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
  }

  private static func base64URL(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }
}
