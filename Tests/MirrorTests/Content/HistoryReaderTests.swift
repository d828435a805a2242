import TestSupport
import Testing

@testable import Mirror

@Suite struct HistoryReaderTests {
  private let fixture: GitFixture

  /// Sixty commits on two branches that are merged now and then; the clocks of committers agree.
  init() throws {
    fixture = try GitFixture()
    var stream = FastImport()
    func file(_ number: Int) -> [UInt8] { Array("src/\(number % 7)/file-\(number).c".utf8) }
    var random = SeededGenerator(seed: 5)
    stream.commit(message: "Begin", [.write(file(0), content: Array("0\n".utf8))])
    stream.commit(on: "refs/heads/side", parents: ["refs/heads/main"], [])
    var joined: [String] = []
    for number in 1...60 {
      let edits: [FastImport.Edit] = [.write(file(number), content: Array("\(number)\n".utf8))]
      if number % 11 == 0 {
        joined = ["refs/heads/joined-\(number)"]
        stream.commit(on: joined[0], parents: ["refs/heads/main", "refs/heads/side"], [])
      } else if number % 11 == 1 || Bool.random(using: &random) {
        stream.commit(message: "Commit \(number)\n\nWhy it was made.\n", parents: joined, edits)
        joined = []
      } else {
        stream.commit(on: "refs/heads/side", message: "Aside \(number)", edits)
      }
    }
    stream.commit(message: "Move", [.move(Array("src/1".utf8), to: Array("src/moved".utf8))])
    try fixture.fastImport(stream)
    try fixture.git("repack", "-adq")
  }

  private func changes(
    _ revision: String = "main", before time: Int64 = .max, limit: Int = .max
  ) throws -> [(commit: PastCommit, message: String)] {
    let id = try #require(ObjectID(hex: try fixture.gitText("rev-parse", revision)))
    var found: [(commit: PastCommit, message: String)] = []
    HistoryReader(try Repository(bareAt: fixture.path)).forEachChange(
      behind: id, before: time, limit: limit
    ) { commit, message in
      found.append((commit, message.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }))
    }
    return found
  }

  private func git(_ arguments: String...) throws -> [String] {
    try fixture.gitText(
      "log", "--no-merges", "--min-parents=1", "--format=%H %T %P %ct", arguments.joined()
    ).split(separator: "\n").map(String.init)
  }

  @Test func `commits of one parent come newest first, as git lists them`() throws {
    for revision in ["main", "side"] {
      let found = try changes(revision).map {
        "\($0.commit.id) \($0.commit.tree) \($0.commit.parents[0]) \($0.commit.time)"
      }
      #expect(found.count > 20)
      #expect(try found == git(revision))
    }
  }

  @Test func `what is not older than the time is gone through and not given`() throws {
    let all = try changes()
    let time = all[10].commit.time
    #expect(try changes(before: time).map(\.commit) == all.dropFirst(11).map(\.commit))
    #expect(try changes(before: time, limit: 3).map(\.commit) == all[11..<14].map(\.commit))
    #expect(try changes(before: 0).isEmpty)
  }

  @Test func `messages are those that git shows`() throws {
    for (commit, message) in try changes() {
      #expect(
        try message
          == String(
            decoding: fixture.git("show", "-s", "--format=format:%B", "\(commit.id)"), as: UTF8.self
          ))
    }
  }

  @Test func `a signature in the head of a commit is no part of its message`() throws {
    let tree = try fixture.gitText("rev-parse", "main^{tree}")
    let parent = try fixture.gitText("rev-parse", "main")
    let text = """
      tree \(tree)
      parent \(parent)
      author A <committer 1 2> 5 +0000
      committer A <a> B <b@c> 1700009999 +0100
      gpgsig -----BEGIN PGP SIGNATURE-----
       \n iQ committer 7
       -----END PGP SIGNATURE-----

      Signed

      committer Z <z> 12 +0000
      """
    let id = try fixture.writeObject(kind: "commit", Array(text.utf8))
    let first = try #require(try changes(id).first)
    #expect(first.commit.time == 1_700_009_999)
    #expect("\(first.commit.tree)" == tree)
    #expect(first.message == "Signed\n\ncommitter Z <z> 12 +0000")
  }

  @Test func `paths are those in which a commit differs from its parent`() throws {
    let reader = HistoryReader(try Repository(bareAt: fixture.path))
    for (commit, _) in try changes() {
      let paths = try reader.changedPaths(of: commit).map { String(decoding: $0, as: UTF8.self) }
      let expected = try fixture.gitText(
        "diff-tree", "-r", "--no-renames", "--name-only", "--no-commit-id", "\(commit.id)")
      #expect(paths == expected.split(separator: "\n").map(String.init))
    }
  }

  @Test func `a line of history ends where a commit is missing or no commit`() throws {
    let tree = try fixture.gitText("rev-parse", "main^{tree}")
    for parent in [String(repeating: "1", count: 40), tree] {
      let text = "tree \(tree)\nparent \(parent)\ncommitter A <a> 1700009999 +0000\n\nLast"
      let id = try fixture.writeObject(kind: "commit", Array(text.utf8))
      let found = try changes(id)
      #expect(found.map(\.message) == ["Last"])
    }
    let blob = try fixture.writeObject(kind: "blob", Array("tree\n".utf8))
    #expect(try changes(blob).isEmpty)
    for text in ["", "tree 12\n\nx", "tree \(tree)", "tree \(tree)\ncommitter A\n"] {
      #expect(try changes(fixture.writeObject(kind: "commit", Array(text.utf8))).isEmpty)
    }
  }
}
