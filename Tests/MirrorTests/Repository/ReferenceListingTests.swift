import Foundation
import Mirror
import TestSupport
import Testing

/// `references(below:)` beside `git for-each-ref`.
@Suite struct ReferenceListingTests {
  private let git: GitFixture
  private let commits: [String]

  init() throws {
    git = try GitFixture()
    let tree = try git.writeObject(kind: "tree", [])
    var commits: [String] = []
    for number in 0..<3 {
      commits.append(try git.gitText("commit-tree", "-m", "\(number)", tree))
    }
    self.commits = commits
  }

  private func listed(_ folder: String) throws -> [String] {
    try Repository(bareAt: git.path).references(below: folder)
      .map { "\($0.id) \($0.name)" }.sorted()
  }

  private func expected(_ folder: String) throws -> [String] {
    try git.gitText(
      "for-each-ref", "--format=%(if)%(symref)%(then)%(else)%(objectname) %(refname)%(end)",
      folder + "/"
    ).split(separator: "\n").map(String.init).sorted()
  }

  private let folders = ["refs", "refs/heads", "refs/heads/a", "refs/tags", "refs/none"]

  private func expectEqual() throws {
    for folder in folders { #expect(try listed(folder) == expected(folder), "\(folder)") }
  }

  @Test func `nothing is listed of an empty repository`() throws {
    try expectEqual()
    #expect(try listed("refs").isEmpty)
  }

  @Test(arguments: 0..<12) func `refs are those that git lists, packed, loose or both`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let names = [
      "heads/main", "heads/a/b", "heads/a/c/d", "heads/a-", "heads/ab", "heads/é", "tags/v1",
      "tags/a/1", "merge-requests/7/head", "keep-around/x", "heads/x.lockx", "remotes/heads/y",
    ]
    for _ in 0..<40 {
      let name = "refs/" + names.randomElement(using: &random)!
      let id = commits.randomElement(using: &random)!
      switch Int.random(in: 0..<8, using: &random) {
      case 0: _ = try? git.git("update-ref", "-d", name)
      case 1: try git.git("pack-refs", Bool.random(using: &random) ? "--all" : "--no-all")
      case 2: try git.git("tag", "-f", "-m", "of \(id)", "signed", id)
      case 3: try git.git("symbolic-ref", "refs/heads/pointer", "refs/heads/main")
      default: try git.git("update-ref", name, id)
      }
    }
    try expectEqual()
    try git.git("pack-refs", "--all")
    try expectEqual()
  }

  @Test func `a file that is being written or holds no id is no ref, and hides the packed one`()
    throws
  {
    for name in ["main", "empty", "short", "long"] {
      try git.git("update-ref", "refs/heads/\(name)", commits[0])
    }
    try git.git("pack-refs", "--all")
    let heads = git.path + "/refs/heads/"
    for (name, content) in [
      ("empty", ""), ("short", String(commits[1].dropLast())), ("long", commits[1] + "0\n"),
      ("new.lock", commits[1] + "\n"), (".hidden", commits[1] + "\n"), ("whole", commits[1]),
    ] {
      try Data(content.utf8).write(to: URL(fileURLWithPath: heads + name))
    }
    #expect(
      try listed("refs/heads")
        == ["\(commits[0]) refs/heads/main", "\(commits[1]) refs/heads/whole"].sorted())
  }

  @Test func `lines of packed refs that are none are passed over`() throws {
    let lines = [
      "# pack-refs with: peeled fully-peeled sorted ", "\(commits[0]) refs/heads/a",
      "^\(commits[1])", "", "zz refs/heads/b", " refs/heads/c",
      "\(commits[0])x refs/heads/d", "\(commits[0]) refs/heads/", "\(commits[2]) refs/heads/e",
    ]
    try Data(lines.joined(separator: "\n").utf8)
      .write(to: URL(fileURLWithPath: git.path + "/packed-refs"))
    #expect(
      try listed("refs/heads")
        == ["\(commits[0]) refs/heads/a", "\(commits[2]) refs/heads/e"].sorted())
  }

  @Test func `what cannot be read is told`() throws {
    try git.git("update-ref", "refs/heads/a/b", commits[0])
    let files = FileManager.default
    let file = git.path + "/refs/heads/a/loop"
    try files.createSymbolicLink(atPath: file, withDestinationPath: file)
    #expect(throws: GitError.self) { try listed("refs/heads") }
    try files.removeItem(atPath: file)
    #expect(try listed("refs/heads").count == 1)
    try files.createDirectory(
      atPath: git.path + "/packed-refs/x", withIntermediateDirectories: true)
    #expect(throws: GitError.self) { try listed("refs/heads") }
  }
}
