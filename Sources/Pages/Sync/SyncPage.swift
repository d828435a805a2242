import Foundation

/// The progress of the running sync and the history of runs.
///
/// Its script follows the events: `state`, which opens the stream and follows every change of the whole, carries
/// ``SyncPage/json``; `progress` carries ``RepositoryProgress/json``.
package struct SyncPage: Sendable {
  /// Whether a sync runs.
  package var isRunning: Bool
  /// The repositories, in the order of the settings.
  package var repositories: [RepositoryProgress]
  /// Past runs, newest first.
  package var runs: [SyncRun]

  /// Makes one of its parts.
  package init(
    isRunning: Bool, repositories: [RepositoryProgress] = [], runs: [SyncRun] = []
  ) {
    self.isRunning = isRunning
    self.repositories = repositories
    self.runs = runs
  }
}

/// How far the sync of one repository is.
package struct RepositoryProgress: Sendable, Equatable {
  /// Where it stands.
  package enum Phase: String, Sendable, Equatable {
    /// No sync runs, or it is not part of it.
    case idle
    /// Its turn comes later.
    case waiting
    /// The phases of a sync.
    case resolving, listing, references, fetching, computing
    /// It ended well.
    case done
    /// It failed.
    case failed
    /// `sync` does not visit it.
    case paused
  }

  /// Its id in the settings.
  package var id: Int64
  /// The full path.
  package var path: String
  /// The address of its instance; nil where no sync has begun.
  package var baseURL: String?
  /// What it is called; its path, where no other repository has that.
  package var name: String
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
  /// What the last sync brought or why it failed, a sentence; nil before the first.
  package var lastResult: String?
  /// When the last sync ended.
  package var lastEndedAt: Date?

  /// Makes one of its parts.
  package init(
    id: Int64, path: String, baseURL: String? = nil, phase: Phase, done: Int = 0, total: Int? = nil,
    bytes: Int = 0,
    bytesPerSecond: Double? = nil, perSecond: Double? = nil, secondsLeft: Double? = nil,
    lastResult: String? = nil, lastEndedAt: Date? = nil
  ) {
    self.id = id
    self.path = path
    self.baseURL = baseURL
    name = path
    self.phase = phase
    self.done = done
    self.total = total
    self.bytes = bytes
    self.bytesPerSecond = bytesPerSecond
    self.perSecond = perSecond
    self.secondsLeft = secondsLeft
    self.lastResult = lastResult
    self.lastEndedAt = lastEndedAt
  }
}

/// A run of `sync` that ended.
package struct SyncRun: Sendable {
  /// When it began.
  package var startedAt: Date
  /// How long it took, in seconds.
  package var seconds: Double
  /// What started it, as `dashboard`, `webhook` or `command line`.
  package var trigger: String
  /// Repositories that it visited.
  package var repositories: Int
  /// Merge requests that were new or changed.
  package var mergeRequests: Int
  /// Diffs that were computed.
  package var diffs: Int
  /// Bytes received.
  package var bytes: Int
  /// Repositories that failed, each with the reason.
  package var failures: [Failure]

  /// Makes one of its parts.
  package init(
    startedAt: Date, seconds: Double, trigger: String, repositories: Int = 0,
    mergeRequests: Int = 0, diffs: Int = 0, bytes: Int = 0, failures: [Failure] = []
  ) {
    self.startedAt = startedAt
    self.seconds = seconds
    self.trigger = trigger
    self.repositories = repositories
    self.mergeRequests = mergeRequests
    self.diffs = diffs
    self.bytes = bytes
    self.failures = failures
  }

  /// A repository that failed.
  package struct Failure: Sendable {
    /// The full path.
    package var repository: String
    /// Why, and what to do.
    package var reason: String

    /// Makes one of its parts.
    package init(
      repository: String, reason: String
    ) {
      self.repository = repository
      self.reason = reason
    }
  }
}
