import TestSupport
import Testing

@testable import GitLabDouble

@Suite struct ProjectTests {
  @Test func `a project answers by id and by its encoded path`() async throws {
    let fixture = try await Fixture()
    for name in ["\(fixture.project)", "acme%2Fplatform%2Fwidgets", "Acme%2Fplatform%2Fwidge%74s"] {
      let answer = try await fixture.api("/projects/\(name)")
      #expect(answer.status == 200)
      let json = try answer.json
      #expect(json["id"] == .int(fixture.project))
      #expect(json["path_with_namespace"] == "acme/platform/widgets")
      #expect(json["default_branch"] == "main")
      #expect(json["empty_repo"] == false)
      #expect(
        json["http_url_to_repo"] == .string(fixture.double.baseURL + "/acme/platform/widgets.git"))
    }
    await fixture.double.stop()
  }

  @Test func `an unencoded slash is a route that does not exist`() async throws {
    let fixture = try await Fixture()
    let answer = try await fixture.api("/projects/acme/platform/widgets")
    #expect(answer.status == 404)
    #expect(answer.text == #"{"error":"404 Not Found"}"#)
    await fixture.double.stop()
  }

  @Test func `missing and hidden projects look the same`() async throws {
    let fixture = try await Fixture()
    let stranger = fixture.double.addUser(username: "eve", name: "Eve")
    fixture.double.addToken("glpat-eve", user: stranger)
    fixture.double.update(project: fixture.project) { $0.members = [fixture.token.userID] }
    let eve = TestClient(port: fixture.double.port, headers: [("PRIVATE-TOKEN", "glpat-eve")])
    for answer in [
      try await fixture.api("/projects/4711"), try await fixture.api("/projects/a%2Fb"),
      try await fixture.api("/projects/widgets"),
      try await eve.get("/api/v4/projects/\(fixture.project)"),
      try await fixture.anonymous.get("/api/v4/projects/acme%2Fplatform%2Fwidgets"),
    ] {
      #expect(answer.status == 404)
      #expect(answer.text == #"{"message":"404 Project Not Found"}"#)
    }
    await fixture.double.stop()
  }

  @Test func `an old path leads on by a 301 in plain text`() async throws {
    let fixture = try await Fixture()
    fixture.double.moveProject(fixture.project, to: "acme/gadgets")
    let answer = try await fixture.api("/projects/acme%2Fplatform%2Fwidgets/merge_requests?page=2")
    #expect(answer.status == 301)
    let target =
      fixture.double.baseURL + "/api/v4/projects/\(fixture.project)/merge_requests?page=2"
    #expect(answer["Location"] == target)
    #expect(answer.text == "This resource has been moved permanently to \(target)")
    let post = try await fixture.client.send("POST", "/api/v4/projects/acme%2Fplatform%2Fwidgets")
    #expect(post.status == 405)
    #expect(post.text.contains("Non GET methods are not allowed for moved projects"))
    fixture.double.settings.version = "16.3.0"
    #expect(try await fixture.api("/projects/acme%2Fplatform%2Fwidgets").status == 200)
    let taker = fixture.double.addProject(path: "acme/platform/widgets")
    let other = try await fixture.api("/projects/acme%2Fplatform%2Fwidgets")
    #expect(try other.json["id"] == .int(taker))
    await fixture.double.stop()
  }

  @Test func `a public project needs no token but takes no bad one`() async throws {
    let fixture = try await Fixture(visibility: .public)
    let path = "/api/v4/projects/\(fixture.project)"
    #expect(try await fixture.anonymous.get(path).status == 200)
    let bad = try await fixture.anonymous.get(path, [("PRIVATE-TOKEN", "nonsense")])
    #expect(bad.status == 401)
    #expect(bad.text == #"{"message":"401 Unauthorized"}"#)
    await fixture.double.stop()
  }

  @Test func `the list of projects is searched, cut down and paged by keyset`() async throws {
    let fixture = try await Fixture()
    for number in 1...5 { fixture.double.addProject(path: "acme/extra-\(number)") }
    let found = try await fixture.api("/projects?search=extra&simple=true")
    guard case .array(let rows) = try found.json else { throw SocketError.noAnswer }
    #expect(rows.count == 5)
    #expect(rows[0]["empty_repo"] == nil)
    let first = try await fixture.api(
      "/projects?pagination=keyset&order_by=id&sort=asc&per_page=4")
    let link = try #require(first["Link"])
    #expect(link.contains("id_after=") && link.hasSuffix("rel=\"next\""))
    #expect(first["X-Total"] == nil)
    await fixture.double.stop()
  }

  @Test func `a project without a repository and an empty one differ`() async throws {
    let fixture = try await Fixture()
    let none = fixture.double.addProject(path: "acme/none")
    let empty = try await fixture.double.addEmptyProject(path: "acme/empty")
    for id in [none, empty] {
      #expect(try await fixture.api("/projects/\(id)").json["empty_repo"] == true)
    }
    let none404 = try await fixture.anonymous.get(
      "/acme/none.git/info/refs?service=git-upload-pack",
      [("Authorization", "Basic eDpnbHBhdC1nb29k")])
    #expect(none404.status == 404)
    #expect(none404.text == "A repository for this project does not exist yet.")
    let refs = try await fixture.git.run(["ls-remote", fixture.url("acme/empty.git")])
    #expect(refs.isEmpty)
    await fixture.double.stop()
  }
}
