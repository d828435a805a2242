import Cache
import Foundation
import Mirror

extension RepositorySync {
  /// Files in the diffs that are stored in one transaction.
  private static let filesPerBatch = 20_000
  /// Diffs that are stored in one transaction.
  private static let diffsPerBatch = 500

  /// Computes diffs that are not stored yet and stores all with their owners, a batch at a time, so that a process that
  /// dies loses at most one.
  func compute(_ jobs: [DiffJob], project: Int64, mirror: MirrorDirectory) throws {
    guard !jobs.isEmpty else { return }
    emit(.phase(.computing))
    let engine = DiffEngine(try Repository(bareAt: mirror.path))
    var batch: [(owner: CacheStore.DiffOwner, outcome: CacheStore.DiffOutcome)] = []
    var filesInBatch = 0
    func store() throws {
      try cache.storeDiffs(batch, project: project, at: clock())
      batch.removeAll(keepingCapacity: true)
      filesInBatch = 0
    }
    for (index, job) in jobs.enumerated() {
      try checkCancellation()
      if let id = try cache.diffID(job.key) {
        batch.append((job.owner, .known(id)))
      } else {
        do throws(DiffError) {
          let files = try engine.changes(from: job.old, to: job.new).map { CachedFile($0) }
          batch.append((job.owner, .computed(job.key, files)))
          summary.diffs += 1
          summary.files += files.count
          filesInBatch += files.count
        } catch {
          batch.append((job.owner, .failed(reason: "\(error)", retryAt: nil)))
        }
      }
      if filesInBatch >= Self.filesPerBatch || batch.count >= Self.diffsPerBatch { try store() }
      emit(.computed(index + 1, of: jobs.count))
    }
    try store()
  }
}
