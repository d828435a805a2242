import Foundation
import Synchronization
import TestSupport
import Testing

@testable import GitLabDouble

/// A clock that only moves when told.
private final class Clock: Sendable {
  private let time = Mutex(Fixture.now)
  var now: Date { time.withLock { $0 } }
  func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
}

@Suite struct OAuthTests {
  private static let verifier = "ks02i3jdikdo2k0dkfodf3m39rjfjsdk0wk349rj3jrhf"
  private static let challenge = "2i0WFA-0AerkjQm4X4oDEhqA17QIAKNjXpagHBXmO_U"
  private static let redirect = "http://127.0.0.1:5555/callback"

  private let clock = Clock()
  private let double: GitLabDouble
  private let client: TestClient
  private let application: OAuthApplication

  init() async throws {
    var options = GitLabDouble.Options()
    options.prefix = "/gitlab"
    let clock = clock
    options.now = { clock.now }
    double = try await GitLabDouble.start(options: options)
    client = TestClient(port: double.port)
    application = double.addApplication(id: "app")
    double.signIn(double.addUser(username: "mara", name: "Mara Lind"))
  }

  private func post(_ path: String, _ fields: [(String, String)]) async throws -> SocketResponse {
    let body = fields.map { "\($0.0)=\(PercentCoding.encode($0.1))" }.joined(separator: "&")
    return try await client.send(
      "POST", "/gitlab/oauth/" + path,
      headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array(body.utf8))
  }

  private func authorizeQuery(_ changes: [(String, String)] = []) -> String {
    let fields = [
      ("client_id", "app"), ("redirect_uri", Self.redirect), ("response_type", "code"),
      ("state", "a b&c"), ("scope", "read_api read_repository"),
      ("code_challenge", Self.challenge), ("code_challenge_method", "S256"),
    ].filter { field in !changes.contains { $0.0 == field.0 } }
    return (fields + changes).map { "\($0.0)=\(PercentCoding.encode($0.1))" }
      .joined(separator: "&")
  }

  private func parameters(_ address: String?) -> Parameters {
    Parameters(address?.split(separator: "?").last.map { String($0) } ?? "")
  }

  private func code() throws -> String {
    let target = double.answerConsent(at: double.baseURL + "/oauth/authorize?" + authorizeQuery())
    return try #require(parameters(target)["code"])
  }

  private func redeem(_ code: String, _ changes: [(String, String)] = []) async throws
    -> SocketResponse
  {
    let fields = [
      ("grant_type", "authorization_code"), ("client_id", "app"), ("code", code),
      ("redirect_uri", Self.redirect), ("code_verifier", Self.verifier),
    ].filter { field in !changes.contains { $0.0 == field.0 } }
    return try await post("token", fields + changes)
  }

  private func text(_ json: JSON?) throws -> String {
    guard case .string(let text) = json ?? .null else { throw SocketError.noAnswer }
    return text
  }

  @Test func `a browser consents by a form and is sent back with a code`() async throws {
    let page = try await client.get("/gitlab/oauth/authorize?" + authorizeQuery())
    #expect(page.status == 200 && page.text.contains("read_api, read_repository"))
    #expect(page.text.contains("action=\"/gitlab/oauth/authorize\""))
    #expect(page.text.contains("name=\"state\" value=\"a b&amp;c\""))
    let fields = parameters("?" + authorizeQuery()).pairs.map { ($0.name, $0.value) }
    let allowed = try await post("authorize", fields + [("decision", "allow")])
    #expect(allowed.status == 302)
    let target = try #require(allowed["Location"])
    #expect(target.hasPrefix(Self.redirect + "?code="))
    #expect(parameters(target)["state"] == "a b&c")
    let denied = try await post("authorize", fields + [("decision", "deny")])
    #expect(parameters(denied["Location"])["error"] == "access_denied")
    #expect(parameters(denied["Location"])["state"] == "a b&c")
    await double.stop()
  }

