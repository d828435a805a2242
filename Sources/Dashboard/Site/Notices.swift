import Pages
import Synchronization

/// What browsers are told at the next page they see.
final class Notices: Sendable {
  private let waiting = Mutex<[(session: String, notice: Notice)]>([])
  /// The most notices that wait; the oldest go first.
  private static let maximumCount = 500

  func leave(_ notice: Notice, _ session: Session) {
    waiting.withLock { waiting in
      if waiting.count >= Self.maximumCount { waiting.removeFirst() }
      waiting.append((session.id, notice))
    }
  }

  func take(_ session: Session) -> [Notice] {
    waiting.withLock { waiting in
      let own = waiting.filter { $0.session == session.id }.map(\.notice)
      if !own.isEmpty { waiting.removeAll { $0.session == session.id } }
      return own
    }
  }
}
