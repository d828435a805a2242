import Cache
import Foundation

/// A merge request of the window, with what it changed.
struct Candidate {
  /// The merge request.
  var request: CachedMergeRequest
  /// Its files.
  var files: [CachedFileChange]
  /// Its place by time of merge, the newest first.
  var order: Int
  /// Days between its merge and the incident.
  var ageDays: Double

  /// Lines added and deleted.
  var changedLines: Int {
    files.reduce(0) { $0 + ($1.additions ?? 0) + ($1.deletions ?? 0) }
  }
}

/// A merge request that cannot have broken it, and why.
public struct Exoneration: Sendable, Equatable {
  /// The project's path.
  public var repository: String
  /// The merge request.
  public var mergeRequest: CachedMergeRequest
  /// A clause for a person, as "it was reverted by 1234abcd before the incident".
  public var reason: String
}
