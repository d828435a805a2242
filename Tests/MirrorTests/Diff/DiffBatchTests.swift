import Mirror
import Synchronization
import TestSupport
import Testing

@Suite struct DiffBatchTests {
  @Test(arguments: [1, 2, 3, 7])
  func `every pair has its result once, whatever the number of workers`(workers: Int) throws {
    let fixture = try GitFixture()
    let commits = 40
    try fixture.fastImport(RandomHistory.stream(seed: 51, commits: commits))
    let comparison = try DiffComparison(fixture)
    let trees = try (0..<commits).map { try comparison.tree("main~\($0)") }
    var pairs: [(old: ObjectID?, new: ObjectID?)] = zip(trees.dropFirst(), trees).map { ($0, $1) }
    pairs.append((nil, trees[0]))
    let expected = try pairs.map { try comparison.engine.changes(from: $0.old, to: $0.new) }
    let results = Mutex([Int: [FileChange]]())
    let repeated = Mutex(0)
    DiffBatch.run(
      repositoryPath: fixture.path, pairs: pairs, workers: workers, isCancelled: { false }
    ) { index, result in
      let changes = try? result.get()
      results.withLock { results in
        if results[index] != nil { repeated.withLock { $0 += 1 } }
        results[index] = changes
      }
    }
    #expect(repeated.withLock { $0 } == 0)
    #expect(results.withLock { results in pairs.indices.map { results[$0] } } == expected)
  }

  @Test func `one large comparison is shared by all workers and is the same`() throws {
    let fixture = try GitFixture()
    var stream = FastImport()
    func file(_ number: Int, _ round: Int) -> FastImport.Edit {
      .file(
        "d\(number % 9)/f\(number)",
        (0..<number % 40).map { "line \($0 * number) \($0 % 7 == round ? round : 0)\n" }.joined())
    }
    stream.commit((0..<700).map { file($0, 1) })
    stream.commit((0..<690).map { file($0, 2) } + [.move(Array("d1/f694".utf8), to: [0x78])])
    try fixture.fastImport(stream)
    let comparison = try DiffComparison(fixture)
    let (old, new) = (try comparison.tree("main~1"), try comparison.tree("main"))
    let expected = try comparison.expectSame("main~1", "main")
    #expect(expected.count > 512)
    for workers in [1, 2, 5] {
      let found = Mutex<[FileChange]>([])
      DiffBatch.run(
        repositoryPath: fixture.path, pairs: [(old, new)], workers: workers,
        isCancelled: { false }
      ) { _, result in
        let changes = (try? result.get()) ?? []
        found.withLock { $0 = changes }
      }
      #expect(found.withLock { $0 } == expected, "\(workers) workers")
    }
  }

  @Test func `a cancelled batch begins no further pair and still answers all`() throws {
    let fixture = try GitFixture()
    try fixture.fastImport(RandomHistory.stream(seed: 52, commits: 3))
    let tree = try DiffComparison(fixture).tree("main")
    let results = ResultList()
    DiffBatch.run(
      repositoryPath: fixture.path, pairs: Array(repeating: (nil, tree), count: 20), workers: 2,
      isCancelled: { results.all.count >= 5 }
    ) { _, result in results.append(result) }
    #expect(results.all.count == 20)
    // The other worker may be at its last file when the fifth result comes.
    let cancelled = results.all.filter { $0 == .failure(.cancelled) }.count
    #expect(cancelled == 15 || cancelled == 14)
  }

  private final class ResultList: Sendable {
    private let list = Mutex<[Result<[FileChange], DiffError>]>([])
    var all: [Result<[FileChange], DiffError>] { list.withLock { $0 } }
    func append(_ result: Result<[FileChange], DiffError>) { list.withLock { $0.append(result) } }
  }

  @Test func `no pairs and no repository`() {
    DiffBatch.run(repositoryPath: "/nonexistent", pairs: [], workers: 4, isCancelled: { false }) {
      _, _ in Issue.record("nothing was asked")
    }
    let failures = Mutex<[DiffError]>([])
    DiffBatch.run(
      repositoryPath: "/nonexistent", pairs: [(nil, .emptyTree), (nil, .emptyTree)], workers: 2,
      isCancelled: { false }
    ) { _, result in
      if case .failure(let error) = result { failures.withLock { $0.append(error) } }
    }
    #expect(failures.withLock { $0.count } == 2)
  }
}
