import Foundation

/// How the syncs of all repositories stand, and the history of runs.
///
/// Its script follows `/events`: each event `sync` carries ``RepositoryProgress/json``, and `removed` a repository's id.
package struct SyncPage: Sendable {
  /// The repositories, in the order of the settings.
  package var repositories: [RepositoryProgress]
  /// Past runs, newest first.
  package var runs: [SyncRunRow]

  /// Makes one of its parts.
  package init(
    repositories: [RepositoryProgress], runs: [SyncRunRow] = []
  ) {
    self.repositories = repositories
    self.runs = runs
  }
}

/// How far the sync of one repository is.
package struct RepositoryProgress: Sendable, Equatable {
  /// Where it stands.
  package enum Phase: String, Sendable, Equatable {
    /// No sync of it runs.
    case idle
    /// Its turn comes later.
    case queued
    /// The phases of a sync.
    case resolving, listing, references, fetching, computing
    /// `sync` does not visit it.
    case paused
  }

  /// Its id in the settings.
  package var id: Int64
  /// The full path.
  package var path: String
  /// Where it stands.
  package var phase: Phase
  /// How many are done in this phase: merge requests listed, objects received, or diffs computed.
  package var done: Int
  /// Of how many; nil where that is not known.
  package var total: Int?
  /// Bytes received in this phase.
  package var bytes: Int
  /// Bytes a second; nil where it is not known.
  package var bytesPerSecond: Double?
  /// Objects or diffs a second; nil where it is not known.
  package var perSecond: Double?
  /// Seconds left in this phase; nil where it is not known.
  package var secondsLeft: Double?
  /// Something to know of the sync that runs, as a rename.
  package var note: String?
  /// Whether the last sync failed.
  package var hasFailed: Bool
  /// What the last sync brought or why it failed, a sentence; nil before the first.
  package var lastResult: String?
  /// When the last sync ended.
  package var lastEndedAt: Date?

  /// Makes one of its parts.
  package init(
    id: Int64, path: String, phase: Phase, done: Int = 0, total: Int? = nil, bytes: Int = 0,
    bytesPerSecond: Double? = nil, perSecond: Double? = nil, secondsLeft: Double? = nil,
    note: String? = nil, hasFailed: Bool = false, lastResult: String? = nil,
    lastEndedAt: Date? = nil
  ) {
    self.id = id
    self.path = path
    self.phase = phase
    self.done = done
    self.total = total
    self.bytes = bytes
    self.bytesPerSecond = bytesPerSecond
    self.perSecond = perSecond
    self.secondsLeft = secondsLeft
    self.note = note
    self.hasFailed = hasFailed
    self.lastResult = lastResult
    self.lastEndedAt = lastEndedAt
  }
}

/// A sync of one repository that ended.
package struct SyncRunRow: Sendable {
  /// The full path.
  package var repository: String
  /// Its id in the settings; nil where it is no longer watched.
  package var repositoryID: Int64?
  /// When it began.
  package var startedAt: Date
  /// How long it took, in seconds.
  package var seconds: Double
  /// What started it, as `dashboard`, `webhook` or `schedule`.
  package var trigger: String
  /// Merge requests that were new or changed.
  package var mergeRequests: Int
  /// Diffs that were computed.
  package var diffs: Int
  /// Bytes received.
  package var bytes: Int
  /// Why it failed and what to do; nil where it did not.
  package var failure: String?

  /// Makes one of its parts.
  package init(
    repository: String, repositoryID: Int64? = nil, startedAt: Date, seconds: Double,
    trigger: String, mergeRequests: Int = 0, diffs: Int = 0, bytes: Int = 0, failure: String? = nil
  ) {
    self.repository = repository
    self.repositoryID = repositoryID
    self.startedAt = startedAt
    self.seconds = seconds
    self.trigger = trigger
    self.mergeRequests = mergeRequests
    self.diffs = diffs
    self.bytes = bytes
    self.failure = failure
  }
}
