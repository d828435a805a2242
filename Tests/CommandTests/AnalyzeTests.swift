import Foundation
import GitLabDouble
import TestSupport
import Testing

/// A synced project in which one merge request broke the pool and another painted the door.
private func prepared() async throws -> CommandFixture {
  let fixture = try await CommandFixture()
  let pool = "int\npool_take (void)\n{\n  int size = 1;\n  return size;\n}\n"
  try fixture.commit("main", ["src/pool.c": pool, "door/door.c": "int door;\n"])
  for (branch, title, files) in [
    (
      "take", "Take \u{1B}[31mmore\u{202E} <b>from</b> the pool",
      ["src/pool.c": pool.replacingOccurrences(of: "size = 1", with: "size = 0")]
    ),
    ("paint", "Paint the door", ["door/door.c": "int door = 2;\n"]),
  ] {
    try fixture.commit(branch, files, from: "main")
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: title, source: branch)
    try await fixture.double.merge(iid, in: fixture.project)
  }
  try await fixture.connect()
  try await fixture.run("repos", "add", "acme/shop")
  try await fixture.run("sync")
  return fixture
}

private let trace =
  "#0  0x00007f pool_take () at /builds/acme/shop/src/pool.c:4\n#1  main () at /src/other.c:1\n"

@Suite struct AnalyzeTests {
  @Test func `a damaged mirror does not keep the others from answering`() async throws {
    let fixture = try await prepared()
    let other = fixture.double.addProject(path: "acme/other", repository: fixture.upstream.path)
    try await fixture.run("repos", "add", "acme/other")
    try await fixture.run("sync")
    let whole = try await fixture.run("analyze", "-", input: trace)
    #expect(whole.status == 0)
    let mirrors = fixture.directory.appendingPathComponent("cache/mirrors")
    let packs = try FileManager.default.subpathsOfDirectory(atPath: mirrors.path)
      .filter { $0.contains("/\(other).git/objects/pack/") }
    var content: [String: Data] = [:]
    for name in packs {
      content[name] = try Data(contentsOf: mirrors.appendingPathComponent(name))
      try FileManager.default.removeItem(at: mirrors.appendingPathComponent(name))
    }
    let partial = try await fixture.run("analyze", "-", "--json", input: trace)
    #expect(partial.status == 2)
    let notes = try #require(try object(partial)["notes"] as? [String])
    #expect(notes.contains { $0.hasPrefix("The mirror of acme/other cannot be read") })
    #expect(notes.contains { $0.hasSuffix("It was left out. Run 'sigsentry sync acme/other'.") })
    #expect(try object(partial)["repositories"] as? [String] == ["acme/shop"])
    let alone = try await fixture.run("analyze", "-", "--repo", "acme/other", input: trace)
    #expect(alone.status == 1)
    for name in packs where name.hasSuffix(".pack") || name.hasSuffix(".idx") {
      let path = mirrors.appendingPathComponent(name)
      let whole = try #require(content[name])
      // Head and checksum as they were; between them nothing is right.
      let damaged =
        name.hasSuffix(".pack")
        ? whole.prefix(12) + Data(count: whole.count - 32) + whole.suffix(20) : whole
      try damaged.write(to: path)
    }
    let broken = try await fixture.run("analyze", "-", "--json", input: trace)
    #expect(broken.status == 2, "\(broken.errorText)")
    let advice = "'sigsentry cache clear acme/other' and 'sigsentry sync acme/other' build it anew."
    #expect((try object(broken)["notes"] as? [String])?.contains { $0.hasSuffix(advice) } == true)
    #expect((try object(broken)["suspects"] as? [Any])?.isEmpty == false)
    await fixture.stop()
  }

