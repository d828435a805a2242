import Foundation
import TestSupport
import Testing

@testable import GitLabDouble

@Suite struct MergeRequestTests {
  private func rows(_ answer: SocketResponse) throws -> [JSON] {
    guard case .array(let rows) = try answer.json else { throw SocketError.noAnswer }
    return rows
  }

  @Test func `a list item has no diff refs but a single one has`() async throws {
    let fixture = try await Fixture()
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Speed up", source: "feature")
    let list = try rows(try await fixture.api("/projects/\(fixture.project)/merge_requests"))
    #expect(list.count == 1)
    for key in ["diff_refs", "changes_count", "user", "subscribed"] { #expect(list[0][key] == nil) }
    #expect(list[0]["references"]?["full"] == "acme/platform/widgets!1")
    let single = try await fixture.api("/projects/\(fixture.project)/merge_requests/\(iid)").json
    #expect(single["changes_count"] == "3")
    #expect(single["detailed_merge_status"] == "mergeable")
    let base = await fixture.git.line(["merge-base", "main", "feature"], in: fixture.repository)
    #expect(single["diff_refs"]?["base_sha"] == JSON(base))
    let head = await fixture.git.line(["rev-parse", "feature"], in: fixture.repository)
    #expect(single["sha"] == JSON(head))
    #expect(single["diff_refs"]?["head_sha"] == JSON(head))
    await fixture.double.stop()
  }

  @Test func `a missing merge request has a small f`() async throws {
    let fixture = try await Fixture()
    let answer = try await fixture.api("/projects/\(fixture.project)/merge_requests/9")
    #expect(answer.status == 404)
    #expect(answer.text == #"{"message":"404 Not found"}"#)
    fixture.double.update(project: fixture.project) { $0.mergeRequestsEnabled = false }
    let off = try await fixture.api("/projects/\(fixture.project)/merge_requests")
    #expect(off.status == 403)
    #expect(off.text == #"{"message":"403 Forbidden"}"#)
    await fixture.double.stop()
  }

  private func fill(_ fixture: Fixture, _ count: Int) async throws {
    for number in 1...count {
      let time = Fixture.now.addingTimeInterval(Double(number) * 0.25)
      try await fixture.double.addMergeRequest(
        MergeRequest(
          title: "Change \(number)", state: number % 3 == 0 ? "merged" : "opened",
          createdAt: time, mergedAt: number % 3 == 0 ? time : nil,
          targetBranch: number % 2 == 0 ? "main" : "stable", sourceBranch: "b\(number)"),
        in: fixture.project)
    }
  }

  @Test func `pages carry headers and the last one an empty next page`() async throws {
    let fixture = try await Fixture(prefix: "/gitlab")
    fixture.double.settings.externalURL = "https://gitlab.example.com"
    try await fill(fixture, 25)
    let path =
      "/projects/\(fixture.project)/merge_requests?order_by=updated_at&sort=asc&per_page=10"
    var seen: [JSON] = []
    var page: String? = "1"
    while let number = page, !number.isEmpty {
      let answer = try await fixture.api(path + "&page=\(number)")
      seen += try rows(answer)
      page = answer["X-Next-Page"]
      #expect(answer["X-Total"] == "25" && answer["X-Total-Pages"] == "3")
      let link = try #require(answer["Link"])
      #expect(link.contains("<https://gitlab.example.com/gitlab/api/v4/projects/"))
      #expect(link.contains("rel=\"next\"") == (number != "3"))
      #expect(link.contains("rel=\"last\""))
    }
    #expect(page == "")
    #expect(seen.compactMap { $0["iid"] } == (1...25).map { JSON.int($0) })
    let beyond = try await fixture.api(path + "&page=9")
    #expect(try rows(beyond).isEmpty && beyond["X-Next-Page"] == "")
    let capped = try await fixture.api("/projects/\(fixture.project)/merge_requests?per_page=1000")
    #expect(capped["X-Per-Page"] == "100")
    await fixture.double.stop()
  }

  @Test func `too many rows hide the totals`() async throws {
    let fixture = try await Fixture()
    fixture.double.settings.totalCountLimit = 5
    try await fill(fixture, 6)
    let answer = try await fixture.api("/projects/\(fixture.project)/merge_requests?per_page=4")
    #expect(answer["X-Total"] == nil && answer["X-Total-Pages"] == nil)
    #expect(answer["X-Next-Page"] == "2")
    #expect(answer["Link"]?.contains("rel=\"last\"") == false)
    await fixture.double.stop()
  }

  @Test func `keyset paging and bad values are refused`() async throws {
    let fixture = try await Fixture()
    let path = "/projects/\(fixture.project)/merge_requests"
    let keyset = try await fixture.api(path + "?pagination=keyset&order_by=id")
    #expect(keyset.status == 400 || keyset.status == 405)
    let plain = try await fixture.api(path + "?pagination=keyset")
    #expect(plain.status == 405)
    #expect(
      plain.text
        == #"{"error":"Keyset pagination is not yet available for this type of request"}"#)
    #expect(try await fixture.api(path + "?page=x").text == #"{"error":"page is invalid"}"#)
    let date = try await fixture.api(path + "?updated_after=yesterday")
    #expect(date.status == 400 && date.text == #"{"error":"updated_after is invalid"}"#)
    await fixture.double.stop()
  }

  @Test(arguments: [
    ("state=merged", [3, 6, 9]), ("iids[]=2&iids[]=4", [2, 4]), ("iids=5,6,77", [5, 6]),
    ("target_branch=stable", [1, 3, 5, 7, 9]), ("state=closed", []),
    ("updated_after=2025-06-01T12:00:02.000Z", [8, 9]),
    ("updated_before=2025-06-01T12%3A00%3A00.500Z", [1, 2]),
    ("created_after=2025-06-01T14:00:02.000%2B02:00", [8, 9]),
    ("search=change%208", [8]), ("unknown=1&state=merged&target_branch=main", [6]),
  ])
  func `filters hold`(query: String, expected: [Int]) async throws {
    let fixture = try await Fixture()
    try await fill(fixture, 9)
    let path = "/projects/\(fixture.project)/merge_requests?sort=asc&\(query)"
    let found = try rows(try await fixture.api(path)).compactMap { $0["iid"] }
    #expect(found == expected.map { JSON.int($0) })
    await fixture.double.stop()
  }

  @Test func `newer filters are ignored by older servers`() async throws {
    let fixture = try await Fixture()
    try await fill(fixture, 9)
    let path = "/projects/\(fixture.project)/merge_requests"
    let later = path + "?merged_after=2025-06-01T12:00:02.000Z"
    #expect(try rows(try await fixture.api(later)).count == 9)
    fixture.double.settings.version = "19.1.0"
    #expect(try rows(try await fixture.api(later)).count == 1)
    fixture.double.settings.version = "17.1.0"
    #expect(try await fixture.api(path + "?order_by=merged_at").status == 400)
    await fixture.double.stop()
  }

  @Test func `a new merge request is prepared later`() async throws {
    let fixture = try await Fixture()
    let iid = try await fixture.double.addMergeRequest(
      MergeRequest(title: "New", createdAt: Fixture.now, sourceBranch: "feature"),
      in: fixture.project)
    let path = "/projects/\(fixture.project)/merge_requests/\(iid)"
    let early = try await fixture.api(path).json
    #expect(early["diff_refs"] == .null && early["changes_count"] == .null)
    #expect(early["sha"] == .null && early["detailed_merge_status"] == "preparing")
    try await fixture.double.prepare(mergeRequest: iid, in: fixture.project)
    let later = try await fixture.api(path).json
    #expect(later["diff_refs"] != .null && later["changes_count"] == "3")
    #expect(later["prepared_at"] != .null)
    await fixture.double.stop()
  }

  @Test func `versions need a token and grow with each push`() async throws {
    let fixture = try await Fixture(visibility: .public)
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Speed up", source: "feature")
    let updated = fixture.double.mergeRequest(iid, in: fixture.project)?.updatedAt
    try await fixture.double.pushHead(
      of: iid, in: fixture.project, to: "feature~1", touching: false)
    #expect(fixture.double.mergeRequest(iid, in: fixture.project)?.updatedAt == updated)
    let path = "/projects/\(fixture.project)/merge_requests/\(iid)/versions"
    #expect(try await fixture.anonymous.get("/api/v4" + path).status == 401)
    let versions = try rows(try await fixture.api(path))
    #expect(versions.count == 2)
    #expect(versions[0]["real_size"] == "1" && versions[1]["real_size"] == "3")
    guard case .int(let id) = versions[1]["id"] ?? .null else { throw SocketError.noAnswer }
    let one = try await fixture.api(path + "/\(id)").json
    guard case .array(let diffs) = one["diffs"] ?? .null,
      case .array(let commits) = one["commits"] ?? .null
    else { throw SocketError.noAnswer }
    #expect(diffs.count == 3 && commits.count == 2)
    await fixture.double.stop()
  }

  @Test func `diffs are cut at the limits`() async throws {
    let fixture = try await Fixture()
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Many", source: "large")
    let path = "/projects/\(fixture.project)/merge_requests/\(iid)"
    let whole = try rows(try await fixture.api(path + "/diffs?per_page=100"))
    #expect(whole.count == 30)
    #expect(whole[0]["diff"] == "@@ -0,0 +1 @@\n+line 0\n")
    #expect(whole[0]["a_mode"] == "0" && whole[0]["b_mode"] == "100644")
    #expect(whole[0]["new_file"] == true)

    #expect(whole[0]["collapsed"] == nil)
    fixture.double.settings.version = "18.4.0"
    fixture.double.settings.diffLimits = DiffLimits(files: 20, lines: 100_000, patchBytes: 200)
    let cut = try rows(try await fixture.api(path + "/diffs?per_page=100"))
    #expect(cut.count == 20)
    #expect(cut.contains { $0["too_large"] == true })
    #expect(cut.contains { $0["collapsed"] == true && $0["diff"] == "" })
    #expect(try await fixture.api(path).json["changes_count"] == "20+")
    #expect(try await fixture.api(path + "/changes").json["overflow"] == true)
    #expect(
      try await fixture.api(path + "/changes?access_raw_diffs=true").json["overflow"] == false)
    let versions = try rows(try await fixture.api(path + "/versions"))
    #expect(versions[0]["state"] == "overflow" && versions[0]["real_size"] == "20+")
    await fixture.double.stop()
  }

