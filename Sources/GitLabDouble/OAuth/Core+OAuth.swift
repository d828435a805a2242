import Crypto
import Foundation
import HTTPTypes
import Synchronization

extension Core {
  /// Reads or changes the state of OAuth, under its lock.
  func withOAuth<Value: Sendable, Failure: Error>(
    _ body: (inout OAuthState) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try oauth.withLock { state throws(Failure) in try body(&state) }
  }

  /// Answers the endpoints below `/oauth`.
  func answerOAuth(_ exchange: Exchange, form: Parameters) throws -> Answer {
    switch (exchange.method, exchange.path ?? "") {
    case (.get, "/oauth/authorize"): return consentPage(exchange.query)
    case (.post, "/oauth/authorize"): return decide(form, allow: form["decision"] == "allow")
    case (.post, "/oauth/token"): return try token(exchange, form)
    case (.post, "/oauth/revoke"): return try revoke(exchange, form)
    case (.get, "/oauth/token/info"): return try tokenInfo(exchange)
    case (.post, "/oauth/authorize_device") where settings.atLeast(17, 2):
      return try authorizeDevice(form)
    case (.get, "/oauth/device") where settings.atLeast(17, 2):
      return devicePage(exchange.query["user_code"] ?? "")
    case (.post, "/oauth/device") where settings.atLeast(17, 2):
      let found = decideDevice(form["user_code"] ?? "", allow: form["decision"] == "allow")
      return page(found ? 200 : 422, "Device", found ? "You may close this page." : "Unknown code.")
    default: return .html(404)
    }
  }

  // MARK: The browser

  /// Why an authorization request shows an error page, or sends the browser back with an error.
  private enum Refusal: Error {
    case page(Int, String)
    case redirect(String, String)
  }

