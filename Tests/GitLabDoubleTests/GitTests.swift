import Foundation
import TestSupport
import Testing

@testable import GitLabDouble

@Suite struct GitTests {
  private func refs(_ fixture: Fixture, version: Int, _ url: String) async throws -> [String] {
    let output = try await fixture.git.run(["-c", "protocol.version=\(version)", "ls-remote", url])
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map {
      String($0.split(separator: "\t")[1])
    }
  }

  @Test(arguments: [0, 2])
  func `refs of merge requests are advertised and keep-around ones hidden`(version: Int)
    async throws
  {
    let fixture = try await Fixture(prefix: "/gitlab")
    try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Speed up", source: "feature")
    let inside = try await fixture.git.text(["for-each-ref"], in: fixture.repository)
    #expect(inside.contains("refs/keep-around/"))
    fixture.double.log.reset()
    let found = try await refs(fixture, version: version, fixture.url())
    #expect(found.contains("refs/merge-requests/1/head") && found.contains("HEAD"))
    #expect(!found.contains { $0.hasPrefix("refs/keep-around") })
    #expect(fixture.double.log.refAdvertisements == 1)
    let log = fixture.double.log.requests
    // git asks without credentials first.
    #expect(log.map(\.status) == (version == 2 ? [401, 200, 200] : [401, 200]))
    #expect(log.last?.gitProtocol == (version == 2 ? "version=2" : nil))
    #expect(log.last?.authenticated == true)
    await fixture.double.stop()
  }

  @Test(arguments: [0, 2])
  func `a clone and a fetch by id bring the very objects`(version: Int) async throws {
    let fixture = try await Fixture()
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Speed up", source: "feature")
    let head = try await fixture.double.resolve("feature", in: fixture.repository)
    try await fixture.double.pushHead(of: iid, in: fixture.project, to: "feature~1")
    try await GitReferences.update(fixture.git, fixture.repository, [("refs/heads/feature", nil)])
    let clone = fixture.folder + "/clone-\(version)"
    let setting = ["-c", "protocol.version=\(version)"]
    try await fixture.git.run(setting + ["clone", "--quiet", "--mirror", fixture.url(), clone])
    try await fixture.git.run(["fsck", "--strict"], in: clone)
    let before = await fixture.git.line(["rev-parse", "main"], in: clone)
    #expect(before == (await fixture.git.line(["rev-parse", "main"], in: fixture.repository)))
    let missing = await fixture.git.line(["cat-file", "-t", head], in: clone)
    #expect(missing == nil)
    try await fixture.git.run(setting + ["fetch", "--quiet", fixture.url(), head], in: clone)
    #expect(await fixture.git.line(["cat-file", "-t", head], in: clone) == "commit")
    await fixture.double.stop()
  }

  @Test func `a partial clone leaves the blobs`() async throws {
    let fixture = try await Fixture()
    let clone = fixture.folder + "/partial"
    try await fixture.git.run([
      "clone", "--quiet", "--bare", "--filter=blob:none", fixture.url(), clone,
    ])
    let output = try await fixture.git.text(
      ["rev-list", "--objects", "--all", "--missing=print"], in: clone)
    #expect(output.split(separator: "\n").contains { $0.hasPrefix("?") })
    #expect(fixture.double.log.requests.contains { $0.body.contains("filter blob:none") })
    await fixture.double.stop()
  }

  @Test func `protocol v2 can be switched off`() async throws {
    let fixture = try await Fixture()
    fixture.double.settings.gitProtocolV2 = false
    #expect(try await refs(fixture, version: 2, fixture.url()).contains("refs/heads/main"))
    #expect(fixture.double.log.requests(.gitUploadPack).isEmpty)
    await fixture.double.stop()
  }

  private static let refsPath = "/acme/platform/widgets.git/info/refs?service=git-upload-pack"

  private func login(_ user: String, _ password: String) -> [(String, String)] {
    [("Authorization", "Basic " + Data("\(user):\(password)".utf8).base64EncodedString())]
  }

