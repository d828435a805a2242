import Foundation

/// A repository that is watched. Dates are kept to the millisecond.
public struct RepositorySetting: Sendable, Hashable, Identifiable {
  /// Never given out twice.
  public let id: Int64
  /// The connection it is read with, on the same instance; nil reads it as anybody may.
  public var connectionID: Int64?
  /// The instance. It never changes.
  public let baseURL: BaseURL
  /// The full path, as the person gave it or as GitLab writes it. Together with the instance it is
  /// unique without regard to ASCII case.
  public var path: String
  /// GitLab's id of the project, once known; unique on the instance.
  public var projectID: Int64?
  /// How many days of merge requests are kept ready, ``lookbackRange``.
  public var lookbackDays: Int
  /// Whether `sync` visits it when it is not named.
  public var isActive: Bool
  /// When it was added.
  public let createdAt: Date
  /// When it was last edited.
  public internal(set) var updatedAt: Date

  /// The days that ``lookbackDays`` may have.
  public static let lookbackRange = 1...365
  /// The days where none are given.
  public static let defaultLookbackDays = 30
}
