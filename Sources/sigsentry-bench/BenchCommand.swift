import ArgumentParser
import Foundation
import GitLabDouble
import Mirror

@main
enum Main {
  static func main() async {
    // As sigsentry itself does.
    Heap.shareAmongThreads()
    await BenchCommand.main()
  }
}

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sigsentry-bench",
    abstract:
      "Measure the diff engine and the indexer of packs against git on the same input, in turn",
    subcommands: [Run.self, Compare.self, Recall.self, Store.self, Measure.self],
    defaultSubcommand: Run.self)

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Measure and print medians and ratios")

    @Argument(help: "Bare repositories (default: a generated one with a very large merge request)")
    var repositories: [String] = []
    @Option(help: "Counted rounds of each")
    var rounds = 5
    @Option(help: "Threads of the engine")
    var workers = ProcessInfo.processInfo.activeProcessorCount
    @Option(help: "Merges compared, the newest")
    var merges = 1000
    @Option(help: "Days of commits compared, back from the newest")
    var days = 365
    @Option(help: "Write the JSON into this file too")
    var json: String?

    func run() async throws {
      var rows: [BenchRow] = []
      if repositories.isEmpty {
        let folder = FileManager.default.temporaryDirectory
          .appendingPathComponent("sigsentry-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("generated.git").path
        let history = try await DemoHistory.generate(
          at: path, path: "acme/shop/checkout", now: Date())
        let refs = history.mergeRequests.first { $0.iid == history.largest }?.diffRefs
        rows += try measure(path, named: "generated", monster: refs.map { ($0.base, $0.head) })
      }
      for repository in repositories {
        rows += try measure(
          repository, named: Self.name(of: repository), monster: nil)
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      let encoded = try encoder.encode(rows)
      print(BenchRow.table(rows))
      print(String(decoding: encoded, as: UTF8.self))
      if let json { try encoded.write(to: URL(fileURLWithPath: json)) }
      guard rows.allSatisfy({ $0.isEqual }) else { throw ExitCode(1) }
    }

    private static func name(of path: String) -> String {
      path.split(separator: "/").suffix(2).joined(separator: "/")
    }

    private func measure(
      _ repository: String, named name: String, monster: (String, String)?
    ) throws -> [BenchRow] {
      let pairs = BenchPairs(repository: repository)
      var sets: [(String, [(base: String, head: String)])] = [
        ("merge requests", try pairs.merges(merges)),
        ("commits of \(days) d", try pairs.commits(days: days)),
      ]
      if let monster { sets.append(("one very large", [monster])) }
      return try packed(repository, named: name)
        + sets.filter { !$0.1.isEmpty }.flatMap { work, pairs in
          let bench = try BenchSet(
            repository: repository, name: name, work: work, pairs: pairs, rounds: rounds)
          return [try bench.computed(workers: workers), try bench.recalled(workers: workers)]
        }
    }

    /// A repository that lacks objects, as a partial clone does, has no pack of everything.
    private func packed(_ repository: String, named name: String) throws -> [BenchRow] {
      guard let pack = try? BenchPack(repository: repository, name: name, rounds: rounds) else {
        FileHandle.standardError.write(Data("\(name) lacks objects: it is not indexed\n".utf8))
        return []
      }
      return [try pack.indexed()]
    }
  }

  struct Measure: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run a program and write what it took", shouldDisplay: false)

    @Argument var input: String
    @Argument var output: String
    @Argument var result: String
    @Argument(parsing: .captureForPassthrough) var words: [String]

    func run() throws {
      let usage = try Usage.spawn(words, input: input, output: output)
      try JSONEncoder().encode(usage).write(to: URL(fileURLWithPath: result))
    }
  }

  struct Recall: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write what git diff-tree would from a cache", shouldDisplay: false)

    @Argument var cache: String
    @Option(help: "Write the seconds that the answers took, as JSON, into this file")
    var times: String?

    func run() throws {
      let taken = try BenchCache(directory: cache).write()
      if let times {
        try JSONEncoder().encode(taken).write(to: URL(fileURLWithPath: times))
      }
    }
  }

  struct Store: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Index the pack on standard input and store it", shouldDisplay: false)

    @Argument var repository: String

    func run() throws { try BenchPack.store(into: repository) }
  }

  struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare pairs of a file, 'HEAD BASE' a line, and write what git diff-tree would",
      shouldDisplay: false)

    @Argument var repository: String
    @Argument var pairs: String
    @Option var workers = 1

    func run() throws {
      try BenchComparison(repository: repository, workers: workers).run(pairsFile: pairs)
    }
  }
}
