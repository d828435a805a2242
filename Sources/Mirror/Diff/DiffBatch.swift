import Dispatch
import Synchronization

/// Compares many pairs of trees on several threads.
///
/// Each worker opens the repository for itself and goes through one contiguous range of the pairs: neighbours in
/// history share the objects that its caches hold. A worker that is done takes over the latter half of the longest
/// range left.
public enum DiffBatch {
  /// Compares pairs of trees, and returns when all are done. It blocks its thread.
  ///
  /// - Parameters:
  ///   - repositoryPath: The bare repository.
  ///   - pairs: The old and the new tree of each comparison; `nil` stands for the empty tree.
  ///   - workers: The number of threads, at least one. Each takes about 48 MiB.
  ///   - memory: What is known of contents already, and learns what is found; used on all threads.
  ///   - isCancelled: Asked before each pair and file, on any thread. Once it holds, the pairs left are given the error
  ///     ``DiffError/cancelled``.
  ///   - each: Gets each result once, with the position of its pair, in no certain order and on any of the threads.
  public static func run(
    repositoryPath: String, pairs: [(old: ObjectID?, new: ObjectID?)], workers: Int,
    memory: (any ContentMemory)? = nil, isCancelled: @escaping @Sendable () -> Bool,
    each: @Sendable (_ index: Int, _ result: Result<[FileChange], DiffError>) -> Void
  ) {
    let count = max(1, min(workers, pairs.count))
    let packs = PackSet(repositoryPath: repositoryPath)
    // A single comparison has all threads to itself.
    let helpers =
      pairs.count == 1 && workers > 1
      ? DiffHelpers(
        repositoryPath: repositoryPath, packs: packs, count: workers, isCancelled: isCancelled)
      : nil
    let ranges = SharedRanges(count: pairs.count, workers: count)
    DispatchQueue.concurrentPerform(iterations: count) { worker in
      let repository = LateRepository(path: repositoryPath)
      let engine = DiffEngine(
        repository, packs: packs, memory: memory,
        keptByteCount: helpers == nil ? PackReader.keptByteCount : DiffHelpers.keptByteCount,
        isCancelled: isCancelled)
      engine.helpers = helpers
      // Without packs libgit2 is needed anyway, if there is a repository at all.
      let failure = packs.packs.isEmpty ? repository.failure : nil
      while let index = ranges.next(for: worker) {
        guard !isCancelled() else {
          each(index, .failure(.cancelled))
          continue
        }
        let pair = pairs[index]
        each(
          index,
          failure.map { .failure($0) }
            ?? Result { () throws(DiffError) in try engine.changes(from: pair.old, to: pair.new) })
      }
    }
  }
}

/// The positions that each worker has left.
private final class SharedRanges: Sendable {
  private let left: Mutex<[Range<Int>]>

  init(count: Int, workers: Int) {
    left = Mutex(
      (0..<workers).map { (count * $0 / workers)..<(count * ($0 + 1) / workers) })
  }

  /// The next position of a worker; `nil` when nothing is left for it.
  func next(for worker: Int) -> Int? {
    left.withLock { left in
      if left[worker].isEmpty {
        guard let longest = left.indices.max(by: { left[$0].count < left[$1].count }),
          !left[longest].isEmpty
        else { return nil }
        let range = left[longest]
        let middle = range.lowerBound + range.count / 2
        left[longest] = range.lowerBound..<middle
        left[worker] = middle..<range.upperBound
      }
      defer { left[worker] = left[worker].dropFirst() }
      return left[worker].lowerBound
    }
  }
}
