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
    #expect(offline.errorText.contains("file.txt"))
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
    #expect(result.errorText.contains("file.txt"))
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
