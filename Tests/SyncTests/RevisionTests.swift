import Cache
import Foundation
import GitLabDouble
import HTTP
import Mirror
import TestSupport
import Testing

@testable import Sync

@Suite struct RevisionTests {
  /// A mirror of `main` alone, beside a branch `release/1` that no sync brings.
  private func prepared(
    _ content: MirrorContent = .full
  ) async throws -> (fixture: SyncFixture, release: String) {
    let fixture = try await SyncFixture()
    for index in 0..<3 {
      try fixture.commit("main", ["a.txt": "\(index)\n"], daysAgo: 90 - Double(index))
    }
    let release = try fixture.commit(
      "release/1", ["b/b.txt": "b\n"], from: ["refs/heads/main~1"], daysAgo: 80)
    try await sync(fixture, content)
    return (fixture, release)
  }

  private func sync(_ fixture: SyncFixture, _ content: MirrorContent) async throws {
    var target = fixture.target()
    target.content = content
    _ = try await fixture.sync(target)[0].result.get()
  }

  private func heads(_ fixture: SyncFixture) throws -> [String] {
    try Repository(bareAt: fixture.mirror.path).references(below: "refs/heads")
      .map { "\($0.name)" }.sorted()
  }

  private func head(of revision: String, _ fixture: SyncFixture) async throws -> String? {
    try await fixture.onlineStats { try $0.commit(revision) }?.head
  }

  @Test(
    arguments: [MirrorContent.full, .windowOnly],
    ["release/1", "release/1~0", "heads/release/1", "refs/heads/release/1"])
  func `a branch that no sync brings is asked for by its name`(
    content: MirrorContent, name: String
  ) async throws {
    let (fixture, release) = try await prepared(content)
    let offline = try MirrorStats(fixture.cached(), cacheDirectory: fixture.directory.path)
    #expect(throws: GitError.self) { try offline.commit(name) }
    #expect(try await head(of: name, fixture) == release)
    #expect(try offline.commit(name).head == release)
    #expect(!fixture.double.log.requests.contains { $0.path.contains("/repository/") })
    // The next sync takes the name away, and leaves the commit.
    try await sync(fixture, content)
    #expect(try heads(fixture) == ["refs/heads/main"])
    #expect(try offline.commit(release).head == release)
    await fixture.stop()
  }

  @Test func `a tag goes before a branch of its name, as for git`() async throws {
    let (fixture, _) = try await prepared()
    try fixture.commit("both", ["c.txt": "c\n"], from: ["refs/heads/main"])
    try fixture.upstream.git("tag", "-m", "of another commit", "both", "main~2")
    let tagged = try fixture.upstream.gitText("rev-parse", "main~2")
    #expect(try await head(of: "both", fixture) == tagged)
    #expect(try heads(fixture) == ["refs/heads/main"])
    await fixture.stop()
  }

  @Test(arguments: [MirrorContent.full, .windowOnly])
  func `a commit is asked for by the first digits of its id`(content: MirrorContent) async throws {
    let (fixture, release) = try await prepared(content)
    #expect(try await head(of: String(release.prefix(7)).uppercased(), fixture) == release)
    let api = fixture.double.log.requests.filter { $0.path.contains("/repository/commits/") }
    #expect(api.map(\.path).map { $0.suffix(8) } == ["/\(release.prefix(7))"])
    let again = try MirrorStats(fixture.cached(), cacheDirectory: fixture.directory.path)
    #expect(try again.commit(String(release.prefix(9))).head == release)
    #expect(try heads(fixture) == ["refs/heads/main"])
    // Too short for GitLab, none's, a name and no id, or of something that is no commit.
    let tree = try fixture.upstream.gitText("rev-parse", "release/1^{tree}")
    let other = try fixture.commit("other", ["c.txt": "c\n"], from: ["refs/heads/main"])
    for name in [String(other.prefix(5)), "0000000", "none", String(tree.prefix(12))] {
      await #expect(throws: GitError.self, "\(name)") { try await head(of: name, fixture) }
    }
    await fixture.stop()
  }

  @Test func `a server that is not reached is named for a short id, too`() async throws {
    let (fixture, release) = try await prepared()
    fixture.double.inject(.hangUp, on: .api)
    let failure = await #expect(throws: UnknownRevision.self) {
      try await head(of: String(release.prefix(8)), fixture)
    }
    #expect(failure?.revision == String(release.prefix(8)))
    await fixture.stop()
  }

  @Test func `a branch that a question brought gets its files once a sync brings it`() async throws
  {
    let (fixture, release) = try await prepared(.windowOnly)
    #expect(try await head(of: "release/1", fixture) == release)
    let repository = try Repository(bareAt: fixture.mirror.path)
    let tip = try #require(ObjectID(hex: release))
    func isWhole() throws -> Bool {
      let missing = MissingObjects(repository)
      try missing.add(from: nil, to: repository.commit(tip).tree)
      return missing.isEmpty
    }
    #expect(try !isWhole())
    // Now that a merge request goes there the branch is in scope.
    try fixture.commit("fix", ["b/c.txt": "c\n"], from: ["refs/heads/release/1"])
    try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Fix", source: "fix", target: "release/1", at: SyncFixture.now)
    try await sync(fixture, .windowOnly)
    #expect(try heads(fixture) == ["refs/heads/main", "refs/heads/release/1"])
    #expect(try isWhole())
    await fixture.stop()
  }

  @Test(arguments: [
    ("v1", ["refs/tags/v1", "refs/heads/v1"]), ("v1~3", ["refs/tags/v1", "refs/heads/v1"]),
    ("v1^{}", ["refs/tags/v1", "refs/heads/v1"]), ("v1@{1}", ["refs/tags/v1", "refs/heads/v1"]),
    (
      "refs/tags/a/b^2", ["refs/tags/a/b", "refs/tags/refs/tags/a/b", "refs/heads/refs/tags/a/b"]
    ),
    ("heads/a", ["refs/heads/a", "refs/tags/heads/a", "refs/heads/heads/a"]),
    ("HEAD~2", nil), ("", nil), ("^v1", nil), (":/text", nil), ("a..b", nil), ("a b", nil),
  ])
  func `the refs that a revision may begin with`(revision: String, names: [String]?) {
    #expect(RevisionStart(revision)?.references == names)
  }

  @Test func `whole ids and the first digits of one are told from names`() throws {
    let id = String(repeating: "0123456789", count: 4)
    let whole = try #require(RevisionStart(id + "~2"))
    #expect(whole.commit == ObjectID(hex: id) && whole.digits == nil)
    for (name, digits) in [
      ("ABCDEF0", "abcdef0"), ("abcdef0^", "abcdef0"), ("abcdef", nil), ("release", nil),
      (String(id.dropLast()), String(id.dropLast())),
    ] {
      let start = try #require(RevisionStart(name))
      #expect(start.commit == nil && start.digits == digits, "\(name)")
    }
  }

  @Test func `a branch that is asked for takes the place of those that cannot be there any more`()
    async throws
  {
    let (fixture, release) = try await prepared()
    #expect(try await head(of: "release/1", fixture) == release)
    try fixture.upstream.git("branch", "-m", "release/1", "release")
    #expect(try await head(of: "release", fixture) == release)
    #expect(try heads(fixture) == ["refs/heads/main", "refs/heads/release"])
    await fixture.stop()
  }
}
