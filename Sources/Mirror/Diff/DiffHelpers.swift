import Dispatch
import Synchronization

/// Shares the files of one large comparison out to several threads.
struct DiffHelpers: Sendable {
  /// Files that a thread takes at once, so that one very large file keeps only one thread busy.
  private static let portion = 16

  /// Files of one comparison share few objects: those that they are stored as differences to.
  static let keptByteCount = 8 << 20

  let repositoryPath: String
  let packs: PackSet
  /// The number of threads.
  let count: Int
  let isCancelled: @Sendable () -> Bool

  private struct State {
    var next = 0
    var parts: [Int: [FileChange]] = [:]
    var failure: DiffError?
  }

  /// Compares files on all threads, each with an engine of its own, and returns them in their order.
  func compare(
    _ files: [DiffEngine.ChangedFile], memory: (any ContentMemory)?
  ) throws(DiffError) -> [FileChange] {
    let state = Mutex(State())
    DispatchQueue.concurrentPerform(iterations: count) { _ in
      do throws(DiffError) {
        let engine = DiffEngine(
          LateRepository(path: repositoryPath), packs: packs, memory: memory,
          keptByteCount: Self.keptByteCount, isCancelled: isCancelled)
        while let start = next(of: files.count, in: state) {
          let part = try engine.compareApart(
            files[start..<min(start + Self.portion, files.count)])
          state.withLock { $0.parts[start] = part }
        }
      } catch {
        state.withLock { $0.failure = $0.failure ?? error }
      }
    }
    let (parts, failure) = state.withLock { ($0.parts, $0.failure) }
    if let failure { throw failure }
    return parts.sorted { $0.key < $1.key }.flatMap(\.value)
  }

  /// The next files that nobody has taken; `nil` at the end, or once another thread failed.
  private func next(of count: Int, in state: borrowing Mutex<State>) -> Int? {
    state.withLock { state in
      guard state.failure == nil, state.next < count else { return nil }
      defer { state.next += Self.portion }
      return state.next
    }
  }
}
