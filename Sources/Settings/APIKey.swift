import Foundation

/// A key that a program shows to the `/v1` API. The secret itself is stored nowhere.
public struct APIKey: Sendable, Hashable, Identifiable {
  /// Never given out twice.
  public let id: Int64
  /// Unique without regard to ASCII case; 1 to 64 characters without control characters.
  public let name: String
  /// The first characters of its secret, to tell it by.
  public let prefix: String
  /// What it may do.
  public let permissions: Set<Permission>
  /// When it was made.
  public let createdAt: Date
  /// When it was last shown, to the minute; nil where it never was.
  public let lastUsedAt: Date?

  /// One thing that a key may do.
  public enum Permission: String, Sendable, Hashable, CaseIterable {
    /// Read connections, repositories and mappings.
    case configRead = "config:read"
    /// Change them.
    case configWrite = "config:write"
    /// Read analyses.
    case analysisRead = "analysis:read"
    /// Ask for new ones.
    case analysisCreate = "analysis:create"
    /// Be the secret token of a GitLab webhook.
    case webhook
  }

  /// The most keys there may be.
  public static let maximumCount = 200
}
