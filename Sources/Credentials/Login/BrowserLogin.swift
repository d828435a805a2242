import GitLab
import HTTP

/// One login in a browser: GitLab's page of consent, the way back to this machine, and the exchange for tokens.
///
/// Authorization code with PKCE (RFC 7636) and a loopback redirect (RFC 8252, 7.3). Calls block their thread.
public final class BrowserLogin {
  /// The page for the person to open.
  public var page: String { login.page }
  /// The line that has to be on the application's list of redirect URIs.
  public var registeredRedirectURI: String { login.registeredRedirectURI }
  private let login: CodeLogin
  private let cancellation: Cancellation
  private let receiver: LoopbackReceiver
  private var visit: LoopbackVisit?

  /// Begins to listen for the browser.
  ///
  /// - Throws: ``LoginError/cannotListen(reason:)``.
  public init(
    client: OAuthClient, address: LoopbackAddress = .standard, cancellation: Cancellation
  ) throws(LoginError) {
    self.cancellation = cancellation
    receiver = try LoopbackReceiver(address)
    login = CodeLogin(
      client: client, redirectURI: receiver.redirectURI, registeredRedirectURI: address.registered)
  }

  /// Finds out whether there is a page at all before a person is sent there.
  ///
  /// - Throws: ``LoginError``.
  public func probe() throws(LoginError) { try login.probe() }

  /// Waits for the browser and exchanges what it brings for tokens. The browser waits for its page meanwhile: call
  /// ``succeed(_:)`` or ``fail(_:)``.
  ///
  /// - Throws: ``LoginError``; the browser has its page then.
  public func tokens(within limit: Duration) throws(LoginError) -> OAuthTokens {
    let visit = try receiver.receive(within: limit, cancellation: cancellation)
    self.visit = visit
    do throws(LoginError) {
      return try login.tokens(for: visit.answer)
    } catch {
      fail(error.summary)
      throw error
    }
  }

  /// Tells the browser that the login is done and whom it is for.
  public func succeed(_ account: String) { visit?.show(LoopbackPage(.connected(account))) }

  /// Tells the browser that the login failed.
  public func fail(_ reason: String) { visit?.show(LoopbackPage(.failed(reason))) }
}

extension OAuthError {
  var isCancelled: Bool {
    if case .http(.cancelled) = self { return true }
    return false
  }
}
