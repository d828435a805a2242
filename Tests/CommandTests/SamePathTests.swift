import Foundation
import GitLabDouble
import TestSupport
import Testing

/// One path on two GitLabs.
@Suite struct SamePathTests {
  @Test func `two repositories of one path are told apart wherever they are named`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 1)
    let other = try await GitLabDouble.start()
    let project = other.addProject(path: "acme/shop", repository: fixture.upstream.path)
    try await other.openMergeRequest(in: project, title: "Elsewhere", source: "topic0")
    try await fixture.run(
      "connect", "--base-url", other.baseURL, "--token-stdin", "--name", "other",
      input: other.addToken().value + "\n")
    let addresses = [fixture.double.baseURL, other.baseURL].map { $0 + "/acme/shop" }
    let added = try await fixture.run("repos", "add", addresses[1])
    #expect(added.errorText.contains("Added \(addresses[1]), 30 days."))

    let synced = try await fixture.run("sync")
    #expect(synced.status == 0, "\(synced.errorText)")
    for address in addresses {
      #expect(synced.text.contains("\(address): "))
      #expect(synced.errorText.contains("\(address): listing merge requests"))
      try await fixture.run("mappings", "set", address, address)
    }
    for command in [
      ["status"], ["repos", "list"], ["mappings"], ["cache", "info"], ["cache", "verify"],
      ["cache", "maintain"], ["doctor"],
    ] {
      let text = try await fixture.start(command).ended().text
      #expect(addresses.allSatisfy(text.contains), "\(command): \(text)")
    }
    let edited = try await fixture.run("repos", "edit", addresses[1], "--lookback-days", "31")
    #expect(edited.text.contains(addresses[1]))
    #expect(try await fixture.run("mr", addresses[1], "1").text.contains("\(addresses[1]), opened"))
    #expect(try await fixture.run("backtest", addresses[1]).text.contains("\(addresses[1]):"))

    let rows: [[String]] = [
      ["sync"], ["repos", "list"], ["mappings"], ["schedule", "--once"],
      ["mrs", addresses[1]], ["mr", addresses[1], "1"], ["stats", addresses[1], "--mr", "1"],
      ["stats", addresses[1], "--mrs"], ["hotspots", addresses[1]], ["backtest", addresses[1]],
      ["cache", "info"], ["cache", "verify"], ["cache", "maintain"],
    ]
    for command in rows {
      let result = try await fixture.start(command + ["--json"]).ended()
      _ = try JSONSerialization.jsonObject(with: Data(result.output))
      let key = #""baseUrl":"\#(other.baseURL)""#
      #expect(result.text.contains(key), "\(command): \(result.text)")
    }

    let file = fixture.directory.appendingPathComponent("cache.tar").path
    let exported = try await fixture.run("cache", "export", file)
    #expect(addresses.allSatisfy(exported.errorText.contains), "\(exported.errorText)")
    let cleared = try await fixture.run("cache", "clear", addresses[1])
    #expect(cleared.errorText.contains("of \(addresses[1])."))
    let left = try await fixture.run("disconnect", "other")
    #expect(left.text.contains("only if public: \(addresses[1])."), "\(left.text)")
    other.deleteProject(project)
    let failed = try await fixture.run("sync")
    #expect(failed.status == 2)
    #expect(failed.text.contains("\(addresses[1]): failed"))
    #expect(failed.errorText.contains("sigsentry: \(addresses[1]): Not found"))
    let removed = try await fixture.run("repos", "remove", addresses[1])
    #expect(removed.errorText.contains("Removed \(addresses[1])"))
    await other.stop()
    await fixture.stop()
  }
}
