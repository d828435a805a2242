import Cache
import Foundation
import GitLabDouble
import HTTP
import Mirror
import TestSupport
import Testing

@testable import Sync

@Suite struct TagTests {
  private func prepared() async throws -> SyncFixture {
    let fixture = try await SyncFixture()
    for (index, days) in [90.0, 80, 2].enumerated() {
      try fixture.commit("main", ["a.txt": "\(index)\n"], daysAgo: days)
    }
    // A history that no branch in scope reaches.
    try fixture.commit("old", ["b.txt": "b\n"], from: ["refs/heads/main~2"], daysAgo: 85)
    try fixture.upstream.git("tag", "light", "main~1")
    try fixture.upstream.git("tag", "-m", "annotated", "v1", "old")
    try fixture.upstream.git("tag", "-m", "of a tag", "nested", "v1")
    try fixture.upstream.git("tag", "tree", "main^{tree}")
    try fixture.upstream.git("tag", "-m", "of a file", "file", "main:a.txt")
    try fixture.upstream.git("branch", "-D", "old")
    return fixture
  }

  private func sync(_ fixture: SyncFixture, _ content: MirrorContent) async throws -> SyncSummary {
    var target = fixture.target()
    target.content = content
    return try await fixture.sync(target)[0].result.get()
  }

  private func tags(_ fixture: SyncFixture) throws -> [String] {
    try Repository(bareAt: fixture.mirror.path).references(below: "refs/tags")
      .map { "\($0.id) \($0.name)" }.sorted()
  }

  /// The tags of commits that git lists upstream.
  private func expected(_ fixture: SyncFixture) throws -> [String] {
    try fixture.upstream.gitText(
      "for-each-ref", "--format=%(objectname) %(refname)", "refs/tags"
    ).split(separator: "\n").map(String.init).filter { line in
      (try? fixture.upstream.git(
        "rev-parse", "--quiet", "--verify",
        "\(line.suffix(from: line.index(line.startIndex, offsetBy: 41)))^{commit}")) != nil
    }.sorted()
  }

  private func listings(_ fixture: SyncFixture) -> Int {
    fixture.double.log.requests.count {
      $0.gitCommand == "ls-refs" && $0.body.contains("ref-prefix refs/tags/\n")
    }
  }

  private func fetches(_ fixture: SyncFixture) -> Int {
    fixture.double.log.requests.count { $0.gitCommand == "fetch" }
  }

  @Test(arguments: [MirrorContent.full, .windowOnly])
  func `the first sync brings the tags of commits with their histories`(content: MirrorContent)
    async throws
  {
    let fixture = try await prepared()
    _ = try await sync(fixture, content)
    #expect(try tags(fixture) == expected(fixture))
    #expect(try tags(fixture).count == 3)
    let repository = try Repository(bareAt: fixture.mirror.path)
    let old = try fixture.upstream.gitText("rev-parse", "v1^{commit}")
    for name in ["v1", "nested", "tags/v1", "refs/tags/v1^{}"] {
      #expect(try "\(repository.resolveCommit(name))" == old)
    }
    // No more than commits where the window is all that is held.
    let tree = try repository.commit(repository.resolveCommit("v1")).tree
    #expect(repository.contains(tree) == (content == .full))
    #expect(fetches(fixture) == (content == .full ? 1 : 4))
    let before = fixture.double.log.requests.count { $0.kind == .gitUploadPack }
    _ = try await sync(fixture, content)
    #expect(listings(fixture) == 1)
    #expect(fixture.double.log.requests.count { $0.kind == .gitUploadPack } == before + 1)
    await fixture.stop()
  }

  @Test func `tags that moved, went or came are followed when a branch moves`() async throws {
    let fixture = try await prepared()
    _ = try await sync(fixture, .full)
    try fixture.upstream.git("tag", "-f", "light", "main~2")
    try fixture.upstream.git("tag", "-d", "v1")
    try fixture.upstream.git("tag", "-d", "nested")
    try fixture.upstream.git("tag", "-m", "a folder now", "v1/final", "main")
    _ = try await sync(fixture, .full)
    #expect(try tags(fixture) != expected(fixture))
    let fetched = fetches(fixture)
    try fixture.commit("main", ["a.txt": "new\n"], daysAgo: 1)
    try fixture.upstream.git("tag", "-m", "of what is new", "v2", "main")
    try fixture.upstream.git("tag", "plain", "main")
    let summary = try await sync(fixture, .full)
    #expect(try tags(fixture) == expected(fixture))
    #expect(fetches(fixture) == fetched + 2)
    // The commit with its tree and file, and two tags: what the branch brought does not come again.
    #expect(summary.objects == 5)
    await fixture.stop()
  }

