import Foundation
import HTTP

/// What GitLab says of a personal, project or group access token.
public struct TokenInfo: Decodable, Sendable, Equatable {
  /// The name that its owner gave it.
  public var name: String?
  /// What it may do, as `read_api`.
  public var scopes: [String]
  /// The day on which it stops to work at 00:00 UTC, as `2026-05-31`; absent for one that never does.
  public var expiresAt: String?

  /// The moment at which it stops to work.
  public var expiry: Date? {
    expiresAt.flatMap { Timestamp.parse($0 + "T00:00:00Z") }
  }

  private enum CodingKeys: String, CodingKey {
    case name, scopes
    case expiresAt = "expires_at"
  }
}

/// The user that a token speaks for.
public struct CurrentUser: Decodable, Sendable, Equatable {
  /// The handle.
  public var username: String
  /// The display name.
  public var name: String?
}

extension GitLabClient {
  /// Asks GitLab about the token that is in use. Works with any scope, from GitLab 15.5 on.
  public func tokenInfo() throws -> TokenInfo {
    try decode(TokenInfo.self, get("/personal_access_tokens/self"))
  }

  /// Asks who the token speaks for. Needs `read_user`, `read_api` or `api`.
  public func currentUser() throws -> CurrentUser {
    try decode(CurrentUser.self, get("/user"))
  }

  /// Asks for GitLab's version, as `18.1.1-ee`; `nil` where it is not told.
  public func version() throws -> String? {
    struct Metadata: Decodable { var version: String }
    for path in ["/metadata", "/version"] {
      let response = try get(path)
      if response.status == 200 { return try decode(Metadata.self, response).version }
      if response.status != 404 { return nil }
    }
    return nil
  }
}
