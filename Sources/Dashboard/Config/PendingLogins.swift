import Credentials
import Settings
import Synchronization

/// Logins that were sent to GitLab and have not come back. They live in memory alone.
final class PendingLogins: Sendable {
  /// One login.
  struct Login: Sendable {
    var code: CodeLogin
    var baseURL: BaseURL
    /// The name that the connection shall have.
    var name: String?
    var caFile: String?
    /// The connection that is authorized anew.
    var reauthorizing: Connection.ID?
    /// The browser that began it; the answer must come with the same one.
    var session: String
  }

  private struct Entry {
    var login: Login
    var began: ContinuousClock.Instant
  }

  private let entries = Mutex<[String: Entry]>([:])
  /// How long a person may take at GitLab's page.
  static let lifetime = Duration.seconds(600)
  /// The most logins at once; the oldest goes first.
  static let maximumCount = 100

  func add(_ login: Login, at now: ContinuousClock.Instant = .now) {
    entries.withLock { entries in
      entries = entries.filter { now - $0.value.began < Self.lifetime }
      if entries.count >= Self.maximumCount,
        let oldest = entries.min(by: { $0.value.began < $1.value.began })
      {
        entries[oldest.key] = nil
      }
      entries[login.code.state] = Entry(login: login, began: now)
    }
  }

  /// Takes a login out by what comes back with the browser; nil where there is none, it is too old, or another browser
  /// began it.
  func take(
    state: String, session: String, at now: ContinuousClock.Instant = .now
  ) -> Login? {
    entries.withLock { entries in
      guard let entry = entries[state], entry.login.session == session else { return nil }
      entries[state] = nil
      return now - entry.began < Self.lifetime ? entry.login : nil
    }
  }
}