  private func check(_ query: Parameters) throws(Refusal) -> (OAuthApplication, [String]) {
    guard let application = withOAuth({ $0.applications[query["client_id"] ?? ""] }) else {
      throw .page(
        401,
        "Client authentication failed due to unknown client, no client authentication included, "
          + "or unsupported authentication method.")
    }
    guard let redirect = query["redirect_uri"], application.allows(redirect: redirect) else {
      throw .page(400, "The redirect URI included is not valid.")
    }
    guard query["response_type"] == "code" else {
      throw .redirect(
        "unsupported_response_type", "The authorization server does not support this response type."
      )
    }
    let asked = query["scope"]?.split(separator: " ").map { String($0) } ?? []
    let scopes = asked.isEmpty ? Array(application.scopes.prefix(1)) : asked
    guard scopes.allSatisfy({ application.scopes.contains($0) }) else {
      throw .redirect("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
    }
    if query["code_challenge"] != nil {
      guard ["plain", "S256"].contains(query["code_challenge_method"] ?? "plain") else {
        throw .redirect(
          "invalid_code_challenge_method", "The code_challenge_method must be plain or S256.")
      }
    }
    return (application, scopes)
  }

  private func consentPage(_ query: Parameters) -> Answer {
    do {
      let (application, scopes) = try check(query)
      let fields = query.pairs.map { name, value in
        "<input type=\"hidden\" name=\"\(Self.escape(name))\" value=\"\(Self.escape(value))\">"
      }
      return page(
        200, "Authorize \(application.name)",
        "\(application.name) asks for: \(scopes.joined(separator: ", "))",
        form: fields.joined(), action: "/oauth/authorize")
    } catch {
      return answer(error, query)
    }
  }

  /// What the press of a button on the consent page leads to.
  func decide(_ form: Parameters, allow: Bool) -> Answer {
    do {
      let (application, scopes) = try check(form)
      guard allow else {
        throw Refusal.redirect(
          "access_denied", "The resource owner or authorization server denied the request.")
      }
      guard let user = browserUser() else { throw Refusal.page(401, "Nobody is signed in.") }
      let code = Self.randomHex(32)
      let redirect = form["redirect_uri"] ?? ""
      withOAuth {
        $0.codes[code] = OAuthState.Code(
          applicationID: application.id, userID: user.id, redirectURI: redirect, scopes: scopes,
          challenge: form["code_challenge"],
          challengeMethod: form["code_challenge_method"] ?? "plain",
          expiresAt: now().addingTimeInterval(600))
      }
      return Self.send(to: redirect, [("code", code)], state: form["state"])
    } catch let refusal as Refusal {
      return answer(refusal, form)
    } catch {
      return .html(500)
    }
  }

  private func answer(_ refusal: Refusal, _ query: Parameters) -> Answer {
    switch refusal {
    case .page(let status, let text): return page(status, "An error has occurred", text)
    case .redirect(let error, let description):
      return Self.send(
        to: query["redirect_uri"] ?? "", [("error", error), ("error_description", description)],
        state: query["state"])
    }
  }

  private static func send(to address: String, _ values: [(String, String)], state: String?)
    -> Answer
  {
    let all = values + (state.map { [("state", $0)] } ?? [])
    let query = all.map { "\($0.0)=\(PercentCoding.encode($0.1))" }.joined(separator: "&")
    return Answer(
      302, headers: [("Location", address + (address.contains("?") ? "&" : "?") + query)])
  }

  func browserUser() -> User? {
    let wanted = withOAuth { $0.browserUserID }
    return withWorld { world in
      wanted.flatMap { world.users[$0] } ?? world.users.values.min { $0.id < $1.id }
    }
  }

  func page(
    _ status: Int, _ title: String, _ text: String, form: String? = nil, action: String = ""
  ) -> Answer {
    var body = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>"
    body += "\(Self.escape(title)) · GitLab</title></head><body><h1>\(Self.escape(title))</h1>"
    body += "<p>\(Self.escape(text))</p>"
    if let form {
      body += "<form method=\"post\" action=\"\(prefix)\(action)\">\(form)"
      body += "<button name=\"decision\" value=\"allow\">Authorize</button>"
      body += "<button name=\"decision\" value=\"deny\">Cancel</button></form>"
    }
    body += "</body></html>\n"
    return Answer(
      status, headers: [("Content-Type", "text/html; charset=utf-8")], body: Array(body.utf8))
  }

  static func escape(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  // MARK: Tokens

  static func failure(_ error: String, _ description: String, status: Int = 400) -> Answer {
    .json(
      ["error": .string(error), "error_description": .string(description)], status: status,
      headers: [
        ("Cache-Control", "no-store"), ("Pragma", "no-cache"),
        (
          "WWW-Authenticate",
          "Bearer realm=\"Doorkeeper\", error=\"\(error)\", error_description=\"\(description)\""
        ),
      ])
  }

  static let invalidGrant = failure(
    "invalid_grant",
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection "
      + "URI used in the authorization request, or was issued to another client.")
  static let invalidClient = failure(
    "invalid_client",
    "Client authentication failed due to unknown client, no client authentication included, or "
      + "unsupported authentication method.", status: 401)

  static func missing(_ parameter: String) -> Answer {
    failure("invalid_request", "Missing required parameter: \(parameter).")
  }

  /// The application that asks, with the secret it must show if it has one.
  private func client(_ exchange: Exchange, _ form: Parameters) -> OAuthApplication? {
    let basic = exchange.basic
    let application = withOAuth { $0.applications[basic?.user ?? form["client_id"] ?? ""] }
    guard let application else { return nil }
    guard let secret = application.secret else { return application }
    return secret == (basic?.password ?? form["client_secret"]) ? application : nil
  }

  private func token(_ exchange: Exchange, _ form: Parameters) throws -> Answer {
    guard let grant = form["grant_type"] else { throw Self.missing("grant_type") }
    guard let application = client(exchange, form) else { throw Self.invalidClient }
    switch grant {
    case "authorization_code": return try redeem(code: form, application)
    case "refresh_token": return try refresh(form, application)
    case "urn:ietf:params:oauth:grant-type:device_code" where settings.atLeast(17, 2):
      return try redeem(device: form, application)
    default:
      throw Self.failure(
        "unsupported_grant_type",
        "The authorization grant type is not supported by the authorization server.")
    }
  }

  private func redeem(code form: Parameters, _ application: OAuthApplication) throws -> Answer {
    guard let value = form["code"] else { throw Self.missing("code") }
    guard let redirect = form["redirect_uri"] else { throw Self.missing("redirect_uri") }
    let time = now()
    let code = try withOAuth { state in
      guard let code = state.codes[value], code.applicationID == application.id,
        code.expiresAt > time, code.redirectURI == redirect
      else { throw Self.invalidGrant }
      if let challenge = code.challenge {
        guard let verifier = form["code_verifier"] else { throw Self.missing("code_verifier") }
        guard Self.proves(verifier, challenge, method: code.challengeMethod) else {
          throw Self.invalidGrant
        }
      }
      state.codes[value] = nil
      return code
    }
    return issue(application, userID: code.userID, scopes: code.scopes)
  }

  private static func proves(_ verifier: String, _ challenge: String, method: String) -> Bool {
    guard method == "S256" else { return verifier == challenge }
    let hash = Data(SHA256.hash(data: Data(verifier.utf8))).base64EncodedString()
    let encoded = hash.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    return encoded == challenge
  }

  private func refresh(_ form: Parameters, _ application: OAuthApplication) throws -> Answer {
    guard let value = form["refresh_token"] else { throw Self.missing("refresh_token") }
    // One lock for the check and the revocation: of two refreshes at once, one loses.
    let old = try withOAuth { state in
      guard let old = state.refreshTokens[value], !old.revoked,
        old.applicationID == application.id
      else { throw Self.invalidGrant }
      state.refreshTokens[value]?.revoked = true
      return old
    }
    withWorld { $0.tokens[old.accessToken]?.revoked = true }
    return issue(application, userID: old.userID, scopes: old.scopes)
  }

  func issue(_ application: OAuthApplication, userID: Int, scopes: [String]) -> Answer {
    let access = Self.randomHex(32)
    let refresh = Self.randomHex(32)
    let time = now()
    let lifetime = settings.oauthTokenLifetime
    withWorld { world in
      world.tokens[access] = AccessToken(
        id: world.makeID(), name: application.name, value: access, userID: userID,
        kind: .oauth(applicationID: application.id), scopes: scopes, createdAt: time,
        expiresAt: time.addingTimeInterval(Double(lifetime)), revoked: false)
    }
    withOAuth {
      $0.refreshTokens[refresh] = OAuthState.Refresh(
        applicationID: application.id, userID: userID, scopes: scopes, accessToken: access)
    }
    return .json(
      [
        "access_token": .string(access), "token_type": "Bearer", "expires_in": .int(lifetime),
        "refresh_token": .string(refresh), "scope": .string(scopes.joined(separator: " ")),
        "created_at": .int(Int(time.timeIntervalSince1970)),
      ], headers: [("Cache-Control", "no-store"), ("Pragma", "no-cache")])
  }

  private func revoke(_ exchange: Exchange, _ form: Parameters) throws -> Answer {
    guard let application = client(exchange, form) else {
      throw Answer.json(
        [
          "error": "unauthorized_client",
          "error_description": "You are not authorized to revoke this token",
        ], status: 403)
    }
    let value = form["token"] ?? ""
    let access = withOAuth { state -> String in
      guard let known = state.refreshTokens[value], known.applicationID == application.id else {
        return value
      }
      state.refreshTokens[value]?.revoked = true
      return known.accessToken
    }
    withWorld { world in
      guard world.tokens[access]?.kind == .oauth(applicationID: application.id) else { return }
      world.tokens[access]?.revoked = true
    }
    // Of a pair, the refresh token dies with its access token.
    withOAuth { state in
      for (name, known) in state.refreshTokens
      where known.accessToken == access && known.applicationID == application.id {
        state.refreshTokens[name]?.revoked = true
      }
    }
    return .json([:])
  }

  private func tokenInfo(_ exchange: Exchange) throws -> Answer {
    let time = now()
    let token = exchange.bearer.flatMap { secret in withWorld { $0.tokens[secret] } }
    guard let token, !token.revoked, token.expiresAt.map({ $0 > time }) ?? true,
      case .oauth(let application) = token.kind
    else {
      throw Self.failure("invalid_token", "The access token is invalid", status: 401)
    }
    let scopes = JSON.array(token.scopes.map { .string($0) })
    let left = JSON(token.expiresAt.map { Int($0.timeIntervalSince(time)) })
    return .json([
      "resource_owner_id": .int(token.userID), "scope": scopes, "expires_in": left,
      "application": ["uid": .string(application)],
      "created_at": .int(Int(token.createdAt.timeIntervalSince1970)), "scopes": scopes,
      "expires_in_seconds": left,
    ])
  }
}