  @Test func `what was never synced is told, and left out where others can be looked at`()
    async throws
  {
    let fixture = try await prepared()
    _ = fixture.double.addProject(path: "acme/new", repository: fixture.upstream.path)
    try await fixture.run("repos", "add", "acme/new")
    try await fixture.run("mappings", "set", "fresh", "acme/new")
    let everywhere = try await fixture.run("analyze", "-", "--json", input: trace)
    #expect(everywhere.status == 0)
    #expect(
      try notes(everywhere).contains("acme/new was never synced, and not looked at: 'sigsentry"))
    for names in [["--repo", "acme/new"], ["--service", "fresh"]] {
      let alone = try await fixture.run("analyze", "-", names[0], names[1], input: trace)
      #expect(alone.status == 4)
      #expect(alone.errorText.contains("Run 'sigsentry sync acme/new'"), "\(alone.errorText)")
      let among = try await fixture.run(
        "analyze", "-", "--json", "--repo", "acme/shop", names[0], names[1], input: trace)
      #expect(among.status == 2)
      #expect(try first(among) == 1)
      #expect(try notes(among).contains("It was left out. Run 'sigsentry sync acme/new'"))
    }
    await fixture.stop()
  }

  @Test func `a sync that failed is told`() async throws {
    let fixture = try await prepared()
    fixture.double.inject(.status(403), on: .any)
    #expect(try await fixture.run("sync").status != 0)
    let told = try await fixture.run("analyze", "-", "--json", "--offline", input: trace)
    #expect(told.status == 0)
    #expect(try notes(told).contains("The last sync of acme/shop failed ("))
    await fixture.stop()
  }

  @Test func `weights that cannot be read do not count, and that is told`() async throws {
    let fixture = try await prepared()
    let cache = fixture.directory.appendingPathComponent("cache")
    let mirrors = try FileManager.default.contentsOfDirectory(atPath: cache.path + "/mirrors")
    let host = try #require(mirrors.first)
    let weights = cache.appendingPathComponent("weights/\(host)")
    try FileManager.default.createDirectory(at: weights, withIntermediateDirectories: true)
    try Data("{".utf8).write(to: weights.appendingPathComponent("\(fixture.project).json"))
    let told = try await fixture.run("analyze", "-", "--json", input: trace)
    #expect(try first(told) == 1)
    #expect(try notes(told).contains("The weights that were fitted to acme/shop cannot be read"))
    await fixture.stop()
  }

  @Test func `two services of one repository are looked at as one`() async throws {
    let fixture = try await prepared()
    try await fixture.run("mappings", "set", "pool", "acme/shop", "--path-prefix", "src")
    try await fixture.run("mappings", "set", "door", "acme/shop", "--path-prefix", "door")
    let answer = try object(
      await fixture.run(
        "analyze", "-", "--json", "--service", "pool", "--service", "door", input: trace))
    #expect(answer["repositories"] as? [String] == ["acme/shop"])
    #expect(answer["candidates"] as? Int == 2)
    let suspects = try #require(answer["suspects"] as? [[String: Any]])
    #expect(Set(suspects.compactMap { $0["mergeRequest"] as? Int }).count == suspects.count)
    await fixture.stop()
  }

  private func object(_ result: ChildProcess.Result) throws -> [String: Any] {
    try #require(
      JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any],
      "\(result.errorText)")
  }

  private func first(_ result: ChildProcess.Result) throws -> Int? {
    (try object(result)["suspects"] as? [[String: Any]])?.first?["mergeRequest"] as? Int
  }

  private func notes(_ result: ChildProcess.Result) throws -> String {
    (try object(result)["notes"] as? [String] ?? []).joined(separator: "\n")
  }

  @Test func `every form of answer is harmless and names the culprit`() async throws {
    let fixture = try await prepared()
    let text = try await fixture.run("analyze", "-", "--offline", input: trace)
    #expect(text.status == 0, "\(text.errorText)")
    #expect(text.text.contains("1. !1 Take"))
    #expect(text.text.contains(">+ 4"))
    #expect(!text.output.contains(0x1B))
    #expect(!text.text.contains("\u{202E}"))
    let page = try await fixture.run("analyze", "-", "--format", "html", input: trace)
    #expect(page.text.hasPrefix("<!doctype html>"))
    #expect(!page.text.contains("<b>"))
    #expect(!page.output.contains(0x1B))
    let json = try await fixture.run("analyze", "-", "--format", "json", input: trace)
    #expect(try first(json) == 1)
    // The same question on the same cache is answered with the same bytes.
    let at = "2026-01-01T00:00:00Z"
    let one = try await fixture.run("analyze", "-", "--json", "--at", at, input: trace)
    let two = try await fixture.run("analyze", "-", "--json", "--at", at, input: trace)
    #expect(one.output == two.output)
    await fixture.stop()
  }

  @Test func `services are looked up by mapping, then by the repository's name`() async throws {
    let fixture = try await prepared()
    let named = try await fixture.run(
      "analyze", "-", "--json", "--service", "shop", input: trace)
    #expect(try first(named) == 1)
    #expect(try notes(named).contains("The service shop has no mapping"))
    let unknown = try await fixture.run("analyze", "-", "--service", "shopp", input: trace)
    #expect(unknown.status == 4)
    #expect(unknown.errorText.contains("no mapping"))
    #expect(unknown.errorText.contains("Did you mean acme/shop?"))
    try await fixture.run("mappings", "set", "painter", "acme/shop", "--path-prefix", "door")
    let mapped = try await fixture.run(
      "analyze", "-", "--json", "--service", "painter", input: trace + "door/door.c\n")
    #expect(try first(mapped) == 2)
    #expect(try object(mapped)["candidates"] as? Int == 1)
    #expect(
      try notes(mapped).contains(
        "The symptom leads to src/pool.c, but of acme/shop only door was looked at"))
    #expect(
      try object(mapped)["pathPrefixes"] as? [String: [String]] == ["acme/shop": ["door"]])
    // Names are exact, and a log line's service leads as an option does.
    let log = #"{"level":"error","service":"painter","msg":"door.c failed"}"# + "\n"
    let logged = try await fixture.run("analyze", "-", "--json", input: log)
    #expect(try object(logged)["candidates"] as? Int == 1)
    let other = try await fixture.run(
      "analyze", "-", "--json", input: log.replacingOccurrences(of: "painter", with: "Painter"))
    #expect(try object(other)["candidates"] as? Int == 2)
    #expect(try notes(other).contains("names Painter, which no mapping"))
    try await fixture.run("mappings", "set", "painter", "acme/shop", "--path-prefix", "dor")
    let mistyped = try await fixture.run(
      "analyze", "-", "--json", "--service", "painter", input: trace)
    #expect(try notes(mistyped).contains("the directory dor of acme/shop, which is not there"))
    try await fixture.run("mappings", "set", "painter", "acme/shop", "--branch", "gone")
    let branch = try await fixture.run("analyze", "-", "--service", "painter", input: trace)
    #expect(branch.status == 4)
    #expect(branch.errorText.contains("the branch gone of acme/shop"))
    await fixture.stop()
  }

  @Test func `a directory of a mapping is looked for in the revision of then`() async throws {
    let fixture = try await CommandFixture()
    let now = Int(Date().timeIntervalSince1970)
    var stream = ""
    for (days, change) in [
      (5, "M 100644 inline door/door.c\ndata 10\nint door;\n\n"), (1, "R door gate\n"),
    ] {
      stream += "commit refs/heads/main\ncommitter A <a@example.com> \(now - days * 86400) +0000\n"
      stream += "data 1\nc\n\(change)\n"
    }
    try fixture.upstream.git("fast-import", "--quiet", input: Array(stream.utf8))
    try await fixture.connect()
    try await fixture.run("repos", "add", "acme/shop")
    try await fixture.run("sync")
    for name in ["door", "gate"] {
      try await fixture.run("mappings", "set", name, "acme/shop", "--path-prefix", name)
    }
    func told(_ service: String, at time: String) async throws -> String {
      let answer = try await fixture.run(
        "analyze", "-", "--json", "--service", service, "--at", time, input: "door.c broke\n")
      #expect(answer.status == 0, "\(answer.errorText)")
      return try notes(answer)
    }
    #expect(try await !told("gate", at: "now").contains("the directory"))
    #expect(try await told("door", at: "now").contains("door of acme/shop, which is not there:"))
    #expect(try await !told("door", at: "3d ago").contains("the directory"))
    #expect(
      try await told("gate", at: "3d ago").contains("gate of acme/shop, which was not there then:"))
    await fixture.stop()
  }

  @Test func `projects of one path on two instances are told apart in every form`() async throws {
    let fixture = try await prepared()
    let other = try await GitLabDouble.start()
    let project = other.addProject(
      path: "acme/shop", repository: fixture.upstream.path, defaultBranch: "take")
    try fixture.commit(
      "third", ["src/pool.c": "int pool_take (void) { return 2; }\n"], from: "take")
    let iid = try await other.openMergeRequest(
      in: project, title: "Elsewhere", source: "third", target: "take")
    try await other.merge(iid, in: project)
    try await fixture.run(
      "connect", "--base-url", other.baseURL, "--token-stdin", "--name", "other",
      input: other.addToken().value + "\n")
    let addresses = [fixture.double, other].map { $0.baseURL + "/acme/shop" }
    #expect(try await fixture.run("repos", "add", addresses[1]).status == 0)
    #expect(try await fixture.run("sync").status == 0)
    let commits = try ["main", "take"].map {
      try fixture.upstream.gitText("rev-parse", "refs/heads/\($0)")
    }
    let capsule = fixture.directory.appendingPathComponent("both.capsule").path
    let json = try await fixture.run("analyze", "-", "--json", "--capsule", capsule, input: trace)
    let answer = try object(json)
    #expect(answer["revision"] as? [String: String] == Dictionary(zip(addresses, commits)) { $1 })
    #expect(Set(answer["repositories"] as? [String] ?? []) == Set(addresses))
    for key in ["suspects", "refs"] {
      let named = (answer[key] as? [[String: Any]] ?? []).compactMap { $0["repository"] as? String }
      #expect(Set(named) == Set(addresses), "\(key)")
    }
    let replay = try await fixture.run("analyze", "--replay", capsule)
    #expect(replay.status == 0, "\(replay.errorText)")
    for format in ["text", "html"] {
      let told = try await fixture.run("analyze", "-", "--format", format, input: trace).text
        .replacing("\n", with: " ")
      for (address, commit) in zip(addresses, commits) {
        #expect(told.contains("Read \(address) at \(commit.prefix(12))"), "\(told)")
        #expect(told.contains("\(address)!1 "), "\(told)")
      }
    }
    // Where one was left out, the other is called as it was, in the replay too.
    let mirrors = fixture.directory.appendingPathComponent("cache/mirrors")
    let hosts = try FileManager.default.contentsOfDirectory(atPath: mirrors.path).sorted()
    let port = try #require(other.baseURL.split(separator: ":").last)
    let host = try #require(hosts.first { $0.contains(port) })
    let gone = mirrors.appendingPathComponent("gone")
    try FileManager.default.moveItem(at: mirrors.appendingPathComponent(host), to: gone)
    let partial = try await fixture.run(
      "analyze", "-", "--json", "--capsule", capsule, input: trace)
    #expect(partial.status == 2)
    #expect(try object(partial)["repositories"] as? [String] == [addresses[0]])
    let proved = try await fixture.run("analyze", "--replay", capsule)
    #expect(proved.status == 0, "\(proved.errorText)")
    try FileManager.default.moveItem(at: gone, to: mirrors.appendingPathComponent(host))
    // One of them alone is called by its path.
    let one = try await fixture.run("analyze", "-", "--json", "--repo", addresses[1], input: trace)
    #expect(try object(one)["revision"] as? [String: String] == ["acme/shop": commits[1]])
    await other.stop()
    await fixture.stop()
  }

  @Test func `a capsule holds the commit of each part of a repository`() async throws {
    let fixture = try await prepared()
    try fixture.commit("fix", ["door/door.c": "int door = 3;\n"], from: "main")
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Fix", source: "fix", target: "take")
    try await fixture.double.merge(iid, in: fixture.project)
    try await fixture.run("sync")
    for (service, folder, branch) in [("pool", "src", "main"), ("door", "door", "take")] {
      let mapped = try await fixture.run(
        "mappings", "set", service, "acme/shop", "--path-prefix", folder, "--branch", branch)
      #expect(mapped.status == 0, "\(mapped.errorText)")
    }
    let capsule = fixture.directory.appendingPathComponent("parts.capsule").path
    let asked = try await fixture.run(
      "analyze", "-", "--service", "pool", "--service", "door", "--capsule", capsule, input: trace)
    #expect(asked.status == 0, "\(asked.errorText)")
    let replay = try await fixture.run("analyze", "--replay", capsule)
    #expect(replay.status == 0, "\(replay.errorText)")
    await fixture.stop()
  }

  @Test func `times, revisions and symptoms that cannot be used are told`() async throws {
    let fixture = try await prepared()
    for time in [
      "now", "1m ago", "last 30m", "since yesterday", "between 2026-01-01 and 2026-01-02",
    ] {
      let answer = try await fixture.run("analyze", "-", "--json", "--at", time, input: trace)
      #expect(answer.status == 0, "\(time): \(answer.errorText)")
      #expect(try object(answer)["lookbackDays"] as? Int == 30, "\(time)")
    }
    let span = try await fixture.run("analyze", "-", "--json", "--at", "last 60d", input: trace)
    #expect(try object(span)["lookbackDays"] as? Int == 60)
    #expect(try await fixture.run("analyze", "-", "--at", "soon", input: trace).status == 64)
    let old = try await fixture.run("analyze", "-", "--json", "--at", "2020-01-31", input: trace)
    #expect(try notes(old).contains("'sigsentry sync acme/shop --since 2020-01-01T00:00:00Z'"))
    // No commit is as old: nothing of today is told of that day.
    #expect(try object(old)["revision"] as? [String: String] == [:])
    #expect(
      (try object(old)["codeCorrelation"] as? [String: Any])?["explanation"] as? String
        == "No branch that was looked at has a commit of that time or an older one.")
    let main = try fixture.upstream.gitText("rev-parse", "main")
    for revision in ["main", main, String(main.prefix(9))] {
      let answer = try await fixture.run(
        "analyze", "-", "--json", "--revision", revision, input: trace)
      #expect(try object(answer)["revision"] as? [String: String] == ["acme/shop": main])
    }
    #expect(try await fixture.run("analyze", "-", "--revision", "gone", input: trace).status == 4)
    #expect(try await fixture.run("analyze", "-", "--repo", "acme/shpo", input: trace).status == 4)
    let empty = try await fixture.run("analyze", "-", input: " \n\t\n")
    #expect(empty.status == 64)
    #expect(empty.errorText.contains("The symptom is empty."))
    let folder = try await fixture.run("analyze", fixture.directory.path)
    #expect(folder.status == 64)
    #expect(folder.errorText.contains("Is a directory"))
    let missing = try await fixture.run("analyze", fixture.directory.path + "/none")
    #expect(missing.errorText.contains("No such file or directory"))
    let gzip = fixture.directory.path + "/a.gz"
    try Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]).write(to: URL(fileURLWithPath: gzip))
    #expect(try await fixture.run("analyze", gzip).errorText.contains("zcat"))
    let zeros = try await fixture.run("analyze", "-", "--json", input: "\u{0}\u{1}pool\u{0}")
    #expect(try notes(zeros).contains("does not look like text"))
    #expect(try await fixture.run("analyze", "-", "--json", "--format", "html").status == 64)
    await fixture.stop()
  }

  @Test func `a log that ended long ago is told where the question is about now`() async throws {
    let fixture = try await prepared()
    func told(_ time: String, _ arguments: String...) async throws -> Bool {
      let log = "\(time) ERROR pool.c failed\n"
      let answer = try await fixture.start(
        ["analyze", "-", "--json"] + arguments, input: "2020-12-11T10:00:00Z INFO up\n" + log
      ).ended()
      #expect(answer.status == 0, "\(answer.errorText)")
      return try notes(answer).contains("The log ends at")
    }
    let old = try await fixture.run(
      "analyze", "-", "--json", input: "2020-12-12T11:00:00.5+01:00 ERROR pool.c failed\n")
    #expect(
      try notes(old).contains(
        "The log ends at 2020-12-12T10:00:01Z, and this looks at now: '--at 2020-12-12T10:00:01Z' looks"
      ))
    #expect(try await told("2020-12-12T10:00:00Z"))
    #expect(try await !told("2020-12-12T10:00:00Z", "--at", "1h ago"))
    #expect(try await !told(Date(timeIntervalSinceNow: -80_000).ISO8601Format()))
    #expect(try await told(Date(timeIntervalSinceNow: -90_000).ISO8601Format()))
    #expect(try await !told("2099-01-01T00:00:00Z"))
    let unset = try await fixture.run(
      "analyze", "-", "--json", input: "1970-01-01T00:00:07Z ERROR pool.c failed\n")
    #expect(try !notes(unset).contains("The log ends at"))
    await fixture.stop()
  }

  @Test func `of a huge file the head and the tail are read`() async throws {
    let fixture = try await prepared()
    let path = fixture.directory.path + "/huge.log"
    try Data("a.c broke\n".utf8).write(to: URL(fileURLWithPath: path))
    let handle = try #require(FileHandle(forWritingAtPath: path))
    // A hole: the file is large, and takes no room.
    try handle.truncate(atOffset: 400 << 20)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(("\n" + trace).utf8))
    try handle.close()
    let answer = try await fixture.run("analyze", path, "--json")
    #expect(try first(answer) == 1, "\(answer.errorText)")
    #expect(
      try notes(answer).contains("Of the symptom's 400 MiB the first 48 and the last 16 were read.")
    )
    let capsule = try await fixture.run(
      "analyze", path, "--capsule", fixture.directory.path + "/capsule")
    #expect(capsule.status == 64)
    #expect(capsule.errorText.contains("up to 16 MiB"))
    await fixture.stop()
  }

  @Test
  func `a capsule proves its answer elsewhere, and tells a changed cache from a changed capsule`()
    async throws
  {
    let fixture = try await prepared()
    let capsule = fixture.directory.path + "/capsule"
    let written = try await fixture.run(
      "analyze", "-", "--json", "--service", "shop", "--capsule", capsule, input: trace)
    #expect(written.status == 0, "\(written.errorText)")
    // Another machine has the cache alone, and not the settings.
    let elsewhere = fixture.directory.path + "/elsewhere"
    let archive = fixture.directory.path + "/cache.tar"
    #expect(try await fixture.run("cache", "export", archive).status == 0)
    let imported = try await fixture.run("cache", "import", archive, "--cache", elsewhere)
    #expect(imported.status == 0, "\(imported.errorText)")
    try FileManager.default.removeItem(atPath: fixture.config)
    let replay = try await fixture.run(
      "analyze", "--replay", capsule, "--json", "--offline", "--cache", elsewhere)
    #expect(replay.status == 0, "\(replay.errorText)")
    #expect(replay.output == written.output)
    #expect(replay.errorText.contains("byte for byte"))

    let bytes = try Data(contentsOf: URL(fileURLWithPath: capsule))
    let text = String(decoding: bytes, as: UTF8.self)
    let altered = fixture.directory.path + "/altered"
    try Data(text.replacingOccurrences(of: "pool_take", with: "pool_make").utf8)
      .write(to: URL(fileURLWithPath: altered))
    let tampered = try await fixture.run("analyze", "--replay", altered)
    #expect(tampered.status == 1)
    #expect(tampered.text.isEmpty)
    #expect(tampered.errorText.contains("somebody changed it"))

    try await fixture.run("cache", "clear", "acme/shop")
    let gone = try await fixture.run("analyze", "--replay", capsule)
    #expect(gone.status == 4)
    #expect(try await fixture.run("analyze", "--replay", "/none").status == 64)
    #expect(
      try await fixture.run("analyze", "--replay", capsule, "--repo", "acme/shop").status == 64)
    await fixture.stop()
  }

  @Test func `a capsule that cannot be written costs no answer`() async throws {
    let fixture = try await prepared()
    let directory = fixture.directory.path
    for (capsule, reason) in [
      (directory, "Is a directory"), (directory + "/none/capsule", "No such file or directory"),
    ] {
      let early = try await fixture.run("analyze", "-", "--capsule", capsule, input: trace)
      #expect(early.status == 1)
      #expect(early.text.isEmpty)
      #expect(early.errorText.contains("\(capsule) cannot be written: \(reason)."))
    }
    // The directory can be written, and the file cannot.
    let blocked = directory + "/blocked"
    try FileManager.default.createDirectory(
      atPath: blocked + ".new", withIntermediateDirectories: true)
    let late = try await fixture.run("analyze", "-", "--json", "--capsule", blocked, input: trace)
    #expect(late.status == 1)
    #expect(try first(late) == 1)
    #expect(late.errorText.contains("\(blocked) cannot be written: Is a directory."))
    let empty = directory + "/empty"
    try Data().write(to: URL(fileURLWithPath: empty))
    let replay = try await fixture.run("analyze", "--replay", empty)
    #expect(replay.status == 1)
    #expect(replay.errorText.contains("The file is no capsule."), "\(replay.errorText)")
    await fixture.stop()
  }

  @Test func `a merge request that was renamed since is named by the replay`() async throws {
    let fixture = try await prepared()
    let capsule = fixture.directory.path + "/capsule"
    try await fixture.run("analyze", "-", "--capsule", capsule, input: trace)
    try fixture.double.update(mergeRequest: 1, in: fixture.project) { $0.title = "Break the pool" }
    try fixture.double.touch(mergeRequest: 1, in: fixture.project)
    try await fixture.run("sync")
    let replay = try await fixture.run("analyze", "--replay", capsule)
    #expect(replay.status == 1)
    #expect(replay.errorText.contains("acme/shop!1 has another title, description or state."))
    await fixture.stop()
  }

  @Test func `what is merged outside the window changes no answer`() async throws {
    let fixture = try await prepared()
    let capsule = fixture.directory.path + "/capsule"
    let symptom = "Taking from the pool fails, its size is wrong.\n\n" + trace
    let written = try await fixture.run(
      "analyze", "-", "--json", "--capsule", capsule, input: symptom)
    #expect(written.status == 0, "\(written.errorText)")
    for (number, days) in [(3, 2.0), (4, -90), (5, -90)] {
      try fixture.commit(
        "pool\(number)", ["src/pool\(number).c": "int pool_size;\nint take_from_pool;\n"],
        from: "main")
      let iid = try await fixture.double.openMergeRequest(
        in: fixture.project, title: "Pool size \(number)", source: "pool\(number)")
      try await fixture.double.merge(iid, in: fixture.project)
      try fixture.double.update(mergeRequest: iid, in: fixture.project) {
        $0.mergedAt = Date(timeIntervalSinceNow: days * 86400)
      }
    }
    #expect(try await fixture.run("sync", "--lookback-days", "180").status == 0)
    let replay = try await fixture.run("analyze", "--replay", capsule, "--json")
    #expect(replay.status == 0, "\(replay.errorText)")
    #expect(replay.output == written.output)
    await fixture.stop()
  }
}
