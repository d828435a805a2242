import Cache
import Foundation
import Mirror
import Reports
import Sync
import Synchronization

/// A cache that holds pairs as merge requests, and answers for them as the command `stats --mrs` does.
struct BenchCache {
  let directory: String

  /// Compares the pairs and stores them.
  func fill(
    _ pairs: [(base: String, head: String)], of repository: String, workers: Int
  ) throws {
    let now = Date()
    let cache = try CacheStore(directory: directory, access: .readWrite)
    let project = try cache.beginSync(
      CacheStore.ProjectFacts(
        host: "bench", projectID: 1, baseURL: "https://bench", path: "bench/bench",
        defaultBranch: nil, webURL: nil, lookbackDays: 365), at: now)
    _ = try cache.storeMergeRequests(
      pairs.indices.map { index in
        // The last change comes first.
        let time = now.addingTimeInterval(-Double(index))
        return CachedMergeRequest(
          iid: Int64(index), gitlabID: Int64(index), title: "", description: "", state: "opened",
          isDraft: false, authorName: nil, authorUsername: nil, createdAt: time, updatedAt: time,
          mergedAt: nil, closedAt: nil, targetBranch: "", sourceBranch: "", sourceProjectID: nil,
          labels: [], webURL: nil, mergeCommitSHA: nil, squashCommitSHA: nil)
      }, project: project.id)
    let known = CommitTrees(repository)
    let trees = try pairs.map { pair -> (old: ObjectID?, new: ObjectID?) in
      (
        try ObjectID(hex: pair.base).map(known.tree), try ObjectID(hex: pair.head).map(known.tree)
      )
    }
    let results = Mutex([[FileChange]?](repeating: nil, count: pairs.count))
    DiffBatch.run(
      repositoryPath: repository, pairs: trees, workers: workers, isCancelled: { false },
      each: { index, result in results.withLock { $0[index] = try? result.get() } })
    let diffs = results.withLock { $0 }
    try cache.storeDiffs(
      pairs.enumerated().compactMap { index, pair in
        diffs[index].map { changes in
          (
            .mergeRequest(iid: Int64(index), base: pair.base, head: pair.head, start: nil),
            .computed(
              DiffKey(
                oldTree: trees[index].old.map { "\($0)" } ?? "",
                newTree: trees[index].new.map { "\($0)" } ?? "",
                algorithm: DiffEngine.algorithmVersion), changes.map { CachedFile($0) })
          )
        }
      }, project: project.id, at: now)
  }

  /// How long it took to answer, in seconds.
  struct Times: Codable {
    /// To open the cache, read, and write.
    var first: Double
    /// The same question again with the cache open, as the dashboard has it; not written.
    var again: Double
  }

  /// Writes all of it as `git diff-tree --stdin -r -M --numstat -z` would.
  func write() throws -> Times {
    let start = ContinuousClock.now
    let cache = try CacheStore(directory: directory, access: .readOnly)
    let text = try numstat(cache)
    try StandardOutput.write(text)
    let first = ContinuousClock.now
    let isSame = try numstat(cache) == text
    let again = ContinuousClock.now
    guard isSame else { throw UnequalAnswers() }
    return Times(first: (first - start) / .seconds(1), again: (again - first) / .seconds(1))
  }

  private struct UnequalAnswers: Error {}

  private func numstat(_ cache: CacheStore) throws -> [UInt8] {
    var text: [UInt8] = []
    for project in try cache.projects() {
      try cache.forEachMergeRequest(project: project.id) { request, files in
        text += FileStats(repository: project.path, request, files)
          .numstatEntry(nullTerminated: true)
      }
    }
    return text
  }
}
