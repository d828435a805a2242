import Foundation
import Settings
import Sync
import Synchronization

/// How all syncs stand, for everybody who listens.
final class SyncBoard: Sendable {
  /// What listeners are sent.
  enum News: Sendable {
    case progress(SyncState, roundBegan: Date?)
    /// Syncs began or ended, or a repository came or went.
    case changed
    /// Nothing new; the line still holds.
    case heartbeat
  }

  private struct Contents {
    var states: [RepositorySetting.ID: SyncState] = [:]
    var told: [RepositorySetting.ID: ContinuousClock.Instant] = [:]
    var listeners: [Int: AsyncStream<News>.Continuation] = [:]
    var lastListener = 0
    var isClosed = false
    /// When the syncs that run now began, or those that ran last.
    var roundBegan = Date.distantPast
    var overviewTold: ContinuousClock.Instant?
  }

  private let contents = Mutex(Contents())
  /// Between two messages on one repository whose numbers grow.
  private static let pace = Duration.milliseconds(250)
  /// Between two messages on all repositories, of which there may be many, while syncs go on.
  private static let overviewPace = Duration.seconds(1)
  /// The most listeners at once.
  static let maximumListeners = 100
  /// The most messages that wait for a slow listener; older ones are dropped.
  private static let bufferSize = 256

  /// All states, and when the syncs that run now began; nil where none runs.
  func overview() -> (states: [RepositorySetting.ID: SyncState], roundBegan: Date?) {
    contents.withLock { contents in
      let isRunning = contents.states.values.contains { $0.phase != .idle }
      return (contents.states, isRunning ? contents.roundBegan : nil)
    }
  }

  /// The state of one repository.
  func state(of id: RepositorySetting.ID) -> SyncState? {
    contents.withLock { $0.states[id] }
  }

  /// Begins to listen, with word of a change first; nil where too many listen.
  func listen() -> AsyncStream<News>? {
    contents.withLock { contents in
      guard !contents.isClosed, contents.listeners.count < Self.maximumListeners else { return nil }
      let (stream, continuation) = AsyncStream.makeStream(
        of: News.self, bufferingPolicy: .bufferingNewest(Self.bufferSize))
      continuation.yield(.changed)
      contents.lastListener += 1
      let number = contents.lastListener
      contents.listeners[number] = continuation
      continuation.onTermination = { [weak self] _ in
        self?.contents.withLock { _ = $0.listeners.removeValue(forKey: number) }
      }
      return stream
    }
  }

  /// Changes a state and tells of it. One that there is none of begins with the queue: later news of a repository that was
  /// removed is no news.
  func change(
    _ id: RepositorySetting.ID, path: String, _ body: (inout SyncState) -> Void
  ) {
    contents.withLock { contents in
      var state = contents.states[id] ?? SyncState(repositoryID: id, path: path)
      body(&state)
      guard contents.states[id] != nil || state.phase == .queued else { return }
      let wasQuiet = !contents.states.values.contains { $0.phase != .idle }
      if wasQuiet, state.phase != .idle { contents.roundBegan = Date() }
      contents.states[id] = state
      let isQuiet = !contents.states.values.contains { $0.phase != .idle }
      let now = ContinuousClock.now
      contents.told[id] = now
      let isDue = contents.overviewTold.map { now - $0 >= Self.overviewPace } ?? true
      if wasQuiet != isQuiet || isDue {
        contents.overviewTold = now
        Self.tell(.changed, contents)
      } else {
        Self.tell(.progress(state, roundBegan: isQuiet ? nil : contents.roundBegan), contents)
      }
    }
  }

  /// Takes in an event of a running sync.
  func take(_ event: SyncEvent, of id: RepositorySetting.ID) {
    contents.withLock { contents in
      guard var state = contents.states[id] else { return }
      let isNews = state.take(event.kind)
      contents.states[id] = state
      let now = ContinuousClock.now
      if isNews || contents.told[id].map({ now - $0 >= Self.pace }) ?? true {
        contents.told[id] = now
        Self.tell(.progress(state, roundBegan: contents.roundBegan), contents)
      }
    }
  }

  /// Forgets a repository that was removed.
  func forget(_ id: RepositorySetting.ID) {
    contents.withLock { contents in
      guard contents.states.removeValue(forKey: id) != nil else { return }
      contents.told[id] = nil
      Self.tell(.changed, contents)
    }
  }

  /// Tells everybody that the line holds.
  func beat() { contents.withLock { Self.tell(.heartbeat, $0) } }

  /// Ends all listening.
  func close() {
    let listeners = contents.withLock { contents in
      contents.isClosed = true
      defer { contents.listeners = [:] }
      return Array(contents.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }

  private static func tell(_ news: News, _ contents: Contents) {
    for listener in contents.listeners.values { listener.yield(news) }
  }
}
