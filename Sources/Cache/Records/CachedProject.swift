import Foundation
import GRDB

/// A mirrored project.
public struct CachedProject: Sendable, Equatable, Identifiable {
  /// The cache's own number for it.
  public var id: Int64
  /// The directory name below `mirrors/`.
  public var host: String
  /// GitLab's number for it.
  public var projectID: Int64
  /// The instance, as `https://gitlab.com`.
  public var baseURL: String
  /// The full path when it was last synced.
  public var path: String
  /// The default branch; `nil` where the repository is empty.
  public var defaultBranch: String?
  /// The page for people.
  public var webURL: String?
  /// Days of merge requests that are kept ready.
  public var lookbackDays: Int
  /// Merge requests that changed since then are all in the cache.
  public var listedSince: Date?
  /// The newest change that GitLab has told.
  public var changedUntil: Date?
  /// Commits since then are all in the cache.
  public var commitsSince: Date?
  /// The branch tips whose commits are all in the cache.
  public var commitTips: String?
  /// The start of the window that read commands answer over: what the last sync was asked to keep ready. It does not move
  /// with the clock, so the same cache gives the same answer tomorrow.
  public var windowStart: Date?
  /// When a sync last began.
  public var attemptedAt: Date?
  /// When a sync last ended well.
  public var syncedAt: Date?
  /// Why the last sync failed; `nil` where it did not.
  public var failure: String?

  init(_ row: Row) {
    id = row["id"]
    host = row["host"]
    projectID = row["projectId"]
    baseURL = row["baseUrl"]
    path = row["path"]
    defaultBranch = row["defaultBranch"]
    webURL = row["webUrl"]
    lookbackDays = row["lookbackDays"]
    listedSince = row.time("listedSince")
    changedUntil = row.time("changedUntil")
    commitsSince = row.time("commitsSince")
    commitTips = row["commitTips"]
    windowStart = row.time("windowSince")
    attemptedAt = row.time("attemptedAt")
    syncedAt = row.time("syncedAt")
    failure = row["failure"]
  }
}

extension CachedProject {
  /// Where a cache keeps weights that were fitted to the project: a file beside the mirrors, so that it goes where the
  /// cache goes.
  ///
  /// - Parameter cache: The cache directory.
  public func weightsFile(in cache: String) -> String {
    "\(cache)/weights/\(host)/\(projectID).json"
  }

  /// Larger files hold no weights.
  public static let largestWeightsFile = 64 << 10
}
