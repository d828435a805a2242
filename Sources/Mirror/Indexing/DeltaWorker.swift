import Glibc
import Synchronization

/// Makes objects out of differences on one thread.
final class DeltaWorker {
  /// Contents kept on the way down, in bytes; those left out are made again.
  static let keptByteCount = 24 << 20
  /// git stores no larger object as a difference: `core.bigFileThreshold` is 512 MiB.
  private static let largestObject = 1 << 30
  /// After reading about as many bytes of the pack their memory is given back; each read costs some pages besides.
  private static let mappedByteCount = 8 << 20
  private static let mappedPerRead = 8 << 10
  /// Objects between two calls of the progress.
  private static let reportInterval = 256

  private struct Frame {
    var object: Int32
    /// The differences to it by its position that are left to make, as positions in the resolver's list.
    var byPosition: Range<Int32>
    /// Those by its id.
    var byID: [Int32]
    var content: ObjectBytes?
  }

  private let resolver: DeltaResolver
  private let inflater = Inflater()
  private var memory = Scratch<UInt8>()
  private var stack: [Frame] = []
  private var kept = 0
  private var mapped = 0
  private var unreported = 0

  init(_ resolver: DeltaResolver) { self.resolver = resolver }

  /// Takes roots until there are none.
  ///
  /// - Parameter goesOn: Asked now and then whether to go on.
  func run(goesOn: () -> Bool) {
    let state = resolver.state
    do throws(GitError) {
      while !state.isStopped.load(ordering: .relaxed) {
        let next = state.next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard next < resolver.roots.count, mayGoOn(goesOn) else { break }
        try make(from: resolver.roots[next], goesOn: goesOn)
      }
    } catch {
      state.failure.withLock { $0 = $0 ?? error }
      state.isStopped.store(true, ordering: .relaxed)
    }
    state.finished.wrappingAdd(unreported, ordering: .relaxed)
  }

  private func mayGoOn(_ goesOn: () -> Bool) -> Bool {
    if !goesOn() { resolver.state.isStopped.store(true, ordering: .relaxed) }
    return !resolver.state.isStopped.load(ordering: .relaxed)
  }

  private func make(from root: Int32, goesOn: () -> Bool) throws(GitError) {
    defer {
      stack.removeAll(keepingCapacity: true)
      kept = 0
    }
    push(root, try content(of: root))
    while let top = stack.indices.last {
      guard let child = nextChild(at: top) else {
        drop(top)
        stack.removeLast()
        continue
      }
      let base = try content(at: top)
      let made = try apply(child, to: base)
      resolver.objects[child].id = ObjectHash.id(made.kind, made.bytes)
      resolver.objects[child].kind = made.kind
      if stack[top].byPosition.isEmpty, stack[top].byID.isEmpty { drop(top) }
      push(child, made)
      unreported += 1
      if unreported == Self.reportInterval {
        resolver.state.finished.wrappingAdd(unreported, ordering: .relaxed)
        unreported = 0
        guard mayGoOn(goesOn) else { return }
      }
    }
  }

  private func nextChild(at top: Int) -> Int32? {
    if let child = stack[top].byID.popLast() {
      resolver.objects[child].base = stack[top].object
      return child
    }
    return stack[top].byPosition.popFirst().map { resolver.children[Int($0)] }
  }

  // MARK: - Contents on the way down

  /// Goes down to an object, if there are differences to it.
  private func push(_ object: Int32, _ content: ObjectBytes) {
    let (byPosition, byID) = resolver.take(of: object)
    guard !byPosition.isEmpty || !byID.isEmpty else { return }
    stack.append(Frame(object: object, byPosition: byPosition, byID: byID, content: content))
    kept += content.count
    var lowest = 0
    while kept > resolver.keptByteCount, lowest < stack.count - 1 {
      drop(lowest)
      lowest += 1
    }
  }

  private func drop(_ position: Int) {
    kept -= stack[position].content?.count ?? 0
    stack[position].content = nil
  }

  private func content(at position: Int) throws(GitError) -> ObjectBytes {
    if let content = stack[position].content { return content }
    var lowest = position
    while lowest > 0, stack[lowest].content == nil { lowest -= 1 }
    var content: ObjectBytes
    if let found = stack[lowest].content {
      content = found
    } else {
      content = try self.content(of: stack[lowest].object)
    }
    for above in stack[lowest...position].dropFirst() {
      content = try apply(above.object, to: content)
    }
    stack[position].content = content
    kept += content.count
    return content
  }

  /// Makes an object that is finished, from wherever its chain of differences begins.
  private func content(of object: Int32) throws(GitError) -> ObjectBytes {
    var chain: [Int32] = []
    var whole = object
    while resolver.objects[whole].base >= 0 {
      chain.append(whole)
      whole = resolver.objects[whole].base
    }
    var content = try inflateWhole(whole)
    while let next = chain.popLast() { content = try apply(next, to: content) }
    return content
  }

  // MARK: - Single objects

  private func inflateWhole(_ object: Int32) throws(GitError) -> ObjectBytes {
    let entry = try entry(of: object)
    guard case .whole(let kind) = entry.storage, let memory = malloc(max(entry.byteCount, 1)) else {
      throw damaged(object)
    }
    let content = ObjectBytes(kind: kind, adopting: memory, count: entry.byteCount)
    try inflate(
      entry, of: object,
      into: UnsafeMutableRawBufferPointer(start: memory, count: entry.byteCount))
    return content
  }

  private func apply(_ object: Int32, to base: ObjectBytes) throws(GitError) -> ObjectBytes {
    let entry = try entry(of: object)
    memory.shrink(to: 4 << 20)
    memory.reserve(max(entry.byteCount, 1))
    let bytes = UnsafeMutableRawBufferPointer(start: memory.pointer, count: entry.byteCount)
    try inflate(entry, of: object, into: bytes)
    guard let delta = Delta(UnsafeRawBufferPointer(bytes)), delta.resultCount <= Self.largestObject,
      let made = malloc(max(delta.resultCount, 1))
    else { throw damaged(object) }
    let content = ObjectBytes(kind: base.kind, adopting: made, count: delta.resultCount)
    guard delta.apply(to: base.bytes, into: made) else { throw damaged(object) }
    return content
  }

  private func entry(of object: Int32) throws(GitError) -> PackEntry {
    guard
      let entry = PackEntry(in: resolver.pack.bytes, at: resolver.objects[object].offset),
      entry.byteCount <= Self.largestObject
    else { throw damaged(object) }
    return entry
  }

  private func inflate(
    _ entry: PackEntry, of object: Int32, into output: UnsafeMutableRawBufferPointer
  ) throws(GitError) {
    let input = UnsafeRawBufferPointer(rebasing: resolver.pack.bytes[entry.dataOffset...])
    guard let consumed = inflater.inflate(input, into: output) else { throw damaged(object) }
    mapped += consumed + Self.mappedPerRead
    if mapped > Self.mappedByteCount {
      mapped = 0
      resolver.pack.releasePages()
    }
  }

  private func damaged(_ object: Int32) -> GitError {
    .damaged(
      resolver.operation,
      "the object at \(resolver.objects[object].offset) is damaged or larger than git makes them")
  }
}
