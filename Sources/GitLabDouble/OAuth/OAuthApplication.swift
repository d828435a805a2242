import Foundation

/// An application registered for OAuth; its secret never appears in a description.
public struct OAuthApplication: Sendable, CustomStringConvertible, CustomReflectable {
  /// The application id, sent as `client_id`.
  public var id: String
  /// The secret of a confidential application; nil for a public one.
  public var secret: String?
  /// The name shown on the consent page.
  public var name: String
  /// Addresses that a code may be sent to; the port of a loopback address literal is free.
  public var redirectURIs: [String]
  /// Scopes that may be asked for.
  public var scopes: [String]

  /// The name and the id.
  public var description: String { "\(name) (\(id))" }

  /// A mirror without the secret.
  public var customMirror: Mirror { Mirror(self, children: ["name": name, "id": id]) }

  /// Whether a code may be sent to this address.
  func allows(redirect: String) -> Bool {
    redirectURIs.contains { registered in
      guard registered != redirect else { return true }
      guard let known = URLComponents(string: registered),
        let asked = URLComponents(string: redirect),
        known.scheme == "http", asked.scheme == "http",
        let host = known.host, ["127.0.0.1", "[::1]", "::1"].contains(host)
      else { return false }
      return host == asked.host && known.path == asked.path && known.query == asked.query
        && asked.user == nil && asked.password == nil && asked.fragment == nil
    }
  }
}

/// Applications, codes and refresh tokens.
struct OAuthState: Sendable {
  struct Code: Sendable {
    var applicationID: String
    var userID: Int
    var redirectURI: String
    var scopes: [String]
    var challenge: String?
    var challengeMethod: String
    var expiresAt: Date
  }

  struct Device: Sendable {
    var userCode: String
    var applicationID: String
    var scopes: [String]
    var expiresAt: Date
    var lastPoll: Date?
    /// The user who allowed it; nil while nobody decided.
    var userID: Int?
    var denied = false
  }

  struct Refresh: Sendable {
    var applicationID: String
    var userID: Int
    var scopes: [String]
    var accessToken: String
    var revoked = false
  }

  var applications: [String: OAuthApplication] = [:]
  var codes: [String: Code] = [:]
  var devices: [String: Device] = [:]
  var refreshTokens: [String: Refresh] = [:]
  /// Who sits at the browser; nil = the first user there is.
  var browserUserID: Int?
}

extension GitLabDouble {
  /// Registers an application.
  ///
  /// - Parameters:
  ///   - id: The application id; nil makes one.
  ///   - confidential: Whether it has a secret that exchange and refresh must show.
  @discardableResult
  public func addApplication(
    id: String? = nil, name: String = "SigSentry",
    redirectURIs: [String] = ["http://127.0.0.1/callback"],
    scopes: [String] = ["read_api", "read_repository", "read_user", "api"],
    confidential: Bool = false
  ) -> OAuthApplication {
    let application = OAuthApplication(
      id: id ?? Core.randomHex(32), secret: confidential ? "gloas-" + Core.randomHex(32) : nil,
      name: name, redirectURIs: redirectURIs, scopes: scopes)
    core.withOAuth { $0.applications[application.id] = application }
    return application
  }

  /// Decides who sits at the browser and consents.
  public func signIn(_ user: User) {
    core.withOAuth { $0.browserUserID = user.id }
  }

  /// Presses a button of the page at an authorization address, as the signed-in user would.
  ///
  /// - Returns: The address that the browser is sent to, with a code or an error in it; nil where
  ///   GitLab shows an error page instead.
  public func answerConsent(at address: String, allow: Bool = true) -> String? {
    let query = address.split(separator: "?", maxSplits: 1).last.map { String($0) } ?? ""
    let answer = core.decide(Parameters(query), allow: allow)
    return answer.headers.first { $0.name == "Location" }?.value
  }

  /// Enters a device's user code and decides, as the signed-in user would.
  ///
  /// - Returns: Whether the code is known and not expired.
  @discardableResult
  public func answerDevice(userCode: String, allow: Bool = true) -> Bool {
    core.decideDevice(userCode, allow: allow)
  }
}