  @Test func `a code is good once, with its verifier and its address`() async throws {
    let wrong = try await redeem(
      code(), [("code_verifier", String(repeating: "x", count: 43))])
    #expect(wrong.status == 400)
    #expect(try wrong.json["error"] == "invalid_grant")
    let other = try await redeem(code(), [("redirect_uri", "http://127.0.0.1:1/callback")])
    #expect(try other.json["error"] == "invalid_grant")
    let good = try code()
    let answer = try await redeem(good)
    #expect(answer.status == 200 && answer["Cache-Control"] == "no-store")
    let json = try answer.json
    #expect(json["expires_in"] == 7200 && json["scope"] == "read_api read_repository")
    #expect(json["created_at"] == .int(Int(Fixture.now.timeIntervalSince1970)))
    let again = try await redeem(good)
    #expect(again.status == 400)
    #expect(again["WWW-Authenticate"]?.contains("Bearer realm=\"Doorkeeper\"") == true)
    let late = try code()
    clock.advance(601)
    #expect(try await redeem(late).json["error"] == "invalid_grant")
    let access = try text(json["access_token"])
    let user = try await client.get("/gitlab/api/v4/user", [("Authorization", "Bearer \(access)")])
    #expect(try user.json["username"] == "mara")
    await double.stop()
  }

  @Test func `tokens expire, and a refresh kills the old pair at once`() async throws {
    double.settings.oauthTokenLifetime = 60
    let first = try await redeem(code()).json
    let access = try text(first["access_token"])
    let info = try await client.get(
      "/gitlab/oauth/token/info", [("Authorization", "Bearer \(access)")])
    #expect(try info.json["expires_in"] == 60)
    #expect(try info.json["application"]?["uid"] == "app")
    let path = "/gitlab/api/v4/projects"
    #expect(try await client.get(path, [("Authorization", "Bearer \(access)")]).status == 200)
    clock.advance(61)
    let expired = try await client.get(path, [("Authorization", "Bearer \(access)")])
    #expect(expired.status == 401 && expired.text.contains("Token is expired"))
    let fields = [
      ("grant_type", "refresh_token"), ("client_id", "app"),
      ("refresh_token", try text(first["refresh_token"])),
    ]
    async let one = post("token", fields)
    async let two = post("token", fields)
    let answers = try await [one, two]
    #expect(answers.map(\.status).sorted() == [200, 400])
    let second = try #require(answers.first { $0.status == 200 }).json
    #expect(second["refresh_token"] != first["refresh_token"])
    let revoked = try await client.get(path, [("Authorization", "Bearer \(access)")])
    #expect(revoked.text.contains("Token was revoked"))
    let fresh = try text(second["access_token"])
    #expect(try await client.get(path, [("Authorization", "Bearer \(fresh)")]).status == 200)
    await double.stop()
  }

  @Test func `a confidential application shows its secret`() async throws {
    let confidential = double.addApplication(id: "closed", confidential: true)
    let secret = try #require(confidential.secret)
    let query = authorizeQuery([("client_id", "closed")])
    let target = double.answerConsent(at: "x?" + query)
    let code = try #require(parameters(target)["code"])
    let without = try await redeem(code, [("client_id", "closed")])
    #expect(without.status == 401)
    #expect(try without.json["error"] == "invalid_client")
    let with = try await redeem(code, [("client_id", "closed"), ("client_secret", secret)])
    #expect(with.status == 200)
    let refresh = [
      ("grant_type", "refresh_token"), ("client_id", "closed"),
      ("refresh_token", try text(with.json["refresh_token"])),
    ]
    #expect(try await post("token", refresh).status == 401)
    #expect(try await post("token", refresh + [("client_secret", secret)]).status == 200)
    #expect(!"\(confidential)".contains(secret))
    await double.stop()
  }

  @Test func `revoking ends a pair and asks who revokes`() async throws {
    let pair = try await redeem(code()).json
    let access = try text(pair["access_token"])
    let stranger = try await post("revoke", [("client_id", "nobody"), ("token", access)])
    #expect(stranger.status == 403)
    #expect(try stranger.json["error"] == "unauthorized_client")
    let unknown = try await post("revoke", [("client_id", "app"), ("token", "x")])
    #expect(unknown.status == 200 && unknown.text == "{}")
    #expect(try await post("revoke", [("client_id", "app"), ("token", access)]).status == 200)
    let info = try await client.get(
      "/gitlab/oauth/token/info", [("Authorization", "Bearer \(access)")])
    #expect(info.status == 401)
    #expect(try info.json["error"] == "invalid_token")
    await double.stop()
  }

