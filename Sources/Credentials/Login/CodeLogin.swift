import GitLab
import HTTP

/// GitLab's answer to a login, as the browser brings it: the parameters of the redirect (RFC 6749, 4.1.2).
public struct RedirectAnswer: Sendable {
  /// The code to exchange for tokens.
  public var code: Secret?
  /// What the login was begun with.
  public var state: String?
  /// GitLab's name for what went wrong.
  public var error: String?
  /// GitLab's text about it.
  public var errorDescription: String?

  /// Takes the parts together.
  public init(
    code: Secret? = nil, state: String? = nil, error: String? = nil,
    errorDescription: String? = nil
  ) {
    self.code = code
    self.state = state
    self.error = error
    self.errorDescription = errorDescription
  }
}

/// One login by authorization code with PKCE (RFC 7636), without the server that the browser comes back to. Calls block
/// their thread.
public struct CodeLogin: Sendable {
  /// The page for the person to open.
  public let page: String
  /// Where GitLab sends the browser afterwards.
  public let redirectURI: String
  /// The line that has to be on the application's list of redirect URIs.
  public let registeredRedirectURI: String
  /// Comes back with the browser.
  public var state: String { proof.state }
  /// The way to GitLab.
  public let client: OAuthClient
  private let proof = LoginProof()

  /// Begins a login; nothing is sent yet.
  public init(client: OAuthClient, redirectURI: String, registeredRedirectURI: String) {
    self.client = client
    self.redirectURI = redirectURI
    self.registeredRedirectURI = registeredRedirectURI
    page = client.application.authorizeURL(
      at: client.baseURL, redirectURI: redirectURI, state: proof.state,
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

  /// Exchanges what the browser brings for tokens.
  ///
  /// - Throws: ``LoginError``.
  public func tokens(for answer: RedirectAnswer) throws(LoginError) -> OAuthTokens {
    // First of all: an answer to another login is not read any further.
    guard let state = answer.state, SecretComparison.areEqual(state, proof.state) else {
      throw .wrongState
    }
    if let error = answer.error {
      throw named(OAuthError(name: error, text: answer.errorDescription ?? ""))
    }
    guard let code = answer.code else { throw .wrongState }
    do throws(OAuthError) {
      return try client.exchange(code: code, redirectURI: redirectURI, verifier: proof.verifier)
    } catch {
      throw named(error)
    }
  }

  private func named(_ error: OAuthError) -> LoginError {
    if error.isCancelled { return .cancelled }
    return error == .redirectURINotAllowed
      ? .redirectURINotAllowed(line: registeredRedirectURI) : .oauth(error)
  }
}
