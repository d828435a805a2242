import Dispatch
import Foundation
import Synchronization

/// Makes the objects of a pack that are stored as differences, on several threads, and finds out their ids.
struct DeltaResolver: Sendable {
  let operation: String
  /// The contents that a thread may keep, in bytes.
  let keptByteCount: Int
  let pack: MappedFile
  let objects: PackedObjects
  /// Finished objects that unfinished differences are to.
  let roots: [Int32]
  /// The unfinished differences to objects by position: those to object `n` are
  /// `children[firstChild[n]..<firstChild[n + 1]]`, with those last that others are to in turn.
  let children: [Int32]
  private let firstChild: [Int32]
  /// The unfinished differences to objects by id.
  private let references: [ObjectID: [Int32]]
  let state = SharedState()

  /// What the threads share.
  final class SharedState: Sendable {
    /// The next root that no thread has taken.
    let next = Atomic<Int>(0)
    /// Objects made.
    let finished = Atomic<Int>(0)
    let isStopped = Atomic<Bool>(false)
    let failure = Mutex<GitError?>(nil)
    /// Ids whose differences a thread has taken: a pack may have an object twice.
    let taken = Mutex<Set<ObjectID>>([])
  }

  /// Looks for differences that can be made.
  ///
  /// - Parameter references: The unfinished ones to objects known by id.
  init(
    _ objects: PackedObjects, references: [PackParser.Reference], of pack: MappedFile,
    keptByteCount: Int, operation: String
  ) {
    self.operation = operation
    self.keptByteCount = keptByteCount
    self.pack = pack
    self.objects = objects
    var first = [Int32](repeating: 0, count: objects.count + 1)
    let unfinished = (0..<Int32(objects.count)).filter {
      objects[$0].kind == nil && objects[$0].base >= 0
    }
    for child in unfinished { first[Int(objects[child].base) + 1] += 1 }
    for position in first.indices.dropFirst() { first[position] += first[position - 1] }
    var filled = first
    var children = [Int32](repeating: 0, count: unfinished.count)
    for isParent in [false, true] {
      for child in unfinished where (first[Int(child)] < first[Int(child) + 1]) == isParent {
        let base = Int(objects[child].base)
        children[Int(filled[base])] = child
        filled[base] += 1
      }
    }
    let byID = Dictionary(grouping: references) { $0.base }.mapValues { $0.map(\.object) }
    roots = (0..<Int32(objects.count)).filter {
      objects[$0].kind != nil
        && (first[Int($0)] < first[Int($0) + 1]
          || !byID.isEmpty && byID[objects[$0].id] != nil)
    }
    firstChild = first
    self.children = children
    self.references = byID
  }

  /// The differences to a finished object that no thread has taken.
  func take(of object: Int32) -> (byPosition: Range<Int32>, byID: [Int32]) {
    let byPosition = firstChild[Int(object)]..<firstChild[Int(object) + 1]
    let id = objects[object].id
    guard !references.isEmpty, let byID = references[id],
      state.taken.withLock({ $0.insert(id).inserted })
    else { return (byPosition, []) }
    return (byPosition, byID)
  }

  /// Makes all objects that follow from the roots.
  ///
  /// - Parameters:
  ///   - workers: The number of threads, this one included.
  ///   - progress: Told on this thread how many are made; what it throws ends the work.
  func run(workers: Int, progress: (Int) throws -> Void) throws {
    let group = DispatchGroup()
    for _ in 1..<max(1, min(workers, roots.count)) {
      group.enter()
      Thread.detachNewThread {
        DeltaWorker(self).run { true }
        group.leave()
      }
    }
    var thrown: (any Error)?
    DeltaWorker(self).run {
      do {
        try progress(state.finished.load(ordering: .relaxed))
        return true
      } catch {
        thrown = error
        return false
      }
    }
    group.wait()
    if let thrown { throw thrown }
    if let failure = state.failure.withLock({ $0 }) { throw failure }
  }
}
