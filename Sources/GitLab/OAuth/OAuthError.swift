import Foundation
import HTTP

/// Why GitLab's OAuth endpoints gave no token.
public enum OAuthError: Error, Sendable, Equatable {
  /// GitLab was not reached, fell silent or broke off. Whether it acted on the request is then not known.
  case http(HTTPError)
  /// `invalid_grant`: the code or the refresh token was used before, has expired or was revoked.
  case invalidGrant
  /// `invalid_client`: GitLab does not know the application, or the secret is wrong or missing.
  case invalidClient
  /// `access_denied`: the person said no.
  case accessDenied
  /// The redirect URI is not on the application's list.
  case redirectURINotAllowed
  /// `invalid_scope`: the application may not ask for the scopes that the work needs.
  case invalidScope
  /// `unauthorized_client`: the application may not do this; GitLab's text.
  case unauthorizedClient(String)
  /// 401 of an endpoint that takes the access token: it is dead.
  case invalidToken
  /// `expired_token`: nobody confirmed the device's code in time.
  case deviceCodeExpired
  /// The instance has no such endpoint.
  case notSupported(Endpoint)
  /// 429.
  case rateLimited
  /// 5xx.
  case server(status: Int)
  /// Something else than GitLab answers there, as a proxy's page.
  case notGitLab(status: Int)
  /// The answer is not in the form we know.
  case malformed(String)
  /// Any other refusal, with GitLab's name for it and its text.
  case refused(status: Int, error: String, text: String)

  /// GitLab's OAuth endpoints.
  public enum Endpoint: String, Sendable {
    case authorize
    case token
    case revoke
    case tokenInfo = "token/info"
    case device = "authorize_device"
  }

  /// Whether GitLab said no for good, so that asking again with the same tokens is of no use.
  public var isRejection: Bool {
    switch self {
    case .invalidGrant, .invalidClient, .accessDenied, .redirectURINotAllowed, .invalidScope,
      .unauthorizedClient, .invalidToken, .deviceCodeExpired, .refused:
      true
    case .http, .notSupported, .rateLimited, .server, .notGitLab, .malformed: false
    }
  }
}

extension OAuthError: CustomStringConvertible {
  /// One clause for a log or a person.
  public var description: String {
    switch self {
    case .http(let error): "\(error)"
    case .invalidGrant: "the code or refresh token was used before, has expired or was revoked"
    case .invalidClient: "GitLab does not know the application, or its secret is wrong or missing"
    case .accessDenied: "access was denied on GitLab's page"
    case .redirectURINotAllowed: "the redirect URI is not on the application's list"
    case .invalidScope: "the application may not ask for read_api and read_repository"
    case .unauthorizedClient(let text): "the application may not do this: \(text)"
    case .invalidToken: "GitLab no longer takes the access token"
    case .deviceCodeExpired: "the code was not confirmed in time"
    case .notSupported(.device): "this GitLab has no device login, which came with 17.2"
    case .notSupported(let endpoint): "nothing answers at /oauth/\(endpoint.rawValue)"
    case .rateLimited: "GitLab's rate limit is used up"
    case .server(let status): "GitLab answered \(status)"
    case .notGitLab(let status): "no GitLab answers there (status \(status), not JSON)"
    case .malformed(let detail): "GitLab's answer makes no sense: \(detail)"
    case .refused(let status, let error, let text):
      "GitLab refused it (\(status) \(error))" + (text.isEmpty ? "" : ": \(text)")
    }
  }
}

extension OAuthError {
  /// The error that GitLab names in an answer or in the query of a redirect (RFC 6749, 4.1.2.1 and 5.2; RFC 8628, 3.5;
  /// doorkeeper's texts).
  ///
  /// - Parameter text: GitLab's `error_description`, shown to people only.
  public init(name: String, text: String, status: Int = 302) {
    let text = String(text.prefix(300))
    switch name {
    case "invalid_grant": self = .invalidGrant
    case "invalid_client": self = .invalidClient
    case "access_denied": self = .accessDenied
    case "invalid_redirect_uri": self = .redirectURINotAllowed
    case "invalid_scope": self = .invalidScope
    case "unauthorized_client": self = .unauthorizedClient(text)
    case "invalid_token": self = .invalidToken
    case "expired_token": self = .deviceCodeExpired
    default: self = .refused(status: status, error: String(name.prefix(60)), text: text)
    }
  }

  /// Reads an answer whose status is not 200.
  init(_ response: HTTPResponse, from endpoint: Endpoint) {
    switch response.status {
    case 404: self = .notSupported(endpoint)
    case 429: self = .rateLimited
    case 500...: self = .server(status: response.status)
    default:
      guard let body = ErrorAnswer(response.body) else {
        self = .notGitLab(status: response.status)
        return
      }
      self.init(name: body.error, text: body.error_description ?? "", status: response.status)
      // An endpoint of the older kind calls a dead token an invalid request.
      if endpoint == .tokenInfo, case .refused(400, "invalid_request", _) = self {
        self = .invalidToken
      }
    }
  }
}

/// The JSON of a refusal.
struct ErrorAnswer: Decodable {
  var error: String
  var error_description: String?

  init?(_ body: [UInt8]) {
    guard let answer = try? JSONDecoder().decode(Self.self, from: Data(body)) else { return nil }
    self = answer
  }
}
