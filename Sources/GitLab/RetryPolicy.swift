import Foundation
import HTTP

/// Decides whether and when a request that failed is tried again.
///
/// GitLab's limits are driven by its headers (`Retry-After`, `RateLimit-Reset`); without them the wait doubles.
struct RetryPolicy {
  /// Tries of one request, the first included.
  var maximumAttempts = 5
  /// The longest wait for one further try, in seconds. A server that asks for more gets an error instead.
  var longestWait = 120.0

  enum Decision: Equatable {
    case giveUp
    case retry(afterSeconds: Double)
  }

  func decide(_ response: HTTPResponse, attempt: Int, now: Date) -> Decision {
    let isRetryable =
      switch response.status {
      case 429, 500, 502, 503, 504, 520...530: true
      // "409 Conflict: Resource lock" passes; other conflicts do not.
      case 409: String(decoding: response.body.prefix(200), as: UTF8.self).contains("Resource lock")
      default: false
      }
    guard isRetryable, attempt < maximumAttempts else { return .giveUp }
    let wait = requestedWait(response, now: now) ?? 0.5 * Double(1 << min(attempt, 6))
    return wait <= longestWait ? .retry(afterSeconds: max(wait, 0)) : .giveUp
  }

  private func requestedWait(_ response: HTTPResponse, now: Date) -> Double? {
    if let seconds = response.headers["Retry-After"].flatMap(Double.init), seconds.isFinite {
      return seconds
    }
    guard response.status == 429 else { return nil }
    return response.headers["RateLimit-Reset"].flatMap(Double.init)
      .map { $0 - now.timeIntervalSince1970 }
  }
}
