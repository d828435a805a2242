import Foundation

/// Pairs of one kind of one repository, measured in several ways against git.
final class BenchSet {
  private let repository: String
  private let name: String
  private let work: String
  private let pairs: [(base: String, head: String)]
  private let rounds: Int
  private let folder: URL

  init(
    repository: String, name: String, work: String, pairs: [(base: String, head: String)],
    rounds: Int
  ) throws {
    self.repository = repository
    self.name = name
    self.work = work
    self.pairs = pairs
    self.rounds = rounds
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("sigsentry-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try pairs.map { "\($0.head) \($0.base)\n" }.joined()
      .write(toFile: file("pairs"), atomically: false, encoding: .utf8)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func file(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// Compares all pairs anew.
  func computed(workers: Int) throws -> BenchRow {
    try measure(
      work, ["/proc/self/exe", "compare", repository, file("pairs"), "--workers", "\(workers)"])
  }

  /// Reads all pairs from a cache that holds them.
  func recalled(workers: Int) throws -> BenchRow {
    try BenchCache(directory: file("cache")).fill(pairs, of: repository, workers: workers)
    return try measure(
      "\(work), from the cache",
      ["/proc/self/exe", "recall", file("cache"), "--times", file("times")],
      times: file("times"))
  }

  /// Runs both in turn, each in a process of its own, after a round that is not counted.
  ///
  /// - Parameter times: The file in which our process leaves how long its answers took.
  private func measure(
    _ work: String, _ words: [String], times: String? = nil
  ) throws -> BenchRow {
    let (ours, theirs) = (file("ours"), file("git"))
    var runs: [(ours: Usage, git: Usage)] = []
    var reads: [BenchCache.Times] = []
    for _ in 0...rounds {
      let own = try Usage.run(words, input: "/dev/null", output: ours)
      let git = try Usage.run(
        ["git", "-C", repository, "diff-tree", "--stdin", "-r", "-M", "--numstat", "-z"],
        input: file("pairs"), output: theirs)
      runs.append((own, git))
      if let times {
        reads.append(
          try JSONDecoder().decode(
            BenchCache.Times.self, from: Data(contentsOf: URL(fileURLWithPath: times))))
      }
    }
    runs.removeFirst()
    reads = Array(reads.dropFirst())
    return BenchRow(
      repository: name, work: work, count: pairs.count,
      isEqual: FileManager.default.contentsEqual(atPath: ours, andPath: theirs), runs: runs,
      reads: reads)
  }
}
