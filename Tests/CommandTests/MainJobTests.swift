import Foundation
import GitLabDouble
import Settings
import TestSupport
import Testing

@Suite struct MainJobTests {
  @Test func `from a token to the first answer`() async throws {
    let fixture = try await CommandFixture(prefix: "/gitlab")
    try fixture.commit("main", ["a.txt": "1\n2\n3\n"])
    let connected = try await fixture.connect()
    #expect(connected.status == 0, "\(connected.errorText)")
    #expect(connected.text.contains("ada"))
    let added = try await fixture.run("repos", "add", fixture.double.baseURL + "/acme/shop.git")
    #expect(added.status == 0, "\(added.errorText)")
    try fixture.commit("topic", ["a.txt": "1\nx\n3\n"], from: "main")
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Change", source: "topic")
    let synced = try await fixture.run("sync")
    #expect(synced.status == 0, "\(synced.errorText)")
    #expect(synced.text.contains("1 merge request changed"))
    let runs = try SettingsStore(directory: fixture.config, access: .readOnly).syncRuns(limit: 5)
    #expect(runs.map(\.cause) == [.person] && runs.map(\.mergeRequests) == [1])
    let stats = try await fixture.run(
      "stats", "acme/shop", "--mr", "\(iid)", "--format", "numstat", "--offline")
    #expect(stats.output == (try fixture.upstream.git("diff", "--numstat", "-M", "main", "topic")))
    await fixture.stop()
  }

