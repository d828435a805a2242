/// Tells how long nothing has happened.
struct Silence {
  /// A suspended machine hears nothing, and that is not the server's fault.
  typealias Instant = SuspendingClock.Instant

  let limit: Duration
  private var lastSign: Instant

  init(limit: Duration, now: Instant) {
    self.limit = limit
    lastSign = now
  }

  mutating func heard(at now: Instant) {
    lastSign = now
  }

  func isOver(at now: Instant) -> Bool {
    now - lastSign >= limit
  }

  /// How long to wait before asking again: until the limit, and never longer than the bound.
  func wait(at now: Instant, atMost bound: Duration) -> Duration {
    min(bound, max(limit - (now - lastSign), .milliseconds(1)))
  }
}
