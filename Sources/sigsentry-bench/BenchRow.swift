import Foundation
import Glibc

/// One line of the results.
struct BenchRow: Encodable {
  var repository: String
  var work: String
  var pairs: Int
  var isEqual: Bool
  var wallSeconds: Double
  var gitWallSeconds: Double
  var wallRatio: Double
  var cpuRatio: Double
  var peakMegabytes: Double
  var gitPeakMegabytes: Double

  /// Runs both in turn, each in a process of its own, after a round that is not counted.
  static func measure(
    repository: String, name: String, work: String, pairs: [(base: String, head: String)],
    rounds: Int, workers: Int
  ) throws -> BenchRow {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("sigsentry-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("pairs").path
    try pairs.map { "\($0.head) \($0.base)\n" }.joined()
      .write(toFile: file, atomically: false, encoding: .utf8)
    let (ours, theirs) = (
      folder.appendingPathComponent("ours").path, folder.appendingPathComponent("git").path
    )
    var runs: [(ours: Usage, git: Usage)] = []
    for _ in 0...rounds {
      let own = try Usage.run(
        ["/proc/self/exe", "compare", repository, file, "--workers", "\(workers)"],
        input: "/dev/null", output: ours)
      let git = try Usage.run(
        ["git", "-C", repository, "diff-tree", "--stdin", "-r", "-M", "--numstat", "-z"],
        input: file, output: theirs)
      runs.append((own, git))
    }
    runs.removeFirst()
    return BenchRow(
      repository: name, work: work, pairs: pairs.count,
      isEqual: FileManager.default.contentsEqual(atPath: ours, andPath: theirs),
      wallSeconds: median(runs.map(\.ours.wall)), gitWallSeconds: median(runs.map(\.git.wall)),
      wallRatio: median(runs.map { $0.ours.wall / $0.git.wall }),
      cpuRatio: median(runs.map { $0.ours.cpu / $0.git.cpu }),
      peakMegabytes: runs.map(\.ours.peakMegabytes).max() ?? 0,
      gitPeakMegabytes: runs.map(\.git.peakMegabytes).max() ?? 0)
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  static func table(_ rows: [BenchRow]) -> String {
    var text =
      "repository | work | pairs | equal | wall s | git s | wall ratio | cpu ratio | peak MB | git MB\n"
      + "---|---|---|---|---|---|---|---|---|---\n"
    for row in rows {
      text += "\(row.repository) | \(row.work) | \(row.pairs) | \(row.isEqual ? "yes" : "NO") | "
      text += [row.wallSeconds, row.gitWallSeconds, row.wallRatio, row.cpuRatio]
        .map { String(format: "%.2f", $0) }.joined(separator: " | ")
      text += String(format: " | %.0f | %.0f\n", row.peakMegabytes, row.gitPeakMegabytes)
    }
    return text
  }
}

/// What a process took, as the system accounts for it.
struct Usage {
  var wall: Double
  var cpu: Double
  var peakMegabytes: Double

  /// Runs a program to its end.
  static func run(_ words: [String], input: String, output: String) throws -> Usage {
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
