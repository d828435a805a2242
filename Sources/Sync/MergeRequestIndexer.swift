import Cache
import Dispatch
import Mirror
import SourceCode
import Synchronization

/// Looks into the merged merge requests of a project: which lines they changed, in which functions, and with which
/// words, so that an analysis needs not.
///
/// Only what is new or has changed is looked into.
public struct MergeRequestIndexer: Sendable {
  /// The version of the rules, stored with results: it grows whenever any result may differ.
  public static let algorithmVersion = 3

  private let cache: CacheStore
  private let project: CachedProject
  private let workers: Int

  /// - Parameters:
  ///   - cache: Open for writing.
  ///   - workers: The number of threads, at least one.
  public init(cache: CacheStore, project: CachedProject, workers: Int) {
    self.cache = cache
    self.project = project
    self.workers = workers
  }

  /// Entries that are stored in one transaction.
  private static let batch = 100

  /// Looks into what is new, and returns when all is stored. It blocks its thread.
  ///
  /// - Parameters:
  ///   - isCancelled: Asked before each merge request, on any thread.
  ///   - progress: Told how many are done, of how many, on any thread.
  /// - Returns: How many were looked into.
  /// - Throws: ``CacheError``, or ``GitError`` where the mirror cannot be opened.
  @discardableResult
  public func run(
    isCancelled: @Sendable () -> Bool, progress: @Sendable (_ done: Int, _ all: Int) -> Void
  ) throws -> Int {
    let pending = try cache.unindexed(project: project.id, algorithm: Self.algorithmVersion)
    guard !pending.isEmpty else { return 0 }
    let mirror = MirrorDirectory(
      cache: cache.directory, host: project.host, projectID: project.projectID)
    let state = Mutex(State())
    let count = max(1, min(workers, pending.count))
    DispatchQueue.concurrentPerform(iterations: count) { _ in
      do {
        let reader = ChangeReader(try Repository(bareAt: mirror.path))
        while !isCancelled(), let index = state.withLock({ $0.take(of: pending.count) }) {
          let entry = reader.entry(
            pending[index], files: try pending[index].mergeRequest.diffID.map(cache.files) ?? [])
          try state.withLock { state in
            state.entries.append(entry)
            progress(index + 1, pending.count)
            if state.entries.count >= Self.batch { try store(&state) }
          }
        }
      } catch {
        state.withLock { $0.failure = $0.failure ?? error }
      }
    }
    return try state.withLock { state in
      if let failure = state.failure { throw failure }
      try store(&state)
      return state.next
    }
  }

  private struct State {
    var next = 0
    var entries: [MergeRequestIndexEntry] = []
    var failure: (any Error)?

    mutating func take(of count: Int) -> Int? {
      guard next < count, failure == nil else { return nil }
      defer { next += 1 }
      return next
    }
  }

  private func store(_ state: inout State) throws {
    try cache.storeIndex(
      state.entries, project: project.id, algorithm: Self.algorithmVersion)
    state.entries.removeAll(keepingCapacity: true)
  }
}
