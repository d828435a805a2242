import Foundation
import Mirror
import Synchronization

/// What is measured of SigSentry: all pairs of a file compared, written as
/// `git diff-tree --stdin -r -M --numstat -z` writes
/// them.
struct BenchComparison {
  let repository: String
  let workers: Int

  func run(pairsFile: String) throws {
    let ids = try String(contentsOfFile: pairsFile, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: " ").compactMap { ObjectID(hex: $0) }
    }.filter { $0.count == 2 }
    let trees = CommitTrees(repository)
    let pairs = try ids.map { pair -> (old: ObjectID?, new: ObjectID?) in
      (try trees.tree(of: pair[1]), try trees.tree(of: pair[0]))
    }
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
    FileHandle.standardOutput.write(Data(results.withLock { $0.joined() }))
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
