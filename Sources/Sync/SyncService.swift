import Cache
import Dispatch
import Foundation
import HTTP
import Mirror

/// Brings repositories up to date, several at once.
public struct SyncService: Sendable {
  private let cache: CacheStore
  private let cancellation: Cancellation
  private let clock: @Sendable () -> Date
  private let wait: @Sendable (Double) throws -> Void

  /// - Parameters:
  ///   - clock: What time it is; windows are counted back from it.
  ///   - wait: Waits so many seconds between two tries of a request; throws to end that.
  public init(
    cache: CacheStore, cancellation: Cancellation,
    clock: @escaping @Sendable () -> Date = { Date() },
    wait: @escaping @Sendable (Double) throws -> Void
  ) {
    self.cache = cache
    self.cancellation = cancellation
    self.clock = clock
    self.wait = wait
  }

  /// Syncs the targets; a failure of one leaves the others alone.
  ///
  /// - Parameters:
  ///   - jobs: The most repositories at once.
  ///   - report: Called from several threads.
  /// - Returns: A report for each target, in their order.
  public func sync(
    _ targets: [SyncTarget], jobs: Int, report: @escaping @Sendable (SyncEvent) -> Void
  ) async -> [SyncReport] {
    // The work blocks its thread, so it runs on threads of its own and not on the shared pool.
    let queue = DispatchQueue(label: "sync", attributes: .concurrent)
    return await withTaskGroup(of: (Int, SyncReport).self) { group in
      var reports = [SyncReport?](repeating: nil, count: targets.count)
      var next = 0
      func start() {
        guard next < targets.count else { return }
        let index = next
        next += 1
        group.addTask {
          await withCheckedContinuation { continuation in
            queue.async {
              continuation.resume(returning: (index, run(targets[index], report: report)))
            }
          }
        }
      }
      for _ in 0..<max(1, jobs) { start() }
      for await (index, result) in group {
        reports[index] = result
        start()
      }
      return reports.compactMap { $0 }
    }
  }

  private func run(
    _ target: SyncTarget, report: @escaping @Sendable (SyncEvent) -> Void
  ) -> SyncReport {
    let (start, startedAt) = (ContinuousClock.now, clock())
    let result: Result<SyncSummary, SyncError>
    var projectID = target.projectID
    do {
      let sync = try RepositorySync(
        target, cache: cache, cancellation: cancellation, clock: clock, wait: wait, report: report)
      defer { projectID = sync.projectID ?? projectID }
      result = .success(try sync.run())
    } catch {
      let error = SyncError(error)
      note(error, of: projectID, at: target.host, begun: startedAt)
      result = .failure(error)
    }
    let duration = (ContinuousClock.now - start).components
    return SyncReport(
      repository: target.path, baseURL: target.baseURL, result: result, startedAt: startedAt,
      seconds: Double(duration.seconds) + Double(duration.attoseconds) / 1e18)
  }

  /// Writes down why a sync failed, so that the status does not say that all is well. An interruption is no failure, one
  /// that gave way to another is that one's to speak of, and the failure of the sync is the news, not one of writing it
  /// down.
  private func note(_ error: SyncError, of projectID: Int64?, at host: String, begun: Date) {
    switch error {
    case .cancelled, .mirror(.busy): return
    default: break
    }
    guard let projectID else { return }
    try? cache.failSync(host: host, projectID: projectID, reason: error.summary, at: begun)
  }
}
