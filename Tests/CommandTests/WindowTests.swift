import Foundation
import GitLabDouble
import TestSupport
import Testing

@Suite struct WindowTests {
  private func prepared() async throws -> (fixture: CommandFixture, old: String) {
    let fixture = try await CommandFixture()
    try fixture.upstream.git(
      "fast-import", "--quiet",
      input: Array(
        (0..<3).map { index in
          let text = "\(index)\n"
          return """
            commit refs/heads/main
            committer A <a@example.com> \(1_600_000_000 + index) +0000
            data 1
            c
            M 100644 inline file.txt
            data \(text.utf8.count)
            \(text)

            """
        }.joined().utf8))
    try await fixture.connect()
    try await fixture.run("repos", "add", "acme/shop")
    return (fixture, try fixture.upstream.gitText("rev-parse", "main~1"))
  }

  @Test func `contents outside of the window are missing offline and fetched online`() async throws
  {
    let (fixture, old) = try await prepared()
    let sync = try await fixture.run("sync", "--window-only")
    #expect(sync.status == 0, "\(sync.errorText)")
    let stats = ["stats", "acme/shop", "--commit", old, "--format", "numstat"]
    let offline = try await fixture.start(stats + ["--offline"]).ended()
    #expect(offline.status == 4)
    #expect(offline.errorText.contains("2 directories"))
    #expect(offline.text.isEmpty)
    let online = try await fixture.start(stats).ended()
    #expect(online.status == 0, "\(online.errorText)")
    #expect(online.text == "1\t1\tfile.txt\n")
    let again = try await fixture.start(stats + ["--offline"]).ended()
    #expect(again.output == online.output)
    await fixture.stop()
  }

  @Test func `without a network the missing contents are named`() async throws {
    let (fixture, old) = try await prepared()
    try await fixture.run("sync", "--window-only")
    await fixture.double.stop()
    let result = try await fixture.run("stats", "acme/shop", "--commit", old)
    #expect(result.status == 4)
    #expect(result.errorText.contains("2 directories"))
    #expect(result.errorText.contains("connect"))
    await fixture.stop()
  }

  @Test func `the files of an old revision are named offline, fetched online and kept`()
    async throws
  {
    let (fixture, old) = try await prepared()
    try await fixture.run("sync", "--window-only")
    let question = ["analyze", "--repo", "acme/shop", "--description", "file.txt broke", "--json"]
    #expect(try await fixture.start(question + ["--offline"]).ended().status == 0)
    let atOld = question + ["--revision", old]
    let offline = try await fixture.start(atOld + ["--offline"]).ended()
    #expect(offline.status == 4, "\(offline.errorText)")
    #expect(offline.errorText.contains(old))
    let online = try await fixture.start(atOld).ended()
    #expect(online.status == 0, "\(online.errorText)")
    #expect(online.text.contains("\"answeredOffline\":false"))
    #expect(try await fixture.start(atOld + ["--offline"]).ended().status == 0)
    let stats = ["stats", "acme/shop", "--range", "\(old)..main", "--format", "numstat"]
    let range = try await fixture.start(stats + ["--offline"]).ended()
    #expect(range.text == "1\t1\tfile.txt\n")
    await fixture.stop()
  }

  @Test func `a tag that no sync brought is asked for, and offline it is said how`() async throws {
    let (fixture, old) = try await prepared()
    try await fixture.run("sync", "--window-only")
    try fixture.upstream.git("tag", "-m", "release", "v1", old)
    let stats = ["stats", "acme/shop", "--range", "v1..main", "--format", "numstat"]
    let offline = try await fixture.start(stats + ["--offline"]).ended()
    #expect(offline.status == 4)
    #expect(offline.errorText.contains("without --offline"))
    let question = [
      "analyze", "--repo", "acme/shop", "--description", "file.txt broke", "--revision", "v1",
    ]
    let unknown = try await fixture.start(question + ["--offline"]).ended()
    #expect(unknown.status == 4)
    #expect(unknown.errorText.contains("--offline"))
    let answer = try await fixture.start(question).ended()
    #expect(answer.status == 0, "\(answer.errorText)")
    #expect(try await fixture.start(question + ["--offline"]).ended().status == 0)
    let online = try await fixture.start(stats).ended()
    #expect(online.text == "1\t1\tfile.txt\n", "\(online.errorText)")
    let none = try await fixture.run("stats", "acme/shop", "--commit", "v2")
    #expect(none.status == 4)
    #expect(none.errorText.contains("knows no commit v2"))
    await fixture.double.stop()
    let unreached = try await fixture.run("stats", "acme/shop", "--commit", "v2")
    #expect(unreached.status == 4)
    #expect(unreached.errorText.contains("could not be asked"))
    await fixture.stop()
  }

  @Test(arguments: ["--window-only", "--no-window-only"])
  func `a commit of a branch that no sync brings is fetched by its id, once`(
    contents: String
  ) async throws {
    let (fixture, _) = try await prepared()
    try await fixture.run("sync", contents)
    let fix = try fixture.commit("release", ["file.txt": "1\n2\n", "new.c": "x\n"], from: "main")
    let stats = ["stats", "acme/shop", "--commit", fix, "--format", "numstat"]
    let offline = try await fixture.start(stats + ["--offline"]).ended()
    #expect(offline.status == 4)
    #expect(offline.errorText.contains("without --offline"))
    let online = try await fixture.start(stats).ended()
    #expect(online.text == "1\t0\tfile.txt\n1\t0\tnew.c\n", "\(online.errorText)")
    #expect(try await fixture.run("cache", "maintain").status == 0)
    #expect(try await fixture.start(stats + ["--offline"]).ended().output == online.output)
    let question = [
      "analyze", "--repo", "acme/shop", "--description", "file.txt broke", "--json", "--revision",
    ]
    let later = try fixture.commit("release", ["file.txt": "3\n"], from: "release")
    let analysis = try await fixture.start(question + [later]).ended()
    #expect(analysis.text.contains(later), "\(analysis.errorText)")
    // By its name or a short id, too; what the server does not have either is unknown.
    let other = try fixture.commit("other", ["file.txt": "4\n"], from: "release")
    let newest = try fixture.commit("other", ["file.txt": "5\n"], from: "other")
    for (revision, id) in [(String(other.prefix(8)), other), ("other", newest)] {
      let unknown = try await fixture.start(question + [revision, "--offline"]).ended()
      #expect(unknown.status == 4)
      #expect(unknown.errorText.contains("but with --offline"), "\(unknown.errorText)")
      let found = try await fixture.start(question + [revision]).ended()
      #expect(found.text.contains(id), "\(found.errorText)")
      #expect(try await fixture.start(question + [revision, "--offline"]).ended().status == 0)
    }
    #expect(try await fixture.start(question + ["0000000"]).ended().status == 4)
    let none = String(repeating: "0", count: 39) + "1"
    #expect(try await fixture.start(question + [none]).ended().status == 4)
    let tree = try fixture.upstream.gitText("rev-parse", "release^{tree}")
    #expect(try await fixture.run("stats", "acme/shop", "--commit", tree).status != 0)
    await fixture.stop()
  }

  @Test func `the status says which mirrors hold their window only`() async throws {
    let (fixture, _) = try await prepared()
    try await fixture.run("sync", "--window-only")
    #expect(try await fixture.run("status").text.contains("ok, window only"))
    #expect(try await fixture.run("status", "--json").text.contains("\"contents\":\"window\""))
    await fixture.stop()
  }
}
