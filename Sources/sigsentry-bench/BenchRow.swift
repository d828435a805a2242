import Foundation
import Glibc

/// One line of the results.
struct BenchRow: Encodable {
  var repository: String
  var work: String
  /// Pairs that are compared, or objects that are indexed.
  var count: Int
  var isEqual: Bool
  var wallSeconds: Double
  var gitWallSeconds: Double
  var wallRatio: Double
  var cpuRatio: Double
  /// Of a read from the cache: the time to open it, read and write, without the start of the process.
  var readSeconds: Double?
  var readRatio: Double?
  /// The same read once more by the same process.
  var againSeconds: Double?
  var againRatio: Double?
  var peakMegabytes: Double
  var gitPeakMegabytes: Double

  /// - Parameters:
  ///   - runs: What each round took, of both in turn.
  ///   - reads: What our process says of its answers in each round; empty where it says nothing.
  init(
    repository: String, work: String, count: Int, isEqual: Bool, runs: [(ours: Usage, git: Usage)],
    reads: [BenchCache.Times] = []
  ) {
    self.repository = repository
    self.work = work
    self.count = count
    self.isEqual = isEqual
    wallSeconds = Self.median(runs.map(\.ours.wall))
    gitWallSeconds = Self.median(runs.map(\.git.wall))
    wallRatio = Self.median(runs.map { $0.ours.wall / $0.git.wall })
    cpuRatio = Self.median(runs.map { $0.ours.cpu / $0.git.cpu })
    if !reads.isEmpty {
      readSeconds = Self.median(reads.map(\.first))
      readRatio = Self.median(zip(reads, runs).map { $0.first / $1.git.wall })
      againSeconds = Self.median(reads.map(\.again))
      againRatio = Self.median(zip(reads, runs).map { $0.again / $1.git.wall })
    }
    peakMegabytes = runs.map(\.ours.peakMegabytes).max() ?? 0
    gitPeakMegabytes = runs.map(\.git.peakMegabytes).max() ?? 0
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  static func table(_ rows: [BenchRow]) -> String {
    var text =
      "repository | work | count | equal | wall s | git s | wall ratio | cpu ratio | read s | read ratio | again s | again ratio | peak MB | git MB\n"
      + "---|---|---|---|---|---|---|---|---|---|---|---|---|---\n"
    for row in rows {
      text += "\(row.repository) | \(row.work) | \(row.count) | \(row.isEqual ? "yes" : "NO") | "
      text += [row.wallSeconds, row.gitWallSeconds, row.wallRatio, row.cpuRatio]
        .map { String(format: "%.2f", $0) }.joined(separator: " | ")
      text += [row.readSeconds, row.readRatio, row.againSeconds, row.againRatio]
        .map { " | " + ($0.map { String(format: "%.4f", $0) } ?? "-") }.joined()
      text += String(format: " | %.0f | %.0f\n", row.peakMegabytes, row.gitPeakMegabytes)
    }
    return text
  }
}

/// What a process took, as the system accounts for it.
struct Usage: Codable {
  var wall: Double
  var cpu: Double
  var peakMegabytes: Double

  /// Runs a program to its end, as the child of a small process: the system counts the memory of the process that
  /// starts another one as the other one's too.
  static func run(_ words: [String], input: String, output: String) throws -> Usage {
    let result = output + ".usage"
    _ = try spawn(
      ["/proc/self/exe", "measure", input, output, result] + words, input: "/dev/null",
      output: "/dev/null")
    return try JSONDecoder().decode(
      Usage.self, from: Data(contentsOf: URL(fileURLWithPath: result)))
  }

  /// Runs a program to its end.
  static func spawn(_ words: [String], input: String, output: String) throws -> Usage {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let arguments = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    let start = ContinuousClock.now
    var child: pid_t = 0
    let code = posix_spawnp(&child, words[0], &actions, nil, arguments, environ)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
    var status: Int32 = 0
    var usage = rusage()
    guard wait4(child, &status, 0, &usage) == child, status == 0 else { throw POSIXError(.ECHILD) }
    let elapsed = (ContinuousClock.now - start).components
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return Usage(
      wall: Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18,
      cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime),
      peakMegabytes: Double(usage.ru_maxrss) / 1024)
  }
}