  @Test func `each refusal has GitLab's status and words`() async throws {
    let fixture = try await Fixture()
    let client = fixture.anonymous
    let double = fixture.double
    let anonymous = try await client.get(Self.refsPath)
    #expect(anonymous.status == 401)
    #expect(anonymous["WWW-Authenticate"] == "Basic realm=\"GitLab\"")
    #expect(anonymous.text.hasPrefix("HTTP Basic: Access denied."))
    let absent = "/acme/absent.git/info/refs?service=git-upload-pack"
    #expect(try await client.get(absent).status == 401)
    let missing = try await client.get(absent, login("x", "glpat-good"))
    #expect(missing.status == 404)
    #expect(
      missing.text
        == "The project you were looking for could not be found or you don't have permission to view it."
    )
    double.addToken("glpat-user", scopes: ["read_user"])
    let scope = try await client.get(Self.refsPath, login("x", "glpat-user"))
    #expect(scope.status == 403 && scope.text == "You are not allowed to download code.")
    let guest = double.addToken("glpat-guest", name: "Guest")
    double.update(project: fixture.project) { $0.guests = [guest.userID] }
    let code = try await client.get(Self.refsPath, login("x", "glpat-guest"))
    #expect(code.status == 403)
    #expect(code.text == "You are not allowed to download code from this project.")
    #expect(try await client.get(Self.refsPath, login("", "glpat-good")).status == 401)
    double.expire(guest, at: Fixture.now)
    #expect(try await client.get(Self.refsPath, login("x", "glpat-guest")).status == 401)
    let head = try await client.send("HEAD", Self.refsPath, headers: login("x", "glpat-good"))
    #expect(head.status == 403)
    double.settings.gitOverHTTP = false
    let off = try await client.get(Self.refsPath, login("x", "glpat-good"))
    #expect(off.status == 403 && off.text == "Git access over HTTP is not allowed")
    await double.stop()
  }

  @Test func `wrong credentials fail on a public project too`() async throws {
    let fixture = try await Fixture(visibility: .public)
    #expect(try await fixture.anonymous.get(Self.refsPath).status == 200)
    let wrong = try await fixture.anonymous.get(Self.refsPath, login("x", "wrong"))
    #expect(wrong.status == 401)
    await fixture.double.stop()
  }

  @Test func `deploy and OAuth tokens need their user names`() async throws {
    let fixture = try await Fixture()
    fixture.double.addToken(
      "gldt-1", kind: .deploy(username: "gitlab+deploy-token-1"), scopes: ["read_repository"])
    fixture.double.addToken("0a0b", kind: .oauth(applicationID: "app"))
    let client = fixture.anonymous
    #expect(try await client.get(Self.refsPath, login("x", "gldt-1")).status == 401)
    let deploy = login("gitlab+deploy-token-1", "gldt-1")
    #expect(try await client.get(Self.refsPath, deploy).status == 200)
    #expect(try await client.get("/api/v4/user", [("PRIVATE-TOKEN", "gldt-1")]).status == 401)
    #expect(try await client.get(Self.refsPath, login("oauth2", "0a0b")).status == 200)
    fixture.double.settings.version = "15.4.0"
    #expect(try await client.get(Self.refsPath, login("x", "0a0b")).status == 401)
    #expect(try await client.get("/api/v4/user", [("PRIVATE-TOKEN", "0a0b")]).status == 401)
    #expect(
      try await client.get("/api/v4/user", [("Authorization", "Bearer 0a0b")]).status == 200)
    await fixture.double.stop()
  }

  @Test func `an old path is served in silence and one without suffix redirects`() async throws {
    let fixture = try await Fixture()
    fixture.double.moveProject(fixture.project, to: "acme/gadgets")
    #expect(
      try await refs(fixture, version: 2, fixture.url()).contains("refs/heads/main"))
    let plain = try await fixture.anonymous.get("/acme/gadgets/info/refs?service=git-upload-pack")
    #expect(plain.status == 301)
    let target =
      fixture.double.baseURL + "/acme/gadgets.git/info/refs?service=git-upload-pack"
    #expect(plain["Location"] == target)
    let post = try await fixture.anonymous.send(
      "POST", "/acme/gadgets/git-upload-pack", headers: login("x", "glpat-good"), body: [])
    #expect(post.status == 404)
    #expect(
      try await refs(fixture, version: 0, fixture.url("acme/gadgets")).contains("refs/heads/main"))
    await fixture.double.stop()
  }

  @Test func `a deleted head ref leaves its commit behind`() async throws {
    let fixture = try await Fixture()
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Speed up", source: "feature")
    try await fixture.double.deleteHeadRef(of: iid, in: fixture.project)
    let found = try await refs(fixture, version: 2, fixture.url())
    #expect(!found.contains { $0.hasPrefix("refs/merge-requests") })
    let head = try #require(fixture.double.mergeRequest(iid, in: fixture.project)?.sha)
    #expect(await fixture.git.line(["cat-file", "-t", head], in: fixture.repository) == "commit")
    await fixture.double.stop()
  }

  @Test func `a compressed request is understood`() async throws {
    let fixture = try await Fixture()
    var stream = FastImport()
    for number in 1...60 {
      stream.commit("many", "Commit \(number)", files: ["n": "\(number)\n"])
    }
    try await fixture.git.run(
      ["fast-import", "--quiet"], in: fixture.repository, input: stream.bytes)
    let clone = fixture.folder + "/clone"
    try await fixture.git.run(["init", "--quiet", "--bare", clone])
    let all = try await fixture.git.text(["rev-list", "--all"], in: fixture.repository)
      .split(separator: "\n").map { String($0) }
    fixture.double.log.reset()
    // git compresses requests of more than a kilobyte.
    try await fixture.git.run(
      ["-c", "protocol.version=0", "fetch", "--quiet", fixture.url()] + all, in: clone)
    #expect(fixture.double.log.requests.contains { $0.kind == .gitUploadPack && $0.body.isEmpty })
    try await fixture.git.run(["fsck"], in: clone)
    await fixture.double.stop()
  }

  @Test func `a view leaves its original alone`() async throws {
    let fixture = try await Fixture()
    let before = try await fixture.git.text(["for-each-ref"], in: fixture.repository)
    let view = try await fixture.double.addProject(path: "acme/view", viewOf: fixture.repository)
    #expect(fixture.double.project(view)?.defaultBranch == "main")
    try await fixture.double.openMergeRequest(in: view, title: "Speed up", source: "feature")
    let found = try await refs(fixture, version: 2, fixture.url("acme/view.git"))
    #expect(found.contains("refs/merge-requests/1/head"))
    let clone = fixture.folder + "/clone"
    try await fixture.git.run(["clone", "--quiet", "--mirror", fixture.url("acme/view.git"), clone])
    try await fixture.git.run(["fsck", "--strict"], in: clone)
    #expect(try await fixture.git.text(["for-each-ref"], in: fixture.repository) == before)
    await fixture.double.stop()
  }
}
