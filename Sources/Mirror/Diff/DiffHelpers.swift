import Dispatch
import Synchronization

/// Shares the files of one large comparison out to several threads.
struct DiffHelpers: Sendable {
  /// Files that a thread takes at once, so that one very large file keeps only one thread busy.
  private static let portion = 16

  /// Files of one comparison share few objects: those that they are stored as differences to.
  static let keptByteCount = 4 << 20

  let repositoryPath: String
  let packs: PackSet
  /// The number of threads.
  let count: Int
  let isCancelled: @Sendable () -> Bool

  /// Files whose content takes more bytes where it is stored are compared first, so that none of them is left to one
  /// thread at the end.
  private static let largeByteCount = 256 << 10
  /// Files whose sizes a thread looks up at once.
  private static let surveyed = 512

  private struct State {
    /// The files whose size nobody has looked up begin here.
    var unsurveyed = 0
    var large: [Int] = []
    var isLarge: [Bool]
    /// The files that nobody has taken begin here, but for large ones.
    var next = 0
    var results: [FileChange?]
    var failure: DiffError?
  }

  /// Compares files on all threads, each with an engine of its own, and returns them in their order.
  func compare(
    _ files: [DiffEngine.ChangedFile], memory: (any ContentMemory)?
  ) throws(DiffError) -> [FileChange] {
    let state = Mutex(
      State(
        isLarge: Array(repeating: false, count: files.count),
        results: Array(repeating: nil, count: files.count)))
    DispatchQueue.concurrentPerform(iterations: count) { _ in
      do throws(DiffError) {
        let engine = DiffEngine(
          LateRepository(path: repositoryPath), packs: packs, memory: memory,
          keptByteCount: Self.keptByteCount, isCancelled: isCancelled)
        while let range = unsurveyed(of: files.count, in: state) {
          let large = range.filter { engine.storedByteCount(of: files[$0]) > Self.largeByteCount }
          state.withLock { state in
            for index in large where index >= state.next {
              state.isLarge[index] = true
              state.large.append(index)
            }
          }
        }
        while let indices = next(of: files.count, in: state) {
          let part = try engine.compareApart(indices.map { files[$0] })
          state.withLock { state in
            for (index, file) in zip(indices, part) { state.results[index] = file }
          }
        }
      } catch {
        state.withLock { $0.failure = $0.failure ?? error }
      }
    }
    let (results, failure) = state.withLock { ($0.results, $0.failure) }
    if let failure { throw failure }
    return results.compactMap(\.self)
  }

  private func unsurveyed(of count: Int, in state: borrowing Mutex<State>) -> Range<Int>? {
    state.withLock { state in
      guard state.unsurveyed < count else { return nil }
      let start = state.unsurveyed
      state.unsurveyed = min(start + Self.surveyed, count)
      return start..<state.unsurveyed
    }
  }

  /// The next files that nobody has taken; `nil` at the end, or once another thread failed.
  private func next(of count: Int, in state: borrowing Mutex<State>) -> [Int]? {
    state.withLock { state in
      guard state.failure == nil else { return nil }
      if let large = state.large.popLast() { return [large] }
      guard state.next < count else { return nil }
      let start = state.next
      state.next = min(start + Self.portion, count)
      return (start..<state.next).filter { !state.isLarge[$0] }
    }
  }
}
