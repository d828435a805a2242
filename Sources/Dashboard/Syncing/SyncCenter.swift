import Cache
import Foundation
import HTTP
import Settings
import Sync

/// Runs all syncs of the server: one at a time for a repository, some repositories at once.
actor SyncCenter {
  private struct Job {
    let id: RepositorySetting.ID
    let cause: SyncRun.Cause
  }

  private let store: SettingsStore
  private let cache: CacheStore
  private let access: RepositoryAccess
  private let workers: Workers
  private let cancellation: Cancellation
  private let wait: @Sendable (Double) throws -> Void
  private let counters: Counters
  private let jobs: Int
  /// What listeners are told.
  nonisolated let board = SyncBoard()

  private var running: [RepositorySetting.ID: Task<Void, Never>] = [:]
  private var queue: [Job] = []
  /// Repositories of which news came while their sync ran.
  private var again: Set<RepositorySetting.ID> = []

  init(
    store: SettingsStore, cache: CacheStore, access: RepositoryAccess, workers: Workers,
    cancellation: Cancellation, wait: @escaping @Sendable (Double) throws -> Void,
    counters: Counters, jobs: Int
  ) {
    self.store = store
    self.cache = cache
    self.access = access
    self.workers = workers
    self.cancellation = cancellation
    self.wait = wait
    self.counters = counters
    self.jobs = jobs
  }

  /// Brings a repository up to date. Where a sync of it runs or waits already, that one is joined; after news of GitLab's
  /// one that runs is followed by another.
  func request(_ setting: RepositorySetting, cause: SyncRun.Cause) {
    guard !cancellation.isCancelled else { return }
    let id = setting.id
    if running[id] != nil {
      if cause == .webhook { again.insert(id) }
      return
    }
    guard !queue.contains(where: { $0.id == id }) else { return }
    queue.append(Job(id: id, cause: cause))
    board.change(id, path: setting.path) { $0.enter(.queued) }
    startNext()
  }

  /// Whether a sync of the repository runs or waits.
  func isBusy(_ id: RepositorySetting.ID) -> Bool {
    running[id] != nil || queue.contains { $0.id == id }
  }

  /// Takes a repository that was removed out of the queue.
  func forget(_ id: RepositorySetting.ID) {
    queue.removeAll { $0.id == id }
    again.remove(id)
    board.forget(id)
  }

  /// Waits until what runs has ended. Nothing new begins once the cancellation is on.
  func drain() async {
    queue.removeAll()
    again.removeAll()
    while let task = running.values.first { await task.value }
  }

  private func startNext() {
    while running.count < jobs, !queue.isEmpty {
      let job = queue.removeFirst()
      running[job.id] = Task {
        await perform(job)
        finished(job)
      }
    }
  }

  private func finished(_ job: Job) {
    running[job.id] = nil
    if again.remove(job.id) != nil, !cancellation.isCancelled {
      queue.append(Job(id: job.id, cause: .webhook))
      if let state = board.state(of: job.id) {
        board.change(job.id, path: state.path) { $0.enter(.queued) }
      }
    }
    startNext()
  }

  private nonisolated func perform(_ job: Job) async {
    let begin = Date()
    let target: SyncTarget
    do {
      let found = try await workers.onDisk { [store, access] in
        try store.repository(id: job.id).map { try access.target(for: $0) }
      }
      guard let found else {
        board.forget(job.id)
        return
      }
      target = found
    } catch {
      let report = SyncReport(
        repository: board.state(of: job.id)?.path ?? "", baseURL: nil,
        result: .failure(SyncError(error)),
        startedAt: begin, seconds: 0)
      await note(report, of: job)
      return
    }
    board.change(job.id, path: target.path) {
      $0.path = target.path
      $0.baseURL = target.baseURL
      $0.startedAt = begin
      $0.note = nil
      $0.enter(.resolving)
    }
    let service = SyncService(cache: cache, cancellation: cancellation, wait: wait)
    let reports = await service.sync([target], jobs: 1) { [board] in board.take($0, of: job.id) }
    for report in reports { await note(report, of: job) }
  }

  private nonisolated func note(
    _ report: SyncReport, of job: Job
  ) async {
    let run = SyncRun(report, of: job.id, cause: job.cause)
    if let run {
      counters.count(report)
      // The board tells how it ended even where the history cannot be written.
      try? await workers.onDisk { [store] in try store.insert(run) }
    }
    board.change(job.id, path: report.repository) {
      if case .success(let summary) = report.result { $0.path = summary.path }
      $0.startedAt = nil
      $0.last = run ?? $0.last
      $0.enter(.idle)
    }
  }
}
