import Synchronization

/// Buckets of tokens, one for each caller: so many requests at once, and so many a second on average.
final class RateLimiter: Sendable {
  private struct Bucket {
    var tokens: Double
    var filledAt: ContinuousClock.Instant
  }

  private let rate: Double
  private let capacity: Double
  private let clock: @Sendable () -> ContinuousClock.Instant
  private let buckets = Mutex<[String: Bucket]>([:])

  /// The most callers that are remembered; full buckets are forgotten first.
  private static let maximumCallers = 10_000

  /// - Parameters:
  ///   - rate: Requests a second.
  ///   - burst: Requests at once.
  ///   - clock: What time it is.
  init(rate: Double, burst: Double, clock: @escaping @Sendable () -> ContinuousClock.Instant) {
    self.rate = rate
    self.clock = clock
    capacity = max(1, burst)
  }

  /// Takes one token; otherwise tells after how many seconds there will be one.
  func take(for caller: String) -> Double? {
    let now = clock()
    return buckets.withLock { buckets in
      var bucket = buckets[caller] ?? Bucket(tokens: capacity, filledAt: now)
      bucket.tokens = min(capacity, bucket.tokens + seconds(now - bucket.filledAt) * rate)
      bucket.filledAt = now
      defer { buckets[caller] = bucket }
      if buckets[caller] == nil, buckets.count >= Self.maximumCallers { forget(&buckets, at: now) }
      guard bucket.tokens >= 1 else { return (1 - bucket.tokens) / rate }
      bucket.tokens -= 1
      return nil
    }
  }

  private func forget(_ buckets: inout [String: Bucket], at now: ContinuousClock.Instant) {
    buckets = buckets.filter {
      $0.value.tokens + seconds(now - $0.value.filledAt) * rate < capacity
    }
    // Whoever floods us with addresses loses the memory of its own floods at worst.
    if buckets.count >= Self.maximumCallers { buckets = [:] }
  }

  private func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }
}