  @Test func `many tags that go at once leave the others`() async throws {
    let fixture = try await prepared()
    let main = try fixture.upstream.gitText("rev-parse", "main")
    try fixture.upstream.git(
      "update-ref", "--stdin",
      input: Array((0..<300).map { "create refs/tags/many/\($0) \(main)\n" }.joined().utf8))
    _ = try await sync(fixture, .full)
    #expect(try tags(fixture).count == 303)
    try fixture.upstream.git(
      "update-ref", "--stdin",
      input: Array((1..<300).map { "delete refs/tags/many/\($0)\n" }.joined().utf8))
    try fixture.commit("main", ["a.txt": "new\n"], daysAgo: 1)
    _ = try await sync(fixture, .full)
    #expect(try tags(fixture) == expected(fixture))
    #expect(try tags(fixture).count == 4)
    let branch = try Repository(bareAt: fixture.mirror.path).reference("refs/heads/main")
    #expect(try "\(#require(branch))" == fixture.upstream.gitText("rev-parse", "main"))
    await fixture.stop()
  }

  @Test(arguments: [MirrorContent.full, .windowOnly])
  func `a tag that the mirror lacks is asked for by its name, and nothing else with it`(
    content: MirrorContent
  ) async throws {
    let fixture = try await prepared()
    _ = try await sync(fixture, content)
    let new = try fixture.commit("side", ["c.txt": "c\n"], from: ["refs/heads/main~1"], daysAgo: 70)
    try fixture.upstream.git("tag", "-m", "late", "late", "side")
    try fixture.upstream.git("tag", "-m", "later", "later", "side")
    let project = try fixture.cached()
    let directory = fixture.directory.path
    let offline = try MirrorStats(project, cacheDirectory: directory)
    #expect(throws: GitError.self) { try offline.commit("late") }
    let found = try await fixture.onlineStats {
      try $0.commits(from: "light", to: "refs/tags/late~0")
    }
    #expect(found?.head == new)
    #expect(found?.files.map(\.path) == [Array("c.txt".utf8)])
    #expect(try offline.commit("late").head == new)
    #expect(try !tags(fixture).contains { $0.hasSuffix("/later") })
    #expect(listings(fixture) == 1)
    // What no server has, and what is no name at all.
    for name in ["none", "lat", "a..b", "-x", "a b", "late^{tree}"] {
      await #expect(throws: GitError.self, "\(name)") {
        _ = try await fixture.onlineStats { try $0.commit(name) }
      }
    }
    await fixture.double.stop()
    await #expect(throws: UnknownRevision.self) {
      _ = try await fixture.onlineStats { try $0.commit("later") }
    }
    await fixture.stop()
  }

  @Test func `names of tags that git does not allow are left out`() {
    let id = ObjectID.emptyTree
    let names = [
      "refs/tags/good", "refs/tags/../../config", "refs/tags/a..b", "refs/tags/x.lock",
      "refs/tags/", "refs/tags//x", "refs/tags/a b", "refs/heads/v1", "refs/tags/\u{7}",
      "refs/tags/" + String(repeating: "x", count: 1000),
    ]
    let tags = AdvertisedTags(names.map { RemoteReference(name: $0, id: id) })
    #expect(tags.ids == ["good": id])
  }

  @Test func `of names that exclude one another the shorter is kept`() throws {
    let fixture = try GitFixture()
    let id = try fixture.gitText(
      "commit-tree", "-m", "c", fixture.gitText("mktree"))
    let commit = try #require(ObjectID(hex: id))
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("tags-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let repository = try Repository(bareAt: fixture.path)
    let mirror = MirrorDirectory(cache: directory, host: "h", projectID: 1)
    let tags = AdvertisedTags(
      ["a", "a/b", "c/d", "c"].map { RemoteReference(name: "refs/tags/\($0)", id: commit) })
    try tags.write(to: repository, mirror)
    #expect(
      try repository.references(below: "refs/tags").map(\.name).sorted() == [
        "refs/tags/a", "refs/tags/c",
      ])
    // One that is asked for takes the place of those that cannot be there any more.
    for name in ["refs/tags/a/b/c", "refs/tags/c/d/e", "refs/tags/c/d"] {
      #expect(try RemoteReference(name: name, id: commit).write(to: repository))
    }
    #expect(
      try repository.references(below: "refs/tags").map(\.name).sorted() == [
        "refs/tags/a/b/c", "refs/tags/c/d",
      ])
  }
}
