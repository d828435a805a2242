import Foundation

/// One sync of one repository that is over.
public struct SyncRun: Sendable, Hashable, Identifiable {
  /// Never given out twice; 0 before it is stored.
  public internal(set) var id: Int64 = 0
  /// The repository.
  public var repositoryID: RepositorySetting.ID
  /// Why it ran.
  public var cause: Cause
  /// When it began.
  public var startedAt: Date
  /// How long it took, in seconds.
  public var seconds: Double
  /// Why it failed, a sentence; nil where it went well.
  public var failure: String?
  /// What to do about that, a sentence.
  public var hint: String?
  /// Whether only a new authorization helps.
  public var needsReauthorization = false
  /// Merge requests that were new or changed.
  public var mergeRequests = 0
  /// Diffs that were computed.
  public var diffs = 0
  /// Files in these.
  public var files = 0
  /// Commits that were new in the window.
  public var commits = 0
  /// Requests to GitLab's API.
  public var apiRequests = 0
  /// Objects in the packs that were fetched.
  public var objects = 0
  /// Bytes received over the network.
  public var bytesReceived = 0

  /// Why a sync runs.
  public enum Cause: String, Sendable, Hashable, CaseIterable, Codable {
    /// It was time.
    case schedule
    /// GitLab told of news.
    case webhook
    /// Somebody asked for it.
    case person
  }

  /// The most runs that are kept of one repository.
  public static let maximumCount = 50

  /// Makes a run that brought nothing yet.
  public init(
    repositoryID: RepositorySetting.ID, cause: Cause, startedAt: Date, seconds: Double
  ) {
    self.repositoryID = repositoryID
    self.cause = cause
    self.startedAt = startedAt
    self.seconds = seconds
  }
}