  @Test func `commits and branches are git's own`() async throws {
    let fixture = try await Fixture()
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Speed up", source: "feature")
    let path = "/projects/\(fixture.project)"
    let commits = try rows(try await fixture.api(path + "/merge_requests/\(iid)/commits"))
    #expect(commits.compactMap { $0["title"] } == ["Use the pool", "Speed up the index"])
    let branches = try rows(try await fixture.api(path + "/repository/branches"))
    #expect(branches.compactMap { $0["name"] } == ["feature", "large", "main"])
    #expect(branches[2]["default"] == true)
    guard case .string(let sha) = commits[0]["id"] ?? .null else { throw SocketError.noAnswer }
    let commit = try await fixture.api(path + "/repository/commits/\(sha)").json
    #expect(commit["stats"] == ["additions": 1, "deletions": 5, "total": 6])
    let start = try await fixture.api(
      path + "/repository/commits/\(sha.prefix(7))?stats=false"
    ).json
    #expect(start["id"] == commit["id"] && (start["stats"] ?? .null) == .null)
    let missing = try await fixture.api(path + "/repository/commits/--all")
    #expect(missing.text == #"{"message":"404 Commit Not Found"}"#)
    await fixture.double.stop()
  }

  @Test(arguments: [
    (GitLabDouble.MergeStyle.mergeCommit, true, false), (.squash, false, true),
    (.squashAndMergeCommit, true, true), (.fastForward, false, false),
  ])
  func `each way of merging leaves its commits`(
    style: GitLabDouble.MergeStyle, merged: Bool, squashed: Bool
  ) async throws {
    let fixture = try await Fixture()
    let target = style == .fastForward ? "old" : "main"
    let base = try await fixture.double.resolve("feature~1", in: fixture.repository)
    try await GitReferences.update(fixture.git, fixture.repository, [("refs/heads/old", base)])
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Speed up", source: "feature", target: target)
    try await fixture.double.merge(iid, in: fixture.project, style: style)
    let json = try await fixture.api("/projects/\(fixture.project)/merge_requests/\(iid)").json
    #expect(json["state"] == "merged" && json["merged_at"] == "2025-06-01T12:00:00.000Z")
    #expect((json["merge_commit_sha"] != .null) == merged)
    #expect((json["squash_commit_sha"] != .null) == squashed)
    let tip = try await fixture.double.resolve("refs/heads/\(target)", in: fixture.repository)
    let expected = [json["merge_commit_sha"], json["squash_commit_sha"], json["sha"]]
      .compactMap { $0 }.first { $0 != .null }
    #expect(expected == .string(tip))
    await fixture.double.stop()
  }

  @Test func `labels come plain or in full`() async throws {
    let fixture = try await Fixture()
    let iid = try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Speed up", source: "feature")
    try fixture.double.update(mergeRequest: iid, in: fixture.project) {
      $0.labels = ["performance", "backend"]
      $0.extra = [.init("upvotes", 7)]
    }
    let path = "/projects/\(fixture.project)/merge_requests"
    let plain = try rows(try await fixture.api(path))
    #expect(plain[0]["labels"] == ["backend", "performance"] && plain[0]["upvotes"] == 7)
    let full = try rows(try await fixture.api(path + "?with_labels_details=true"))
    guard case .array(let labels) = full[0]["labels"] ?? .null else {
      throw SocketError.noAnswer
    }
    #expect(labels[0]["name"] == "backend")
    let simple = try rows(try await fixture.api(path + "?view=simple"))
    #expect(simple[0]["labels"] == nil && simple[0]["web_url"] != nil)
    await fixture.double.stop()
  }
}
