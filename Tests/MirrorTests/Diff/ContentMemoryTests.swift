import Synchronization
import TestSupport
import Testing

@testable import Mirror

/// Remembers everything, for the length of a test.
private final class Notebook: ContentMemory {
  private let facts = Mutex<[ContentPair: ContentFacts]>([:])

  var all: [ContentPair: ContentFacts] { facts.withLock { $0 } }

  func recall(_ pairs: [ContentPair]) -> [ContentPair: ContentFacts] {
    facts.withLock { facts in
      Dictionary(
        pairs.compactMap { pair in facts[pair].map { (pair, $0) } },
        uniquingKeysWith: { first, _ in first })
    }
  }

  func learn(_ new: [ContentPair: ContentFacts]) {
    facts.withLock { facts in
      for (pair, fact) in new {
        var known = facts[pair] ?? ContentFacts()
        known.difference = fact.difference ?? known.difference
        known.similarity = fact.similarity ?? known.similarity
        facts[pair] = known
      }
    }
  }
}

@Suite struct ContentMemoryTests {
  @Test(arguments: [61, 62, 63])
  func `what is remembered is what git says, and is not computed again`(seed: UInt64) throws {
    let fixture = try GitFixture()
    let commits = 60
    try fixture.fastImport(RandomHistory.stream(seed: seed, commits: commits))
    let comparison = try DiffComparison(fixture)
    let trees = try (0..<commits).map { try comparison.tree("main~\($0)") }
    let notebook = Notebook()
    var twoSided = 0
    for round in 0..<2 {
      let engine = DiffEngine(try Repository(bareAt: fixture.path), memory: notebook)
      for (new, old) in zip(trees, trees.dropFirst()) {
        let changes = try engine.changes(from: old, to: new)
        #expect(try changes == comparison.engine.changes(from: old, to: new))
        if round == 0 {
          twoSided += changes.count { $0.oldBlob != nil && $0.newBlob != nil }
        }
      }
      if round == 1 {
        // Files that came or went are counted each time, and links to submodules: they cost little.
        #expect(engine.contents.count < comparison.engine.contents.count)
      }
    }
    #expect(twoSided > 0)
    let text = try fixture.git("diff-tree", "-r", "-M", "--numstat", "main~1", "main")
    let engine = DiffEngine(try Repository(bareAt: fixture.path), memory: notebook)
    #expect(
      try Numstat.format(
        engine.changes(from: trees[1], to: trees[0]), nullTerminated: false) == text)
  }

  @Test func `renames are found again without reading a file`() throws {
    let fixture = try GitFixture()
    let body = numberedLines("moved", 0..<80)
    var stream = FastImport()
    stream.commit([
      .file("a/one.c", body), .file("a/two.c", numberedLines("other", 0..<60)),
      .file("keep", "1\n"),
    ])
    stream.commit([
      .delete(Array("a/one.c".utf8)), .delete(Array("a/two.c".utf8)),
      .file("b/first.c", body + "end\n"), .file("b/two.c", numberedLines("other", 1..<60)),
    ])
    try fixture.fastImport(stream)
    let notebook = Notebook()
    let (old, new) = ("main~1", "main")
    let comparison = try DiffComparison(fixture)
    let first = DiffEngine(try Repository(bareAt: fixture.path), memory: notebook)
    let changes = try first.changes(from: comparison.tree(old), to: comparison.tree(new))
    #expect(changes.map(\.status) == [.renamed, .renamed])
    #expect(first.contents.count == 2)
    let second = DiffEngine(try Repository(bareAt: fixture.path), memory: notebook)
    #expect(try second.changes(from: comparison.tree(old), to: comparison.tree(new)) == changes)
    #expect(second.contents.count == 0)
    #expect(notebook.all.values.count { $0.similarity != nil } > 1)
    try comparison.expectSame(old, new)
  }

  @Test func `counts that can be turned around are those of the way back`() throws {
    var random = SeededGenerator(seed: 71)
    let counter = LineCounter()
    var oneWay = 0
    for round in 0..<120 {
      // Few different lines and long texts make the search costly, so that git takes shortcuts.
      let (lines, words) = round < 60 ? (200, 40) : (4000, 60 + round * 10)
      func text() -> [UInt8] {
        (0..<Int.random(in: 1...lines, using: &random)).flatMap { _ in
          Array("w\(Int.random(in: 0..<words, using: &random))\n".utf8)
        }
      }
      let (one, two) = (text(), text())
      let (there, back) = one.withUnsafeBytes { one in
        two.withUnsafeBytes { two in
          (counter.count(old: one, new: two), counter.count(old: two, new: one))
        }
      }
      #expect(there.isReversible == back.isReversible)
      if there.isReversible {
        #expect(there.additions == back.deletions && there.deletions == back.additions)
      } else {
        oneWay += 1
      }
    }
    #expect(oneWay > 0)
  }
}
