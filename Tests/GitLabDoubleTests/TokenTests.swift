import Foundation
import TestSupport
import Testing

@testable import GitLabDouble

@Suite struct TokenTests {
  @Test func `unknown, expired and revoked tokens fail each in its way`() async throws {
    let fixture = try await Fixture()
    let old = fixture.double.addToken("glpat-old", expiresAt: Fixture.now)
    let gone = fixture.double.addToken("glpat-gone")
    fixture.double.revoke(gone)
    let path = "/api/v4/user"
    let unknown = try await fixture.anonymous.get(path, [("PRIVATE-TOKEN", "x")])
    #expect(unknown.text == #"{"message":"401 Unauthorized"}"#)
    let expired = try await fixture.anonymous.get(path, [("Authorization", "Bearer \(old.value)")])
    #expect(expired.status == 401)
    #expect(try expired.json["error"] == "invalid_token")
    #expect(
      try expired.json["error_description"]
        == "Token is expired. You can either do re-authorization or token refresh.")
    let revoked = try await fixture.anonymous.get(path, [("PRIVATE-TOKEN", gone.value)])
    #expect(
      try revoked.json["error_description"]
        == "Token was revoked. You have to re-authorize from the user.")
    #expect(try await fixture.anonymous.get(path).status == 401)
    await fixture.double.stop()
  }

  @Test func `a scope that does not suffice is named`() async throws {
    let fixture = try await Fixture()
    fixture.double.addToken("glpat-git", scopes: ["read_repository"])
    let client = TestClient(port: fixture.double.port, headers: [("PRIVATE-TOKEN", "glpat-git")])
    let refused = try await client.get("/api/v4/projects/\(fixture.project)")
    #expect(refused.status == 403)
    #expect(
      refused.text
        == #"{"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"api read_api"}"#
    )
    #expect(try await client.get("/api/v4/personal_access_tokens/self").status == 200)
    await fixture.double.stop()
  }

  @Test func `a token tells of itself and can be rotated and revoked`() async throws {
    let fixture = try await Fixture()
    fixture.double.addToken(
      "glpat-api", scopes: ["api"], expiresAt: Fixture.now.addingTimeInterval(86400 * 40))
    let client = TestClient(port: fixture.double.port, headers: [("PRIVATE-TOKEN", "glpat-api")])
    let own = try await client.get("/api/v4/personal_access_tokens/self").json
    #expect(own["expires_at"] == "2025-07-11")
    #expect(own["scopes"] == ["api"])
    let rotated = try await client.send("POST", "/api/v4/personal_access_tokens/self/rotate").json
    guard case .string(let value) = rotated["token"] ?? .null else {
      throw SocketError.noAnswer
    }
    #expect(try await client.get("/api/v4/user").status == 401)
    let fresh = TestClient(port: fixture.double.port, headers: [("PRIVATE-TOKEN", value)])
    #expect(try await fresh.get("/api/v4/user").status == 200)
    #expect(try await fresh.send("DELETE", "/api/v4/personal_access_tokens/self").status == 204)
    #expect(try await fresh.get("/api/v4/user").status == 401)
    await fixture.double.stop()
  }

  @Test func `a project token reaches its project only`() async throws {
    let fixture = try await Fixture()
    let other = fixture.double.addProject(path: "acme/other")
    fixture.double.addToken("glpat-project", kind: .project(fixture.project))
    let client = TestClient(
      port: fixture.double.port, headers: [("PRIVATE-TOKEN", "glpat-project")])
    #expect(try await client.get("/api/v4/projects/\(fixture.project)").status == 200)
    #expect(try await client.get("/api/v4/projects/\(other)").status == 404)
    await fixture.double.stop()
  }

  @Test func `a token's value is in no description`() {
    let token = AccessToken(
      id: 1, name: "ci", value: "glpat-secret", userID: 1, kind: .personal, scopes: ["api"],
      createdAt: Fixture.now, expiresAt: nil, revoked: false)
    var dumped = ""
    dump(token, to: &dumped)
    #expect(!"\(token)\(String(reflecting: token))\(dumped)".contains("secret"))
  }

  @Test func `old servers lack metadata`() async throws {
    let fixture = try await Fixture()
    fixture.double.addToken("glpat-user", scopes: ["read_user"])
    let client = TestClient(port: fixture.double.port, headers: [("PRIVATE-TOKEN", "glpat-user")])
    let metadata = try await client.get("/api/v4/metadata").json
    #expect(metadata["version"] == "18.1.1-ee")
    #expect(metadata["enterprise"] == true)
    #expect(try await fixture.anonymous.get("/api/v4/version").status == 401)
    fixture.double.settings.version = "14.9.0"
    #expect(try await client.get("/api/v4/metadata").text == #"{"error":"404 Not Found"}"#)
    let version = try await client.get("/api/v4/version").json
    #expect(version["version"] == "14.9.0" && version["enterprise"] == nil)
    #expect(try await client.get("/api/v4/personal_access_tokens/self").status == 404)
    await fixture.double.stop()
  }
}
