import HTTP

/// GitLab's OAuth endpoints for one application. Blocking; may be used from any thread.
///
/// Every request has a network client of its own: curl sends a request again where a kept connection turns out to be
/// dead, and a refresh token that was sent twice is a login lost.
public struct OAuthClient: Sendable {
  /// The instance, without a slash at its end.
  public let baseURL: String
  /// Who asks.
  public let application: OAuthApplication
  private let configuration: HTTPConfiguration
  private let cancellation: Cancellation

  /// The largest answer taken, in bytes.
  private static let maximumBodyBytes = 64 << 10

  /// Makes a client; nothing is sent yet.
  public init(
    baseURL: String, application: OAuthApplication, configuration: HTTPConfiguration,
    cancellation: Cancellation
  ) {
    self.baseURL = baseURL
    self.application = application
    self.configuration = configuration
    self.cancellation = cancellation
  }

  /// Asks for the page of consent as a browser without a session would, to find out before a person is sent there
  /// whether there is one.
  ///
  /// GitLab sends such a visitor to its sign-in page first, so most that is wrong with the application shows only later.
  ///
  /// - Throws: ``OAuthError/redirectURINotAllowed``, ``OAuthError/invalidClient`` where the page tells;
  ///   ``OAuthError/notSupported(_:)`` where there is none; ``OAuthError/http(_:)``, ``OAuthError/server(status:)``.
  public func probe(_ authorizeURL: String) throws(OAuthError) {
    var request = HTTPRequest(url: authorizeURL)
    request.followsRedirects = false
    request.maximumBodyBytes = 1 << 20
    let response = try send(request)
    switch response.status {
    case 400, 401, 422:
      let page = String(decoding: response.body, as: UTF8.self).lowercased()
      if page.contains("redirect uri") || page.contains("redirect_uri") {
        throw .redirectURINotAllowed
      }
      if page.contains("unknown client") || page.contains("invalid_client") { throw .invalidClient }
    case 404: throw .notSupported(.authorize)
    case 500...: throw .server(status: response.status)
    default: return
    }
  }

  /// Turns the code of a redirect into tokens.
  ///
  /// - Parameter verifier: The text whose challenge the page of consent was given (RFC 7636).
  public func exchange(
    code: Secret, redirectURI: String, verifier: Secret
  ) throws(OAuthError) -> OAuthTokens {
    try tokens([
      ("grant_type", "authorization_code"), ("code", code.reveal()),
      ("redirect_uri", redirectURI), ("code_verifier", verifier.reveal()),
    ])
  }

  /// Turns a refresh token into a new pair. GitLab revokes the old pair in the same moment, so the new one has to be
  /// stored before anything else, and the call must not be made twice with one token.
  ///
  /// - Throws: ``OAuthError``; where ``OAuthError/isRejection`` holds, the login is dead.
  public func refresh(_ refreshToken: Secret) throws(OAuthError) -> OAuthTokens {
    try tokens([("grant_type", "refresh_token"), ("refresh_token", refreshToken.reveal())])
  }

  /// Revokes a token, and with an access token its refresh token. GitLab says yes for unknown ones too.
  ///
  /// - Throws: ``OAuthError/unauthorizedClient(_:)`` where the application is another than the token's.
  public func revoke(_ token: Secret) throws(OAuthError) {
    let response = try post(.revoke, [("token", token.reveal())])
    guard response.status == 200 else { throw OAuthError(response, from: .revoke) }
  }

  /// Asks about an access token.
  ///
  /// - Throws: ``OAuthError/invalidToken`` where it is dead.
  public func tokenInfo(_ token: Secret) throws(OAuthError) -> OAuthTokenInfo {
    var request = HTTPRequest(url: "\(baseURL)/oauth/token/info")
    request.headers.add("Accept", "application/json")
    request.authorization = .bearer(token)
    request.followsRedirects = false
    let response = try send(request)
    switch response.status {
    case 200: return try OAuthTokenInfo(response.body)
    case 401: throw .invalidToken
    default: throw OAuthError(response, from: .tokenInfo)
    }
  }

  func tokens(_ fields: [(String, String)]) throws(OAuthError) -> OAuthTokens {
    let response = try post(.token, fields)
    guard response.status == 200 else { throw OAuthError(response, from: .token) }
    return try OAuthTokens(response.body)
  }

  func post(
    _ endpoint: OAuthError.Endpoint, _ fields: [(String, String)]
  ) throws(OAuthError) -> HTTPResponse {
    var fields = fields
    fields.append(("client_id", application.clientID))
    if let secret = application.clientSecret { fields.append(("client_secret", secret.reveal())) }
    var request = HTTPRequest(method: .post, url: "\(baseURL)/oauth/\(endpoint.rawValue)")
    request.headers.add("Accept", "application/json")
    request.headers.add("Content-Type", "application/x-www-form-urlencoded")
    request.body = Array(Form(fields).text.utf8)
    return try send(request)
  }

  private func send(_ request: HTTPRequest) throws(OAuthError) -> HTTPResponse {
    var request = request
    if request.method == .post { request.maximumBodyBytes = Self.maximumBodyBytes }
    let http = HTTPClient(configuration: configuration, cancellation: cancellation)
    do throws(HTTPError) {
      return try http.send(request)
    } catch {
      throw .http(error)
    }
  }
}
