import Foundation
import Mirror
import Settings
import Sync

/// How a repository's sync stands.
struct SyncState: Sendable {
  /// What a repository is at.
  enum Phase: String, Sendable {
    case idle, queued, resolving, listing, references, fetching, computing
  }

  let repositoryID: RepositorySetting.ID
  var path: String
  /// The address of its instance, once its sync began.
  var baseURL: String?
  var phase = Phase.idle
  /// When the sync that runs began.
  var startedAt: Date?
  /// Things done in this phase: merge requests, objects or diffs.
  var done = 0
  /// Of how many, where that is known.
  var total: Int?
  /// Bytes of the pack that have come.
  var bytes: Int?
  /// Something to know, as a rename.
  var note: String?
  /// The last one that is over.
  var last: SyncRun?
  private var phaseBegan = ContinuousClock.now
  private var now = ContinuousClock.now

  init(repositoryID: RepositorySetting.ID, path: String) {
    self.repositoryID = repositoryID
    self.path = path
  }

  /// Begins a phase.
  mutating func enter(_ phase: Phase, at instant: ContinuousClock.Instant = .now) {
    self.phase = phase
    (done, total, bytes, phaseBegan, now) = (0, nil, nil, instant, instant)
  }

  /// Takes in an event; returns whether it is more than a number that grew.
  mutating func take(_ kind: SyncEvent.Kind, at instant: ContinuousClock.Instant = .now) -> Bool {
    now = instant
    switch kind {
    case .phase(let phase):
      enter(Phase(rawValue: phase.rawValue) ?? .resolving, at: instant)
      return true
    case .note(let text):
      note = text
      return true
    case .listed(let count): done = count
    case .fetched(let progress):
      done = progress.indexedObjects
      total = progress.totalObjects > 0 ? progress.totalObjects : nil
      bytes = progress.receivedBytes
    case .computed(let count, let all): (done, total) = (count, all)
    }
    return false
  }

  private var elapsed: Double {
    let duration = (now - phaseBegan).components
    return Double(duration.seconds) + Double(duration.attoseconds) / 1e18
  }

  /// Things a second in this phase; nil before there is anything to tell.
  var rate: Double? { elapsed >= 1 && done > 0 ? Double(done) / elapsed : nil }
  /// Bytes a second.
  var bytesPerSecond: Double? { elapsed >= 1 ? bytes.map { Double($0) / elapsed } : nil }
  /// Seconds that the phase will still take.
  var secondsLeft: Double? {
    guard let total, done > 0, done < total, elapsed >= 2 else { return nil }
    return elapsed / Double(done) * Double(total - done)
  }
}
