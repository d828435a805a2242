import Foundation
import Testing

@testable import GitLabDouble

@Suite struct HarvestTests {
  @Test func `merge commits become merge requests again`() async throws {
    let folder = try TemporaryFolder.make("double-harvest")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let history = try await DemoHistory.generate(
      at: folder + "/demo.git", path: "acme/shop/checkout", now: Fixture.now, size: .small)
    let found = try await MergeRequestHarvest.history(of: history.repository)
    let expected = history.mergeRequests.filter { $0.mergeCommitSHA != nil }
    #expect(found.map(\.iid) == expected.map(\.iid))
    let git = try await Git(executable: "/usr/bin/git")
    for (request, known) in zip(found, expected) {
      #expect(request.mergeCommitSHA == known.mergeCommitSHA)
      #expect(request.title == known.title && request.sourceBranch == known.sourceBranch)
      #expect(request.mergedAt == known.mergedAt && request.state == "merged")
      #expect(request.author?.name == known.author?.name)
      let refs = try #require(request.diffRefs)
      let base = await git.line(
        ["merge-base", refs.start, refs.head], in: history.repository)
      #expect(refs.base == base)
      if known.squashCommitSHA == nil { #expect(refs.head == known.sha) }
    }
  }

  @Test func `trailers group commits and other projects are left out`() async throws {
    let folder = try TemporaryFolder.make("double-harvest")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let git = try await Git(executable: "/usr/bin/git")
    let repository = folder + "/parts.git"
    try await git.run(["init", "--quiet", "--bare", repository])
    var stream = FastImport()
    let part = { (iid: Int) in
      "\n\nPart-of: <https://gitlab.example.com/a/b/-/merge_requests/\(iid)>"
    }
    stream.commit("main", "Begin", files: ["a": "1\n"])
    stream.commit("main", "pool: One" + part(7), files: ["a": "2\n"])
    stream.commit("main", "pool: Two" + part(7), files: ["a": "3\n"])
    stream.commit("main", "Other" + part(8), files: ["b": "1\n"])
    try await git.run(["fast-import", "--quiet"], in: repository, input: stream.bytes)
    let found = try await MergeRequestHarvest.history(of: repository)
    #expect(found.map(\.iid) == [7, 8])
    #expect(found[0].title == "pool: Two" && found[0].mergeCommitSHA == nil)
    #expect(found[0].diffRefs?.base == (await git.line(["rev-parse", "main~3"], in: repository)))
    #expect(found[0].sha == (await git.line(["rev-parse", "main~1"], in: repository)))
  }

  @Test func `a repository without commits has no merge requests, and none is an error`()
    async throws
  {
    let folder = try TemporaryFolder.make("double-harvest")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let git = try await Git(executable: "/usr/bin/git")
    try await git.run(["init", "--quiet", "--bare", folder + "/empty.git"])
    #expect(try await MergeRequestHarvest.history(of: folder + "/empty.git").isEmpty)
    await #expect(throws: GitCommandError.self) {
      try await MergeRequestHarvest.history(of: folder + "/missing.git")
    }
  }

