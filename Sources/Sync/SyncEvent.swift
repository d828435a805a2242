import Foundation
import Mirror

/// What a sync of one repository is doing.
public enum SyncPhase: String, Sendable {
  case resolving, listing, references, fetching, computing
}

/// News of a running sync.
public struct SyncEvent: Sendable {
  /// What there is to tell.
  public enum Kind: Sendable {
    /// A phase begins.
    case phase(SyncPhase)
    /// Merge requests listed so far.
    case listed(Int)
    /// How far the pack has come.
    case fetched(FetchProgress)
    /// Diffs computed, of how many.
    case computed(Int, of: Int)
    /// Something that the user should know, as a rename.
    case note(String)
  }

  /// The repository's path, as the user gave it.
  public var repository: String
  /// The address of its instance.
  public var baseURL: String
  /// The news.
  public var kind: Kind
}

/// What a sync brought.
public struct SyncSummary: Sendable, Equatable {
  /// The project's path of today.
  public var path = ""
  /// Merge requests that are new or changed.
  public var mergeRequests = 0
  /// Diffs of merge requests and commits that were computed.
  public var diffs = 0
  /// Files in these.
  public var files = 0
  /// Files among these that were not compared, because the same two contents had been before.
  public var recalled = 0
  /// Merge requests that have no diff, with a reason each.
  public var incomplete = 0
  /// Commits that are new in the window.
  public var commits = 0
  /// Requests to GitLab's REST and GraphQL APIs.
  public var apiRequests = 0
  /// What was left of GitLab's rate limit at the last answer that told.
  public var rateLimitRemaining: Int?
  /// Objects in the packs that were fetched.
  public var objects = 0
  /// Bytes received over the network, from API and git together.
  public var bytesReceived = 0
}

/// How a sync of one repository ended.
public struct SyncReport: Sendable {
  /// The repository's path, as the user gave it.
  public var repository: String
  /// The address of its instance; `nil` where it was not found out.
  public var baseURL: String?
  /// What it brought, or why it failed.
  public var result: Result<SyncSummary, SyncError>
  /// When it began.
  public var startedAt: Date
  /// How long it took, in seconds.
  public var seconds: Double

  /// Makes a report of its parts.
  public init(
    repository: String, baseURL: String?, result: Result<SyncSummary, SyncError>, startedAt: Date,
    seconds: Double
  ) {
    self.repository = repository
    self.baseURL = baseURL
    self.result = result
    self.startedAt = startedAt
    self.seconds = seconds
  }
}
