import CLibdeflate
import CLibgit2
import Crypto
import Foundation

/// Writes one incoming pack and its index into a repository. Nothing of the pack is visible before ``commit(progress:)``.
///
/// Every object's hash is computed here, once; reads do not repeat it. What git's `index-pack` does, in about its memory;
/// libgit2's own indexer takes several times that, and one core.
struct PackIndexer: ~Copyable {
  private let repository: Repository
  private let directory: String
  private let operation: String
  private let file: PackFileWriter
  private var parser: PackParser
  private var receivedBytes = 0
  private let keptByteCount: Int

  /// Thin packs are completed from the repository's own objects.
  ///
  /// - Parameter keptByteCount: The contents that each thread keeps while it makes objects, in bytes.
  init(
    into repository: Repository, keptByteCount: Int = DeltaWorker.keptByteCount
  ) throws(GitError) {
    self.keptByteCount = keptByteCount
    directory = repository.path + "/objects/pack"
    operation = "index a pack in \(directory)"
    file = try PackFileWriter(in: directory)
    parser = PackParser(operation: operation)
    self.repository = repository
  }

  var progress: FetchProgress {
    // Whole objects are indexed as they come.
    FetchProgress(
      totalObjects: parser.totalObjects, receivedObjects: parser.foundObjects,
      indexedObjects: parser.wholeObjects, receivedBytes: receivedBytes)
  }

  mutating func append(_ chunk: [UInt8]) throws(GitError) {
    receivedBytes += chunk.count
    try file.append(chunk)
    try parser.append(chunk)
  }

  /// Looks at what is left when all has come; ``progress`` tells whether it was everything.
  mutating func finish() throws(GitError) { try parser.finish() }

  /// Completes the pack, brings it to disk and makes it visible.
  ///
  /// - Throws: ``GitError``, or what `progress` throws; nothing is stored then.
  mutating func commit(progress: (FetchProgress) throws -> Void = { _ in }) throws {
    guard var trailer = parser.trailer else {
      throw GitError.damaged(operation, "it is cut short")
    }
    var (objects, references) = parser.takeObjects()
    try resolve(&objects, references, progress)
    references.removeAll { objects[Int($0.object)].kind != nil }
    if !references.isEmpty {
      try complete(&objects, with: Set(references.map(\.base)))
      try resolve(&objects, references, progress)
    }
    if let missing = references.first(where: { objects[Int($0.object)].kind == nil }) {
      throw GitError.damaged(
        operation, "it has a difference to \(missing.base), which the repository does not have")
    }
    if objects.count > parser.totalObjects { trailer = try closeAnew(count: objects.count) }
    var whole = self.progress
    whole.indexedObjects = whole.totalObjects
    try progress(whole)
    let pack = "\(directory)/pack-\(trailer)"
    try file.finish(as: pack + ".pack")
    if repository.isPartial { try PackFiles.markAsPromised(pack) }
    // The index comes last: a pack without one is nothing to any reader.
    let index = try PackFileWriter(in: directory)
    try index.append(PackIndexWriter.index(of: objects, trailer: trailer))
    try index.finish(as: pack + ".idx")
    try PackFiles.synchronize(directory)
    try check(git_odb_refresh(repository.objectDatabase), "read the new pack in \(directory)")
  }

  // MARK: - Differences

  private func resolve(
    _ objects: inout [PackedObject], _ references: [PackParser.Reference],
    _ progress: (FetchProgress) throws -> Void
  ) throws {
    guard let pack = MappedFile(path: file.path) else {
      throw GitError.ofSystem("read \(file.path)")
    }
    let before = self.progress
    try objects.withUnsafeMutableBufferPointer { objects in
      guard let pointer = objects.baseAddress else { return }
      let resolver = DeltaResolver(
        PackedObjects(pointer: pointer, count: objects.count), references: references, of: pack,
        keptByteCount: keptByteCount, operation: operation)
      try resolver.run(workers: ProcessInfo.processInfo.activeProcessorCount) { count in
        var now = before
        now.indexedObjects += count
        try progress(now)
      }
    }
  }

  /// Adds objects that a thin pack left out, as the repository has them.
  private func complete(
    _ objects: inout [PackedObject], with ids: Set<ObjectID>
  ) throws(GitError) {
    let compressor = Compressor()
    let reader = ObjectReader(repository, packs: PackSet(repositoryPath: repository.path))
    try file.truncate(to: parser.offset)
    for id in ids.sorted() {
      // One that cannot be read either is named when the difference to it stays unfinished.
      guard case .object(let content)? = try? reader.read(id, limit: .max) else { continue }
      var entry = PackEntry.head(content.kind, byteCount: content.count)
      guard compressor.compress(content.bytes, appendingTo: &entry) else {
        throw .damaged(operation, "no memory for object \(id)")
      }
      let offset = file.byteCount
      let checksum = entry.withUnsafeBytes { libdeflate_crc32(0, $0.baseAddress, $0.count) }
      try file.append(entry)
      objects.append(
        PackedObject(offset: offset, id: id, checksum: checksum, kind: content.kind))
    }
  }

  /// Corrects the number of objects in the head of the pack, and its checksum.
  private func closeAnew(count: Int) throws(GitError) -> ObjectID {
    try file.write(withUnsafeBytes(of: UInt32(count).bigEndian) { Array($0) }, at: 8)
    guard let pack = MappedFile(path: file.path) else { throw .ofSystem("read \(file.path)") }
    var hash = Insecure.SHA1()
    var position = 0
    while position < pack.bytes.count {
      let end = min(position + 4 << 20, pack.bytes.count)
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: pack.bytes[position..<end]))
      pack.releasePages()
      position = end
    }
    let trailer = ObjectID(hash.finalize())
    try file.append(trailer.bytes)
    return trailer
  }
}
