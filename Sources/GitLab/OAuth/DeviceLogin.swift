import Foundation
import HTTP

/// A code that a person confirms on another machine (RFC 8628, 3.2).
public struct DeviceAuthorization: Sendable {
  /// What the polling shows GitLab.
  public var deviceCode: Secret
  /// What the person types.
  public var userCode: String
  /// The page on which to type it.
  public var page: String
  /// The page with the code filled in, where GitLab gives one.
  public var completePage: String?
  /// Seconds until the code dies.
  public var lifetime: Double
  /// Seconds between two polls.
  public var interval: Double

  /// Takes the parts together.
  public init(
    deviceCode: Secret, userCode: String, page: String, completePage: String?, lifetime: Double,
    interval: Double
  ) {
    self.deviceCode = deviceCode
    self.userCode = userCode
    self.page = page
    self.completePage = completePage
    self.lifetime = lifetime
    self.interval = interval
  }
}

/// Decides when to poll for the tokens of a device's code and when to give up (RFC 8628, 3.5).
public struct DevicePolling: Sendable {
  /// What to do next.
  public enum Step: Sendable, Equatable {
    /// Wait for so many seconds, then poll.
    case wait(seconds: Double)
    /// Nobody confirmed the code in time.
    case giveUp
  }

  /// What one poll brought.
  public enum Answer: Sendable, Equatable {
    /// Nobody has confirmed it yet.
    case pending
    /// The polls come too fast.
    case slowDown
    /// GitLab was not reached or had trouble, which may pass.
    case trouble
  }

  private var interval: Double
  private var remaining: Double

  /// Begins with a fresh code.
  public init(_ authorization: DeviceAuthorization) {
    interval = authorization.interval
    remaining = authorization.lifetime
  }

  /// The first step.
  public mutating func start() -> Step { step() }

  /// The step after a poll that brought no tokens.
  public mutating func next(after answer: Answer) -> Step {
    switch answer {
    case .pending: break
    case .slowDown: interval += 5
    case .trouble: interval = min(interval * 2, 60)
    }
    return step()
  }

  private mutating func step() -> Step {
    guard interval <= remaining else { return .giveUp }
    remaining -= interval
    return .wait(seconds: interval)
  }
}

extension OAuthClient {
  /// Asks for a code to confirm on another machine.
  ///
  /// - Throws: ``OAuthError/notSupported(_:)`` before GitLab 17.2.
  public func authorizeDevice() throws(OAuthError) -> DeviceAuthorization {
    let scopes = OAuthApplication.scopes.joined(separator: " ")
    let response = try post(.device, [("scope", scopes)])
    guard response.status == 200 else { throw OAuthError(response, from: .device) }
    struct Answer: Decodable {
      var device_code: String
      var user_code: String
      var verification_uri: String
      var verification_uri_complete: String?
      var expires_in: Double?
      var interval: Double?
    }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body)) else {
      throw .malformed("the answer holds no device code")
    }
    // RFC 8628 makes 5 seconds the interval where none is given.
    return DeviceAuthorization(
      deviceCode: Secret(answer.device_code), userCode: answer.user_code,
      page: answer.verification_uri, completePage: answer.verification_uri_complete,
      lifetime: min(max(answer.expires_in ?? 300, 1), 3600),
      interval: min(max(answer.interval ?? 5, 0.1), 60))
  }

  /// Asks for tokens until the code is confirmed, refused or dead.
  ///
  /// - Parameter wait: Waits for so many seconds; throws to end it.
  /// - Throws: ``OAuthError``; what `wait` throws.
  public func poll(
    _ authorization: DeviceAuthorization, wait: (Double) throws -> Void
  ) throws -> OAuthTokens {
    var polling = DevicePolling(authorization)
    var step = polling.start()
    while case .wait(let seconds) = step {
      try wait(seconds)
      do throws(OAuthError) {
        return try tokens([
          ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
          ("device_code", authorization.deviceCode.reveal()),
        ])
      } catch {
        switch error {
        case .refused(_, "authorization_pending", _): step = polling.next(after: .pending)
        case .refused(_, "slow_down", _): step = polling.next(after: .slowDown)
        case .http(.cancelled): throw error
        case .http, .server, .rateLimited: step = polling.next(after: .trouble)
        default: throw error
        }
      }
    }
    throw OAuthError.deviceCodeExpired
  }
}
