import Dispatch
import Foundation
import Glibc
import Mirror
import Synchronization

/// What is measured of SigSentry: all pairs of a file compared, written as
/// `git diff-tree --stdin -r -M --numstat -z` writes
/// them.
struct BenchComparison {
  let repository: String
  let workers: Int

  func run(pairsFile: String) throws {
    let ids = try Data(contentsOf: URL(fileURLWithPath: pairsFile)).split(
      separator: UInt8(ascii: "\n")
    ).map {
      $0.split(separator: UInt8(ascii: " ")).compactMap { ObjectID(hexBytes: $0) }
    }.filter { $0.count == 2 }
    let pairs = try trees(ids)
    let results = Mutex([[UInt8]](repeating: [], count: pairs.count))
    let failures = Mutex<[String]>([])
    DiffBatch.run(
      repositoryPath: repository, pairs: pairs, workers: workers, isCancelled: { false },
      each: { index, result in
        switch result {
        case .success(let changes) where changes.isEmpty: break
        case .success(let changes):
          let text =
            Array("\(ids[index][0])\0".utf8) + Numstat.format(changes, nullTerminated: true)
          results.withLock { $0[index] = text }
        case .failure(let error): failures.withLock { $0.append("\(ids[index]): \(error)") }
        }
      })
    for failure in failures.withLock({ $0 }) {
      FileHandle.standardError.write(Data((failure + "\n").utf8))
    }
    var output: [UInt8] = []
    let parts = results.withLock { $0 }
    output.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for part in parts { output += part }
    try StandardOutput.write(output)
  }

  /// The trees of pairs of a newer and an older commit, found by all workers.
  private func trees(
    _ commits: [[ObjectID]]
  ) throws -> [(old: ObjectID?, new: ObjectID?)] {
    let parts = max(1, min(workers, commits.count / 64))
    let found = Mutex<[Int: Result<[(old: ObjectID?, new: ObjectID?)], any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      let range = (commits.count * part / parts)..<(commits.count * (part + 1) / parts)
      let result = Result {
        let trees = CommitTrees(repository)
        return try commits[range].map { pair -> (old: ObjectID?, new: ObjectID?) in
          (try trees.tree(of: pair[1]), try trees.tree(of: pair[0]))
        }
      }
      found.withLock { $0[part] = result }
    }
    return try found.withLock { found in
      try (0..<parts).flatMap { try found[$0]?.get() ?? [] }
    }
  }
}

enum StandardOutput {
  static func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(1, bytes.baseAddress?.advanced(by: written), bytes.count - written)
        guard count > 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        written += count
      }
    }
  }
}

/// Finds the trees of commits, each once.
final class CommitTrees {
  private let engine: DiffEngine
  private var known: [ObjectID: ObjectID] = [:]

  init(_ repository: String) { engine = DiffEngine(repositoryPath: repository) }

  func tree(of commit: ObjectID) throws -> ObjectID {
    if let tree = known[commit] { return tree }
    let tree = try engine.tree(of: commit)
    known[commit] = tree
    return tree
  }
}