  @Test func `a second merge that brings nothing is not the one meant`() async throws {
    let folder = try TemporaryFolder.make("double-harvest")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let git = try await Git(executable: "/usr/bin/git")
    let repository = folder + "/twice.git"
    try await git.run(["init", "--quiet", "--bare", repository])
    let message = "Merge branch 'x' into 'main'\n\nX\n\nSee merge request a/b!4\n"
    var stream = ""
    let commits = [("main", "a", []), ("x", "b", [1]), ("main", message, [1, 2])]
    for (index, commit) in (commits + [("main", "c", [3]), ("main", message, [4, 2])]).enumerated()
    {
      stream += "commit refs/heads/\(commit.0)\nmark :\(index + 1)\n"
      stream += "committer A <a@b> \(1_748_000_000 + index * 60) +0000\n"
      stream += "data \(commit.1.utf8.count)\n\(commit.1)\n"
      for (number, parent) in commit.2.enumerated() {
        stream += "\(number == 0 ? "from" : "merge") :\(parent)\n"
      }
      stream += "M 100644 inline f\(index)\ndata 1\nx\n"
    }
    try await git.run(["fast-import", "--quiet"], in: repository, input: Array(stream.utf8))
    let found = try await MergeRequestHarvest.history(of: repository)
    #expect(found.map(\.iid) == [4])
    #expect(
      found[0].mergeCommitSHA == (await git.line(["rev-parse", "main~2"], in: repository)))
  }

  @Test func `a list is read line by line`() async throws {
    let fixture = try await Fixture()
    let head = try await fixture.double.resolve("feature", in: fixture.repository)
    let file = fixture.folder + "/list.jsonl"
    let gone = String(repeating: "a", count: 40)
    let rows = """
      {"iid": 5, "title": "Five", "description": "text", "state": "merged", "target_branch": "main", "source_branch": "f", "author": {"name": "Ann Ode"}, "created_at": "2025-01-01T00:00:00Z", "merged_at": "2025-01-02T00:00:00Z", "sha": "\(head)", "merge_commit_sha": null, "diff_refs": {"base_sha": "\(head)", "head_sha": "\(head)", "start_sha": "\(head)"}, "commits": []}
      {"iid": 9, "title": "Nine", "created_at": "2025-01-01T00:00:00Z", "sha": "\(gone)"}
      """
    try Data((rows + "\n").utf8).write(to: URL(fileURLWithPath: file))
    let view = try await fixture.double.addProject(path: "acme/view", viewOf: fixture.repository)
    #expect(try await fixture.double.addMergeRequests(file: file, in: view) == 2)
    let five = try await fixture.api("/projects/\(view)/merge_requests/5").json
    #expect(five["author"]?["username"] == "ann-ode" && five["state"] == "merged")
    #expect(five["changes_count"] == "0")
    let path = try #require(fixture.double.project(view)?.repository)
    let refs = try await fixture.git.text(["for-each-ref", "refs/merge-requests"], in: path)
    #expect(refs.contains("refs/merge-requests/5/head") && !refs.contains("/9/"))
    try Data("{}\n".utf8).write(to: URL(fileURLWithPath: file))
    await #expect(throws: GitLabDoubleError.self) {
      try await fixture.double.addMergeRequests(file: file, in: view)
    }
    await fixture.double.stop()
  }

  @Test func `a merge base in a criss-cross is one that git names`() async throws {
    let folder = try TemporaryFolder.make("double-graph")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let git = try await Git(executable: "/usr/bin/git")
    let repository = folder + "/graph.git"
    try await git.run(["init", "--quiet", "--bare", repository])
    var random = DemoRandom(seed: 5)
    var stream = ""
    for mark in 1...200 {
      stream += "commit refs/heads/c\(mark)\nmark :\(mark)\n"
      stream += "committer A <a@b> \(1_700_000_000 + mark * 60 + random.below(300)) +0000\ndata 0\n"
      if mark > 1 {
        let first = max(1, mark - 1 - random.below(6))
        stream += "from :\(first)\n"
        let second = max(1, mark - 1 - random.below(9))
        if random.chance(40), second != first { stream += "merge :\(second)\n" }
      }
      stream += "M 100644 inline f\(mark)\ndata 1\nx\n"
    }
    try await git.run(["fast-import", "--quiet"], in: repository, input: Array(stream.utf8))
    let log = try await git.run(CommitGraph.logArguments + ["--all"], in: repository)
    let graph = CommitGraph(log: log)
    var walker = CommitGraph.Walker(graph)
    for _ in 0..<60 {
      let (a, b) = ("c\(1 + random.below(200))", "c\(1 + random.below(200))")
      let bases = try await git.text(["merge-base", "--all", a, b], in: repository)
        .split(separator: "\n").map { String($0) }
      let ahead = try await git.text(["rev-list", "\(a)..\(b)"], in: repository)
        .split(separator: "\n").map { String($0) }
      let left = try #require(await git.line(["rev-parse", a], in: repository))
      let right = try #require(await git.line(["rev-parse", b], in: repository))
      let result = walker.compare(
        try #require(graph.position(of: left)), try #require(graph.position(of: right)))
      #expect(bases.contains(result.base.map { graph.hash(at: $0) } ?? ""))
      #expect(Set(result.ahead.map { graph.hash(at: $0) }) == Set(ahead))
    }
  }
}
