import Foundation
import GitLabDouble
import Glibc
import TestSupport
import Testing

@Suite struct CacheCommandTests {
  @Test func `a damaged database is told, and the mirrors are looked at all the same`() async throws
  {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let file = fixture.cache + "/cache.sqlite"
    #expect(try await fixture.run("cache", "maintain").status == 0)
    for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + name) }
    let size = try Data(contentsOf: URL(fileURLWithPath: file)).count
    // First the latter half, then the head.
    for range in [size / 2..<size, 0..<4096] {
      let handle = try #require(FileHandle(forWritingAtPath: file))
      try handle.seek(toOffset: UInt64(range.lowerBound))
      try handle.write(contentsOf: Data(repeating: 0x5A, count: range.count))
      try handle.close()
      let result = try await fixture.run("cache", "verify")
      #expect(result.status == 1)
      #expect(result.text.contains("database: "))
      #expect(result.text.contains(" objects"))
      #expect(result.errorText.contains("cache.sqlite"))
      #expect(!result.errorText.contains("cache verify"))
    }
    await fixture.stop()
  }

  @Test func `a pack that is cut short is named and not a missing commit`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let mirrors = try #require(
      FileManager.default.enumerator(atPath: fixture.cache)?.compactMap { $0 as? String })
    for name in mirrors where name.hasSuffix(".pack") {
      let path = fixture.cache + "/" + name
      #expect(chmod(path, 0o600) == 0)
      #expect(truncate(path, 40) == 0)
    }
    let result = try await fixture.run("stats", "acme/shop", "--range", "main~0..main")
    #expect(result.status == 1)
    #expect(result.errorText.contains("is damaged"))
    #expect(!result.errorText.contains("knows no commit"))
    await fixture.stop()
  }

  @Test func `a path on two instances has to be told apart, by its host or its address`()
    async throws
  {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 1)
    let other = try await GitLabDouble.start()
    let project = other.addProject(path: "acme/shop", repository: fixture.upstream.path)
    try await other.openMergeRequest(in: project, title: "Elsewhere", source: "topic0")
    let token = other.addToken()
    try await fixture.run(
      "connect", "--base-url", other.baseURL, "--token-stdin", "--name", "other",
      input: token.value + "\n")
    let address = other.baseURL + "/acme/shop"
    #expect(try await fixture.run("repos", "add", address).status == 0)
    let synced = try await fixture.run("sync")
    #expect(synced.status == 0, "\(synced.errorText)")
    let ambiguous = try await fixture.run("mrs", "acme/shop")
    #expect(ambiguous.status == 64)
    #expect(ambiguous.errorText.contains(address))
    for name in [address, address + ".git", String(address.dropFirst("http://".count))] {
      let result = try await fixture.run("mrs", name)
      #expect(result.status == 0, "\(result.errorText)")
      #expect(result.text.contains("Elsewhere"))
    }
    let unclear = try await fixture.run(
      "analyze", "--description", "a.txt", "--repo", "acme/shop")
    #expect(unclear.status == 64)
    #expect(unclear.errorText.contains(address))
    let clear = try await fixture.run("analyze", "--description", "a.txt", "--repo", address)
    #expect(clear.status == 0, "\(clear.errorText)")
    let doctor = try await fixture.run("doctor", "acme/shpo")
    #expect(doctor.status == 64)
    let both = [fixture.double.baseURL + "/acme/shop", address].sorted().joined(separator: " or ")
    #expect(doctor.errorText.contains("Did you mean \(both)?"), "\(doctor.errorText)")
    for command in [["mrs", "acme/shpo"], ["sync", "acme/shpo"], ["repos", "edit", "acme/shpo"]] {
      let slip = try await fixture.start(command).ended()
      #expect(slip.errorText.contains("Did you mean \(both)?"), "\(slip.errorText)")
    }
    let exact = try await fixture.run("doctor", "acme/shop")
    #expect(exact.status == 64)
    #expect(exact.errorText.contains("is on several instances"), "\(exact.errorText)")
    #expect(try await fixture.run("status").text.contains(address))
    #expect(try await fixture.run("cache", "info").text.contains(address))
    await other.stop()
    await fixture.stop()
  }

  @Test func `a cache is carried to a machine without GitLab, through kills and full disks`()
    async throws
  {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    // Incompressible, so that the pack is larger than the limits below.
    var random = SeededGenerator(seed: 91)
    let noise = (0..<60_000).map { _ in
      "\(UInt64.random(in: 0...UInt64.max, using: &random))\n"
    }.joined()
    try fixture.commit("big", ["big.txt": noise], from: "main")
    try await fixture.double.openMergeRequest(in: fixture.project, title: "Big", source: "big")
    try await fixture.run("sync")
    let file = fixture.directory.appendingPathComponent("cache.tar").path
    let copy = fixture.directory.appendingPathComponent("copy").path
    let draft = copy + ".importing"
    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    // A limit on the size of files stands for the full disk.
    let full = try await fixture.runLimited("trap '' XFSZ; ulimit -f 900", "cache", "export", file)
    #expect(full.status == 1)
    #expect(full.errorText.contains("cannot be written"), "\(full.errorText)")
    #expect(!exists(file) && !exists(file + ".part") && !exists(file + ".part.sqlite"))
    try await killing(fixture.start(["cache", "export", file]), once: file + ".part")
    #expect(!exists(file) || !exists(file + ".part"))
    let exported = try await fixture.run("cache", "export", file)
    #expect(exported.status == 0, "\(exported.errorText)")
    #expect(exported.text.contains("1 repository"))
    #expect(!exists(file + ".part") && !exists(file + ".part.sqlite"))

    await fixture.double.stop()
    let target = ["--cache", copy, "--config", copy + "-config"]
    func carry(_ limits: String?, _ more: String...) async throws -> ChildProcess.Result {
      let words = ["cache", "import", file] + target + more
      guard let limits else { return try await fixture.start(words).ended() }
      return try await ChildProcess(
        ["sh", "-c", "\(limits); exec \"$0\" \"$@\"", CommandFixture.program] + words,
        environment: fixture.environment
      ).ended()
    }
    let short = try await carry("trap '' XFSZ; ulimit -f 900")
    #expect(short.status == 1, "\(short.errorText)")
    #expect(!exists(copy) && !exists(draft))
    try await killing(
      fixture.start(["cache", "import", file] + target), once: draft + "/cache.sqlite")
    // Nothing, or all of it where the signal came late.
    #expect(!exists(copy) || exists(copy + "/cache.sqlite"))
    let imported = try await carry(nil, "--replace")
    #expect(imported.status == 0, "\(imported.errorText)")
    #expect(!exists(draft))
    let questions = [
      ["mrs", "acme/shop", "--json"], ["stats", "acme/shop", "--mrs", "--format", "jsonl"],
      ["stats", "acme/shop", "--range", "main..main"], ["hotspots", "acme/shop", "--json"],
    ]
    for question in questions {
      let there = try await fixture.start(question + target + ["--offline"]).ended()
      #expect(there.status == 0, "\(there.errorText)")
      #expect(there.output == (try await fixture.start(question).ended()).output)
    }
    #expect(try await fixture.start(["cache", "verify"] + target).ended().status == 0)
    #expect(try await carry(nil).errorText.contains("--replace"))
    #expect(try await carry(nil, "--replace").status == 0)
    try Data("garbage".utf8).write(to: URL(fileURLWithPath: file))
    let garbage = try await carry(nil, "--replace")
    #expect(garbage.status == 1)
    #expect(garbage.errorText.contains("no whole exported cache"))
    #expect(try await fixture.start(questions[0] + target + ["--offline"]).ended().status == 0)
    await fixture.stop()
  }

  /// Kills a command as soon as a file is there; the signal may come late.
  private func killing(_ command: ChildProcess, once path: String) async throws {
    try await command.until {
      FileManager.default.fileExists(atPath: path) || command.hasEnded
    }
    command.send(SIGKILL)
    _ = try await command.ended()
  }

  @Test func `a cache without settings has a status, and repositories are found in it by path`()
    async throws
  {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let elsewhere = ["SIGSENTRY_CONFIG": fixture.config + "-other"]
    let status = try await fixture.run("status", variables: elsewhere)
    #expect(status.status == 0, "\(status.errorText)")
    #expect(status.text.contains("cached only"))
    let json = try await fixture.run("status", "--json", variables: elsewhere).text
    #expect(json.contains(#""repository":"acme/shop""#) && json.contains(#""active":false"#))
    #expect(json.contains(#""mergeRequests":3"#))
    let address = fixture.double.baseURL + "/acme/shop"
    try await fixture.run("repos", "add", address, "--offline", variables: elsewhere)
    let watched = try await fixture.run("status", variables: elsewhere).text
    #expect(watched.contains(" ok\n") && !watched.contains("cached only"))
    try await fixture.run("mappings", "set", "till", address, variables: elsewhere)
    let analysis = try await fixture.run(
      "analyze", "--description", "a.txt", "--service", "till", "--offline", variables: elsewhere)
    #expect(analysis.status == 0, "\(analysis.errorText)")
    await fixture.stop()
  }

  @Test func `upkeep says what it freed and makes no cache where there is none`() async throws {
    let fixture = try await CommandFixture()
    let missing = try await fixture.run("cache", "maintain")
    #expect(missing.status == 4)
    #expect(!FileManager.default.fileExists(atPath: fixture.cache))
    try await fixture.prepare()
    try await fixture.run("sync")
    let result = try await fixture.run("cache", "maintain")
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.contains("acme/shop: 0 old rows and 0 refs removed"))
    #expect(result.text.contains("database: "))
    let json = try await fixture.run("cache", "maintain", "--keep-days", "30", "--json")
    #expect(json.text.contains("\"databaseBytesFreed\":"))
    #expect(try await fixture.run("cache", "maintain", "--keep-days", "0").status == 64)
    await fixture.stop()
  }

  @Test func `the history of a file and of a directory`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare()
    try await fixture.run("sync")
    let all = try await fixture.run("stats", "acme/shop", "--mrs", "--format", "jsonl")
    #expect(all.text.split(separator: "\n").count == 3)
    for path in ["dir/n1.c", "./dir/n1.c"] {
      let one = try await fixture.run(
        "stats", "acme/shop", "--mrs", "--path", path, "--format", "jsonl")
      #expect(one.text.split(separator: "\n").count == 1)
      #expect(one.text.contains("\"mergeRequest\":2") && one.text.contains("\"files\":1,"))
    }
    let directory = try await fixture.run(
      "stats", "acme/shop", "--mrs", "--path", "dir/", "--format", "numstat")
    #expect(directory.text.split(separator: "\n").count == 6)
    #expect(!directory.text.contains("a.txt"))
    for root in [".", "./", ""] {
      let same = try await fixture.run(
        "stats", "acme/shop", "--mrs", "--path", root, "--format", "jsonl")
      #expect(same.output == all.output)
    }
    let none = try await fixture.run("stats", "acme/shop", "--commits", "--path", "gone")
    #expect(none.status == 0 && none.text.contains("Nothing in the window"))
    #expect(try await fixture.run("stats", "acme/shop", "--mr", "1", "--path", "dir").status == 64)
    await fixture.stop()
  }
}
