import Foundation
import TestSupport
import Testing

@testable import GitLabDouble

@Suite struct DemoTests {
  private func make(_ name: String, seed: UInt64 = 1) async throws -> (DemoHistory, Git, String) {
    let folder = try TemporaryFolder.make("double-demo")
    let history = try await DemoHistory.generate(
      at: folder + "/\(name).git", path: "acme/shop/checkout", now: Fixture.now, seed: seed,
      size: .small)
    return (history, try await Git(executable: "/usr/bin/git"), folder)
  }

  @Test func `a history is whole and follows from its seed`() async throws {
    let (history, git, folder) = try await make("one")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await git.run(["fsck", "--strict", "--no-dangling"], in: history.repository)
    let tip = await git.line(["rev-parse", "main"], in: history.repository)
    let (again, _, other) = try await make("two")
    defer { try? FileManager.default.removeItem(atPath: other) }
    #expect(await git.line(["rev-parse", "main"], in: again.repository) == tip)
    let (different, _, third) = try await make("three", seed: 2)
    defer { try? FileManager.default.removeItem(atPath: third) }
    #expect(await git.line(["rev-parse", "main"], in: different.repository) != tip)
  }

  @Test func `all kinds of merge requests are there`() async throws {
    let (history, git, folder) = try await make("one")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let requests = history.mergeRequests
    #expect(requests.count >= 60)
    #expect(requests.map(\.iid) == Array(1...requests.count))
    let merged = requests.filter { $0.state == "merged" }
    #expect(merged.contains { $0.mergeCommitSHA != nil && $0.squashCommitSHA == nil })
    #expect(merged.contains { $0.mergeCommitSHA != nil && $0.squashCommitSHA != nil })
    #expect(merged.contains { $0.mergeCommitSHA == nil && $0.squashCommitSHA != nil })
    #expect(merged.contains { $0.mergeCommitSHA == nil && $0.squashCommitSHA == nil })
    #expect(requests.contains { $0.state == "closed" } && requests.contains { $0.draft })
    #expect(requests.contains { $0.state == "opened" } && !history.fromFork.isEmpty)
    #expect(requests.contains { $0.versions.count > 1 })
    let window = Fixture.now.addingTimeInterval(-30 * 86400)
    #expect(merged.allSatisfy { ($0.mergedAt ?? .distantPast) >= window })
    #expect(merged.allSatisfy { ($0.mergedAt ?? .distantFuture) <= Fixture.now })
    let branches = try await git.text(
      ["for-each-ref", "--format=%(refname)", "refs/heads"], in: history.repository)
    #expect(branches.contains("refs/heads/main"))
    for request in requests {
      let refs = try #require(request.diffRefs)
      let base = await git.line(["merge-base", refs.start, refs.head], in: history.repository)
      #expect(base == refs.base)
      let head = await git.line(
        ["rev-parse", "refs/merge-requests/\(request.iid)/head"], in: history.repository)
      #expect(head == refs.head && request.sha == head)
    }
  }

  @Test func `merging brings what the merge request changed`() async throws {
    let (history, git, folder) = try await make("one")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for request in history.mergeRequests where request.mergeCommitSHA != nil {
      let merge = try #require(request.mergeCommitSHA)
      let refs = try #require(request.diffRefs)
      let own = try await git.text(
        ["diff-tree", "-r", "--name-only", "--no-renames", refs.base, refs.head],
        in: history.repository)
      let brought = try await git.text(
        ["diff-tree", "-r", "--name-only", "--no-renames", merge + "^1", merge],
        in: history.repository)
      // A revert, or two changes of one line, may bring less than they changed.
      #expect(Set(brought.split(separator: "\n")).isSubset(of: own.split(separator: "\n")))
    }
  }

  @Test func `the trace points at lines that its culprit left`() async throws {
    let (history, git, folder) = try await make("one")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let symptom = history.symptom
    let file = try await git.text(["show", "main:\(symptom.file)"], in: history.repository)
    let lines = file.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[symptom.line - 1].contains("stock.Available < item.Quantity"))
    #expect(!file.contains("UnknownItemError"))
    for frame in symptom.text.split(separator: "\n") where frame.hasPrefix("\t/build/") {
      let place = frame.dropFirst(8).prefix { $0 != " " }.split(separator: ":")
      let text = try await git.text(["show", "main:\(place[0])"], in: history.repository)
      let number = try #require(Int(place[1]))
      #expect(number > 1 && number <= text.split(separator: "\n").count)
    }
    let culprit = try #require(history.mergeRequests.first { $0.iid == symptom.culprit })
    #expect(culprit.title == DemoIncident.title && culprit.state == "merged")
    let refs = try #require(culprit.diffRefs)
    let diff = try await git.text(["diff", refs.base, refs.head], in: history.repository)
    #expect(diff.contains("-\t\tif stock == nil {"))
    let later = history.mergeRequests.filter {
      ($0.mergedAt ?? .distantPast) > (culprit.mergedAt ?? .distantFuture)
    }
    #expect(later.count >= 4)
  }

  @Test func `the large one has renames, binaries and long lines`() async throws {
    let (history, git, folder) = try await make("one")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let iid = try #require(history.largest)
    let large = try #require(history.mergeRequests.first { $0.iid == iid })
    let refs = try #require(large.diffRefs)
    let output = try await git.text(
      ["diff-tree", "-r", "-M", "--numstat", refs.base, refs.head], in: history.repository)
    let rows = output.split(separator: "\n")
    #expect(rows.count == DemoHistory.Size.small.files)
    #expect(rows.count { $0.contains("=>") } == DemoHistory.Size.small.renames)
    #expect(rows.count { $0.hasPrefix("-\t-\t") } == DemoHistory.Size.small.binaries)
    let added = rows.compactMap { Int($0.prefix { $0 != "\t" }) }.reduce(0, +)
    #expect((5900...6100).contains(added))
    let line = try await git.run(
      ["cat-file", "-s", "main:web/storefront/public/bundle.min.js"], in: history.repository)
    #expect(Int(String(decoding: line.dropLast(), as: UTF8.self)) ?? 0 > 64 << 10)
  }

  @Test func `the revert takes back its victim`() async throws {
    let (history, git, folder) = try await make("one")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let revert = try #require(history.mergeRequests.first { $0.iid == history.revert.iid })
    let victim = try #require(history.mergeRequests.first { $0.iid == history.revert.of })
    #expect(revert.title == "Revert \"\(victim.title)\"")
    let refs = try #require(revert.diffRefs)
    let stats = try await git.text(
      ["diff-tree", "-r", "--name-only", refs.base, refs.head], in: history.repository)
    #expect(!stats.isEmpty)
  }

  @Test func `a double serves the history`() async throws {
    var options = GitLabDouble.Options()
    options.now = { Fixture.now }
    let double = try await GitLabDouble.start(options: options)
    double.addToken("glpat-good")
    let history = try await double.addDemo(now: Fixture.now)
    let client = TestClient(port: double.port, headers: [("PRIVATE-TOKEN", "glpat-good")])
    let path = "/api/v4/projects/acme%2Fshop%2Fcheckout/merge_requests"
    let list = try await client.get(path + "?per_page=1")
    #expect(list["X-Total"] == "\(history.mergeRequests.count)")
    let fork = try #require(history.fromFork.min())
    let forked = try await client.get(path + "/\(fork)").json
    #expect(forked["source_project_id"] != forked["target_project_id"])
    #expect(forked["author"]?["username"] == "sam")
    #expect(forked["allow_collaboration"] == true)
    await double.stop()
  }
}
