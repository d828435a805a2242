import GitLab
import HTTP

/// One login in a browser: GitLab's page of consent, the way back to this machine, and the exchange for tokens.
///
/// Authorization code with PKCE (RFC 7636) and a loopback redirect (RFC 8252, 7.3). Calls block their thread.
public final class BrowserLogin {
  /// The page for the person to open.
  public let page: String
  /// The line that has to be on the application's list of redirect URIs.
  public let registeredRedirectURI: String
  private let client: OAuthClient
  private let cancellation: Cancellation
  private let proof = LoginProof()
  private let receiver: LoopbackReceiver
  private var visit: LoopbackVisit?

  /// Begins to listen for the browser.
  ///
  /// - Throws: ``LoginError/cannotListen(reason:)``.
  public init(
    client: OAuthClient, address: LoopbackAddress = .standard, cancellation: Cancellation
  ) throws(LoginError) {
    self.client = client
    self.cancellation = cancellation
    receiver = try LoopbackReceiver(address)
    registeredRedirectURI = address.registered
    page = client.application.authorizeURL(
      at: client.baseURL, redirectURI: receiver.redirectURI, state: proof.state,
      challenge: LoginProof.challenge(of: proof.verifier))
  }

  /// Finds out whether there is a page at all before a person is sent there.
  ///
  /// - Throws: ``LoginError``.
  public func probe() throws(LoginError) {
    do throws(OAuthError) {
      try client.probe(page)
    } catch {
      throw named(error)
    }
  }

  /// Waits for the browser and exchanges what it brings for tokens. The browser waits for its page meanwhile: call
  /// ``succeed(_:)`` or ``fail(_:)``.
  ///
  /// - Throws: ``LoginError``; the browser has its page then.
  public func tokens(within limit: Duration) throws(LoginError) -> OAuthTokens {
    let visit = try receiver.receive(within: limit, cancellation: cancellation)
    self.visit = visit
    do throws(LoginError) {
      return try exchange(visit.answer)
    } catch {
      fail(error.summary)
      throw error
    }
  }

  /// Tells the browser that the login is done and whom it is for.
  public func succeed(_ account: String) { visit?.show(LoopbackPage(.connected(account))) }

  /// Tells the browser that the login failed.
  public func fail(_ reason: String) { visit?.show(LoopbackPage(.failed(reason))) }

  private func exchange(_ answer: LoopbackRequest.Answer) throws(LoginError) -> OAuthTokens {
    // First of all: an answer to another login is not read any further.
    guard let state = answer.state, Self.areEqual(state, proof.state) else { throw .wrongState }
    if let error = answer.error {
      throw named(OAuthError(name: error, text: answer.errorDescription ?? ""))
    }
    guard let code = answer.code else { throw .wrongState }
    do throws(OAuthError) {
      return try client.exchange(
        code: code, redirectURI: receiver.redirectURI, verifier: proof.verifier)
    } catch {
      throw named(error)
    }
  }

  private func named(_ error: OAuthError) -> LoginError {
    if error.isCancelled { return .cancelled }
    return error == .redirectURINotAllowed
      ? .redirectURINotAllowed(line: registeredRedirectURI) : .oauth(error)
  }

  /// Compares without telling by its time how much is alike.
  private static func areEqual(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return zip(left.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

extension OAuthError {
  var isCancelled: Bool {
    if case .http(.cancelled) = self { return true }
    return false
  }
}