  @Test func `answers stay the same bytes when GitLab is gone`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let commands: [[String]] = [
      ["mrs", "acme/shop", "--json"], ["mrs", "acme/shop", "--largest"], ["mr", "acme/shop", "1"],
      ["mr", "acme/shop", "1", "--json"], ["stats", "acme/shop", "--mrs", "--format", "jsonl"],
      ["stats", "acme/shop", "--mrs", "--format", "json"],
      ["stats", "acme/shop", "--commits", "--format", "numstat", "-z"],
      ["stats", "acme/shop", "--commit", "main"], ["stats", "acme/shop", "--range", "main..main"],
      ["hotspots", "acme/shop", "--json"], ["cache", "info", "--json"], ["status", "--json"],
      ["repos", "list", "--json"], ["connections", "--json"], ["cache", "verify"],
    ]
    var before: [ChildProcess.Result] = []
    for command in commands { before.append(try await fixture.start(command).ended()) }
    await fixture.double.stop()
    for (command, before) in zip(commands, before) {
      let after = try await fixture.start(command + ["--offline"]).ended()
      #expect(before.status == 0, "\(command): \(before.errorText)")
      #expect(after.output == before.output, "\(command)")
    }
    await fixture.stop()
  }

  @Test func `a read command opens no socket and a sync refuses to be offline`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    fixture.double.log.reset()
    try await fixture.run("mrs", "acme/shop")
    try await fixture.run("analyze", "--description", "a.txt is broken")
    #expect(fixture.double.log.requests.isEmpty)
    #expect(try await fixture.run("sync", "--offline").status == 64)
    await fixture.stop()
  }

  @Test func `a stack trace names the merge requests that touched its files`() async throws {
    let fixture = try await CommandFixture()
    try fixture.commit("main", ["src/pool.c": "int pool_take;\n", "src/other.c": "\n"])
    try fixture.commit("topic", ["src/pool.c": "int pool_take = 1;\n"], from: "main")
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Take from the pool", source: "topic")
    try await fixture.double.merge(iid, in: fixture.project)
    try await fixture.connect()
    try await fixture.run("repos", "add", "acme/shop")
    let synced = try await fixture.run("sync")
    #expect(synced.status == 0, "\(synced.errorText)")
    let trace = "#0  0x00007f pool_take () at /build/src/pool.c:1\n#1  main () at src/other.c:1\n"
    let answer = try await fixture.run("analyze", "-", "--json", "--offline", input: trace)
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(answer.output)) as? [String: Any])
    let suspects = try #require(object["suspects"] as? [[String: Any]])
    #expect(suspects.first?["mergeRequest"] as? Int == iid, "\(answer.text)")
    #expect(suspects.first?["file"] as? String == "src/pool.c")
    let correlation = try #require(object["codeCorrelation"] as? [String: Any])
    #expect(correlation["available"] as? Bool == true)
    #expect((correlation["causalPR"] as? [String: Any])?["id"] as? Int == iid)
    #expect(object["answeredOffline"] as? Bool == true)
    await fixture.stop()
  }

  @Test func `what was merged in the second of the question is a candidate`() async throws {
    let fixture = try await CommandFixture()
    try fixture.commit("main", ["a.txt": "1\n"])
    try fixture.commit("topic", ["a.txt": "2\n"], from: "main")
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Change", source: "topic")
    let second = (Date().timeIntervalSince1970 - 60).rounded(.down)
    try await fixture.double.merge(
      iid, in: fixture.project, at: Date(timeIntervalSince1970: second + 0.25))
    try await fixture.connect()
    try await fixture.run("repos", "add", "acme/shop")
    try await fixture.run("sync")
    let at = Date(timeIntervalSince1970: second + 0.5)
      .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    let answer = try await fixture.run(
      "analyze", "--description", "a.txt broke", "--at", at, "--json")
    #expect(answer.text.contains(#""candidates":1,"#), "\(answer.text) \(answer.errorText)")
    await fixture.stop()
  }

  @Test func `public projects work with no connection`() async throws {
    let fixture = try await CommandFixture()
    let id = fixture.double.addProject(
      path: "open/tool", repository: fixture.upstream.path, visibility: .public)
    try fixture.commit("main", ["a.txt": "1\n"])
    try fixture.commit("topic", ["a.txt": "2\n"], from: "main")
    try await fixture.double.openMergeRequest(in: id, title: "Change", source: "topic")
    // The instance is known by a connection that is gone again.
    try await fixture.connect()
    try await fixture.run("repos", "add", "open/tool")
    let name = fixture.double.baseURL.replacingOccurrences(of: "http://", with: "")
    #expect(try await fixture.run("disconnect", name).status == 0)
    let synced = try await fixture.run("sync", "open/tool")
    #expect(synced.status == 0, "\(synced.errorText)")
    await fixture.stop()
  }

  @Test func `a terminated schedule ends in good order`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    let schedule = try fixture.start(["schedule", "--every", "1h"])
    try await schedule.until { schedule.outputSoFar().contains("1 synced") }
    schedule.send(SIGTERM)
    #expect(try await schedule.ended().status == 0)
    #expect(try await fixture.run("mrs", "acme/shop").text.contains("!3"))
    await fixture.stop()
  }

  @Test func `a schedule for cron runs one round`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    let result = try await fixture.run("schedule", "--once")
    #expect(result.status == 0)
    #expect(result.text.split(separator: "\n").count == 1)
    await fixture.stop()
  }

  @Test func `a printed unit names directories that are there`() async throws {
    let fixture = try await CommandFixture()
    let cache = fixture.directory.appendingPathComponent("new/cache").path
    let unit = try await fixture.start(["schedule", "systemd", "--cache", cache]).ended()
    #expect(unit.text.contains("ReadWritePaths=\"\(cache)\""), "\(unit.text)")
    #expect(unit.text.contains("[Service]"))
    #expect(FileManager.default.fileExists(atPath: cache))
    await fixture.stop()
  }

  @Test func `a unit is printed as JSON, too`() async throws {
    let fixture = try await CommandFixture()
    let unit = try await fixture.run("schedule", "systemd")
    let json = try await fixture.run("schedule", "systemd", "--json")
    let object = try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: String]
    #expect(object == ["unit": unit.text])
    await fixture.stop()
  }

  @Test func `a repository that is named twice counts once`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 1)
    let address = fixture.double.baseURL + "/acme/shop"
    let synced = try await fixture.run("sync", "acme/shop", "acme/shop", address)
    #expect(synced.status == 0, "\(synced.errorText)")
    #expect(synced.text.split(separator: "\n").count == 1)
    let answer = try await fixture.run(
      "analyze", "--description", "a.txt", "--repo", "acme/shop", "--repo", address, "--json")
    #expect(answer.text.contains(#""repositories":["acme/shop"]"#), "\(answer.text)")
    let cleared = try await fixture.run("cache", "clear", "acme/shop", address, "--json")
    #expect(cleared.text == "{\"cleared\":[\"acme/shop\"]}\n", "\(cleared.errorText)")
    let removed = try await fixture.run("repos", "remove", "acme/shop", address, "--json")
    #expect(removed.text == "{\"removed\":[\"acme/shop\"]}\n", "\(removed.errorText)")
    await fixture.stop()
  }

  @Test func `the status of a repository before its first sync is not ok`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.connect()
    try await fixture.run("repos", "add", "acme/shop")
    #expect(try await fixture.run("status").text.contains("not synced yet"))
    await fixture.stop()
  }
}
