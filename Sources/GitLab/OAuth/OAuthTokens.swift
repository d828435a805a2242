import Foundation
import HTTP

/// A pair of tokens as GitLab gives it out.
public struct OAuthTokens: Sendable, Hashable {
  /// What requests carry.
  public var accessToken: Secret
  /// Good for one further pair; it dies with the next one. Absent where GitLab gives none.
  public var refreshToken: Secret?
  /// Seconds that the access token lives, counted from the answer; `nil` where GitLab does not tell.
  public var lifetime: Double?
  /// What it may do; empty where GitLab does not tell.
  public var scopes: [String]

  /// Takes the parts together.
  public init(
    accessToken: Secret, refreshToken: Secret? = nil, lifetime: Double? = nil,
    scopes: [String] = []
  ) {
    self.accessToken = accessToken
    self.refreshToken = refreshToken
    self.lifetime = lifetime
    self.scopes = scopes
  }

  /// The longest token taken, in bytes.
  private static let maximumLength = 8192
  /// The longest lifetime taken, in seconds: ten years.
  private static let maximumLifetime = 315_360_000.0

  /// Reads the answer of `/oauth/token`.
  init(_ body: [UInt8]) throws(OAuthError) {
    struct Answer: Decodable {
      var access_token: String
      var refresh_token: String?
      var expires_in: Double?
      var scope: String?
    }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)),
      Self.isToken(answer.access_token)
    else { throw .malformed("the answer holds no usable access token") }
    accessToken = Secret(answer.access_token)
    refreshToken = answer.refresh_token.flatMap { Self.isToken($0) ? Secret($0) : nil }
    lifetime = answer.expires_in.flatMap {
      $0.isFinite && (0...Self.maximumLifetime).contains($0) ? $0 : nil
    }
    scopes = (answer.scope ?? "").split(separator: " ").map(String.init)
  }

  private static func isToken(_ text: String) -> Bool {
    (1...maximumLength).contains(text.utf8.count)
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }
}

/// What GitLab says of an OAuth access token.
public struct OAuthTokenInfo: Sendable, Equatable {
  /// What it may do.
  public var scopes: [String]
  /// Seconds that it still lives; `nil` for one that does not expire.
  public var lifetime: Double?

  init(_ body: [UInt8]) throws(OAuthError) {
    struct Answer: Decodable {
      var scope: [String]?
      var scopes: [String]?
      var expires_in: Double?
      var expires_in_seconds: Double?
    }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)) else {
      throw .malformed("the answer does not describe a token")
    }
    scopes = answer.scope ?? answer.scopes ?? []
    lifetime = answer.expires_in ?? answer.expires_in_seconds
  }
}
