import Foundation
import Mirror

/// The pairs of commits that are compared, read from a repository by git.
struct BenchPairs {
  let repository: String

  /// The newest merges of the first-parent history: from their merge base to the merged side.
  func merges(_ count: Int) throws -> [(base: String, head: String)] {
    let lines = try git([
      "rev-list", "--merges", "--first-parent", "--min-parents=2", "--max-parents=2",
      "--max-count=\(count)", "--parents", "HEAD",
    ])
    let opened = try Repository(bareAt: repository)
    return try lines.compactMap { line in
      let ids = line.split(separator: " ").compactMap { ObjectID(hex: $0) }
      guard ids.count == 3, let base = try opened.mergeBase(ids[1], ids[2]) else { return nil }
      return ("\(base)", "\(ids[2])")
    }
  }

  /// The commits of the last days before the newest one that are no merges and no roots, against their parents.
  func commits(days: Int) throws -> [(base: String, head: String)] {
    guard let newest = try git(["log", "-1", "--format=%ct", "HEAD"]).first.flatMap({ Int($0) })
    else {
      return []
    }
    return try git([
      "rev-list", "--no-merges", "--min-parents=1", "--since=\(newest - days * 86400)", "--parents",
      "HEAD",
    ]).compactMap { line in
      let ids = line.split(separator: " ").map(String.init)
      return ids.count == 2 ? (ids[1], ids[0]) : nil
    }
  }

  private func git(_ arguments: [String]) throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", repository] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
