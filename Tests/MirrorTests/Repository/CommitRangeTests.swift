import TestSupport
import Testing

@testable import Mirror

@Suite struct CommitRangeTests {
  /// Commits with one to three parents among those before; where asked, with clocks that differ by days.
  private func history(seed: UInt64, skew: Int) throws -> (fixture: GitFixture, ids: [ObjectID]) {
    let fixture = try GitFixture()
    var random = SeededGenerator(seed: seed)
    var stream = ""
    for number in 0..<60 {
      let time = 1_700_000_000 + number * 3600 + Int.random(in: -skew...skew, using: &random)
      stream += "commit refs/heads/c\(number)\ncommitter A <a@b.c> \(time) +0000\ndata 1\n.\n"
      let parents = Set(
        (0..<Int.random(in: 1...3, using: &random)).map { _ in
          Int.random(in: max(0, number - 7)..<max(1, number), using: &random)
        })
      for (index, parent) in parents.sorted().enumerated() where number > 0 {
        stream += "\(index == 0 ? "from" : "merge") refs/heads/c\(parent)\n"
      }
      stream += "M 100644 inline f\(number)\ndata 1\n.\n\n"
    }
    try fixture.git("fast-import", "--quiet", "--force", input: Array(stream.utf8))
    let ids = try (0..<60).map { number in
      try #require(ObjectID(hex: try fixture.gitText("rev-parse", "c\(number)")))
    }
    return (fixture, ids)
  }

  @Test(arguments: [0, 3600, 20 * 3600])
  func `a range has the commits that git lists`(skew: Int) throws {
    let (fixture, ids) = try history(seed: UInt64(skew + 1), skew: skew)
    let repository = try Repository(bareAt: fixture.path)
    var random = SeededGenerator(seed: 7)
    for _ in 0..<80 {
      let (base, head) = (ids.randomElement(using: &random)!, ids.randomElement(using: &random)!)
      let listed = try fixture.gitText("rev-list", "\(base)..\(head)").split(separator: "\n")
      let found = try repository.commits(from: base, to: head, atMost: .max)
      #expect(Set(found.map { "\($0.id)" }) == Set(listed.map(String.init)), "\(base)..\(head)")
      #expect(found.count == listed.count)
    }
  }

  @Test func `a branch that has merged its target since brings its own commits alone`() throws {
    let fixture = try GitFixture()
    var stream = FastImport()
    for number in 0..<3 { stream.commit(message: "main \(number)", []) }
    stream.commit(on: "refs/heads/topic", message: "own 1", parents: ["refs/heads/main"], [])
    for number in 3..<5 { stream.commit(message: "main \(number)", []) }
    stream.commit(
      on: "refs/heads/joined", message: "merge", parents: ["refs/heads/topic", "refs/heads/main"],
      []
    )
    stream.commit(on: "refs/heads/joined", message: "own 2", [])
    try fixture.fastImport(stream)
    let repository = try Repository(bareAt: fixture.path)
    let (base, head) = (
      try repository.resolveCommit("main"), try repository.resolveCommit("joined")
    )
    let titles = try repository.commits(from: base, to: head, atMost: 9).map(\.title)
    #expect(titles == ["own 2", "merge", "own 1"])
    #expect(try repository.commits(from: base, to: head, atMost: 1).map(\.title) == ["own 2"])
    #expect(try repository.commits(from: head, to: head, atMost: 9).isEmpty)
    #expect(throws: GitError.self) {
      try repository.commits(from: .emptyTree, to: head, atMost: 9)
    }
  }
}
