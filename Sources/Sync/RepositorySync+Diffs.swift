import Cache
import Foundation
import HTTP
import Mirror
import Synchronization

extension RepositorySync {
  /// Computes diffs that are not stored yet and stores all with their owners, a batch at a time, so that a process that
  /// dies loses at most one.
  func compute(_ jobs: [DiffJob], project: Int64, mirror: MirrorDirectory) throws {
    guard !jobs.isEmpty else { return }
    emit(.phase(.computing))
    let store = DiffStore(cache: cache, project: project, clock: clock)
    // One comparison serves all that ask for the same two trees.
    var owners: [DiffKey: [CacheStore.DiffOwner]] = [:]
    var pairs: [DiffJob] = []
    for job in jobs {
      if let id = try cache.diffID(job.key) {
        store.add([(job.owner, .known(id))])
      } else if owners[job.key, default: []].isEmpty {
        owners[job.key] = [job.owner]
        pairs.append(job)
      } else {
        owners[job.key]?.append(job.owner)
      }
    }
    let done = jobs.count - pairs.count
    let (keys, ownersByKey) = (pairs.map(\.key), owners)
    let contents = try ContentStore(cache, clock: clock)
    DiffBatch.run(
      repositoryPath: mirror.path, pairs: pairs.map { ($0.old, $0.new) }, workers: workers,
      memory: contents,
      isCancelled: { [cancellation] in cancellation.isCancelled || store.hasFailed },
      each: { [emit, clock] index, result in
        let key = keys[index]
        let outcome: CacheStore.DiffOutcome
        switch result {
        case .success(let changes):
          outcome = .computed(key, changes.map { CachedFile($0) })
        case .failure(.cancelled): return
        case .failure(let error) where error.isMissingObject:
          outcome = .failed(
            reason: "\(error)", retryAt: clock().addingTimeInterval(Self.retryMissing))
        case .failure(let error): outcome = .failed(reason: "\(error)", retryAt: nil)
        }
        let computed = store.add((ownersByKey[key] ?? []).map { ($0, outcome) })
        emit(.computed(done + computed, of: jobs.count))
      })
    try store.finish()
    try contents.finish()
    try checkCancellation()
    summary.recalled += contents.recalled
    summary.diffs += store.diffs
    summary.files += store.files
  }
}

/// Collects diffs from several threads and stores them a batch at a time.
private final class DiffStore: Sendable {
  /// Files in the diffs that are stored in one transaction.
  private static let filesPerBatch = 20_000
  /// Diffs that are stored in one transaction.
  private static let diffsPerBatch = 500

  private struct State {
    var batch: [(owner: CacheStore.DiffOwner, outcome: CacheStore.DiffOutcome)] = []
    var filesInBatch = 0
    var owners = 0
    var diffs = 0
    var files = 0
    var failure: (any Error)?
  }

  private let cache: CacheStore
  private let project: Int64
  private let clock: @Sendable () -> Date
  private let state = Mutex(State())

  init(cache: CacheStore, project: Int64, clock: @escaping @Sendable () -> Date) {
    self.cache = cache
    self.project = project
    self.clock = clock
  }

  var diffs: Int { state.withLock { $0.diffs } }
  var files: Int { state.withLock { $0.files } }
  /// Whether storing failed: there is no use in computing more.
  var hasFailed: Bool { state.withLock { $0.failure != nil } }

  /// Takes in one diff with all its owners, and returns the number of owners so far.
  @discardableResult
  func add(
    _ results: [(owner: CacheStore.DiffOwner, outcome: CacheStore.DiffOutcome)]
  ) -> Int {
    state.withLock { state in
      state.owners += results.count
      state.batch += results
      if case .computed(_, let files) = results.first?.outcome {
        state.diffs += 1
        state.files += files.count
        state.filesInBatch += files.count
      }
      if state.filesInBatch >= Self.filesPerBatch || state.batch.count >= Self.diffsPerBatch {
        store(&state)
      }
      return state.owners
    }
  }

  private func store(_ state: inout State) {
    do {
      try cache.storeDiffs(state.batch, project: project, at: clock())
    } catch {
      state.failure = state.failure ?? error
    }
    state.batch.removeAll(keepingCapacity: true)
    state.filesInBatch = 0
  }

  /// Stores the rest.
  func finish() throws {
    try state.withLock { state in
      store(&state)
      if let failure = state.failure { throw failure }
    }
  }
}

extension DiffError {
  /// Whether the comparison lacks an object, which the server may have again one day.
  fileprivate var isMissingObject: Bool {
    if case .missingObject = self { true } else { false }
  }
}
