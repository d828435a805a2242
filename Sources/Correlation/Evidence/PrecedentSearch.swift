import Dispatch
import Mirror
import Synchronization

/// Looks for precedents beside the rest of an investigation, with a repository of its own.
///
/// Thousands of messages are read for a few: no other evidence takes as long. Where no other thread is free by the time
/// that the precedents are needed, who needs them looks for them.
final class PrecedentSearch: Sendable {
  private enum State {
    case waiting
    case running
    case abandoned
    case done(Result<Precedents, GitError>)
  }

  private let state = Mutex(State.waiting)
  private let isDone = DispatchSemaphore(value: 0)
  private let search: @Sendable () -> Result<Precedents, GitError>

  /// Starts looking through the commits behind a revision.
  ///
  /// - Parameters:
  ///   - path: The directory of the repository.
  ///   - time: The commits are older; seconds since 1970.
  ///   - tokens: The words of the prose.
  ///   - projects: How many projects are asked the same.
  init(
    bareAt path: String, behind revision: ObjectID, before time: Int64, tokens: [String],
    projects: Int
  ) {
    search = {
      Result { () throws(GitError) in
        Precedents(
          HistoryReader(try Repository(bareAt: path)), behind: revision, before: time,
          tokens: tokens, projects: projects)
      }
    }
    DispatchQueue.global().async { self.run() }
  }

  /// Waits for what is found.
  ///
  /// - Throws: ``GitError`` where the repository cannot be opened.
  func precedents() throws(GitError) -> Precedents {
    state.withLock { state in
      if case .abandoned = state { state = .waiting }
    }
    run()
    while true {
      if case .done(let result) = state.withLock({ $0 }) { return try result.get() }
      isDone.wait()
      isDone.signal()
    }
  }

  /// Leaves it undone where it has not begun: nobody needs it, as it seems.
  func abandon() {
    state.withLock { state in
      if case .waiting = state { state = .abandoned }
    }
  }

  private func run() {
    let isFirst = state.withLock { state in
      guard case .waiting = state else { return false }
      state = .running
      return true
    }
    guard isFirst else { return }
    let result = search()
    state.withLock { $0 = .done(result) }
    isDone.signal()
  }
}