  @Test func `the port is free for loopback addresses only`() {
    let application = OAuthApplication(
      id: "a", secret: nil, name: "a",
      redirectURIs: ["http://127.0.0.1/callback", "http://localhost:7171/x", "https://h/y"],
      scopes: [])
    #expect(application.allows(redirect: "http://127.0.0.1:40000/callback"))
    #expect(!application.allows(redirect: "http://127.0.0.1:40000/other"))
    #expect(!application.allows(redirect: "http://127.0.0.2:40000/callback"))
    #expect(!application.allows(redirect: "http://u@127.0.0.1:40000/callback"))
    #expect(application.allows(redirect: "http://localhost:7171/x"))
    #expect(!application.allows(redirect: "http://localhost:7172/x"))
    #expect(!application.allows(redirect: "https://h:1/y"))
  }

  @Test func `bad requests get a page or are sent back`() async throws {
    let unknown = try await client.get(
      "/gitlab/oauth/authorize?" + authorizeQuery([("client_id", "x")]))
    #expect(unknown.status == 401 && unknown["Location"] == nil)
    let redirect = try await client.get(
      "/gitlab/oauth/authorize?" + authorizeQuery([("redirect_uri", "http://evil/")]))
    #expect(redirect.status == 400 && redirect["Location"] == nil)
    let scope = try await client.get(
      "/gitlab/oauth/authorize?" + authorizeQuery([("scope", "sudo")]))
    #expect(parameters(scope["Location"])["error"] == "invalid_scope")
    let grant = try await post("token", [("grant_type", "password"), ("client_id", "app")])
    #expect(try grant.json["error"] == "unsupported_grant_type")
    let missing = try await redeem("x", [("code", "")])
    #expect(try missing.json["error"] == "invalid_grant")
    await double.stop()
  }

  @Test func `a device waits, is slowed down and comes in once`() async throws {
    let begun = try await post(
      "authorize_device", [("client_id", "app"), ("scope", "read_api")]
    ).json
    let device = try text(begun["device_code"])
    let user = try text(begun["user_code"])
    #expect(begun["interval"] == 5 && begun["expires_in"] == 300)
    let fields = [
      ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("client_id", "app"),
      ("device_code", device),
    ]
    #expect(try await post("token", fields).json["error"] == "authorization_pending")
    #expect(try await post("token", fields).json["error"] == "slow_down")
    clock.advance(6)
    #expect(try await post("token", fields).json["error"] == "authorization_pending")
    let page = try await client.get("/gitlab/oauth/device?user_code=\(user)")
    #expect(page.text.contains(user))
    let pressed = try await post("device", [("user_code", user), ("decision", "allow")])
    #expect(pressed.status == 200)
    #expect(try await post("token", fields).status == 200)
    #expect(try await post("token", fields).json["error"] == "invalid_grant")
    await double.stop()
  }

  @Test func `a device may be refused, be late or meet an old server`() async throws {
    let start = [("client_id", "app"), ("scope", "read_api")]
    func poll(_ device: String) async throws -> JSON? {
      try await post(
        "token",
        [
          ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("client_id", "app"),
          ("device_code", device),
        ]
      ).json["error"]
    }
    let refused = try await post("authorize_device", start).json
    #expect(double.answerDevice(userCode: try text(refused["user_code"]), allow: false))
    #expect(try await poll(text(refused["device_code"])) == "access_denied")
    let late = try await post("authorize_device", start).json
    clock.advance(301)
    #expect(!double.answerDevice(userCode: try text(late["user_code"])))
    #expect(try await poll(text(late["device_code"])) == "expired_token")
    double.settings.version = "16.11.0"
    #expect(try await post("authorize_device", start).status == 404)
    await double.stop()
  }
}
