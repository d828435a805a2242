import CLibgit2

/// How far a fetch has come.
public struct FetchProgress: Sendable, Equatable {
  /// Objects in the pack; 0 until its header has come.
  public var totalObjects = 0
  /// Objects received.
  public var receivedObjects = 0
  /// Objects received and indexed.
  public var indexedObjects = 0
  /// Bytes of pack received.
  public var receivedBytes = 0
}

/// Writes one incoming pack and its index into a repository. Nothing of the pack is visible before ``commit()``.
///
/// The sole owner of a `git_indexer`. Every object's hash is computed here, once; reads do not repeat it.
struct PackIndexer: ~Copyable {
  private let pointer: OpaquePointer
  private let repository: Repository
  private let directory: String
  private let resolving: Resolving
  private var statistics = git_indexer_progress()

  /// Thin packs are completed from the repository's own objects.
  init(into repository: Repository) throws(GitError) {
    let directory = repository.path + "/objects/pack"
    let resolving = Resolving()
    var options = git_indexer_options()
    try check(
      git_indexer_options_init(&options, UInt32(GIT_INDEXER_OPTIONS_VERSION)), "index a pack")
    // The indexer lives no longer than the object that its callback is given.
    options.progress_cb_payload = Unmanaged.passUnretained(resolving).toOpaque()
    options.progress_cb = { statistics, payload in
      guard let statistics, let payload else { return 0 }
      Unmanaged<Resolving>.fromOpaque(payload).takeUnretainedValue().note(statistics.pointee)
      return 0
    }
    pointer = try acquire("write a pack into \(directory)") {
      git_indexer_new(&$0, directory, 0, repository.objectDatabase, &options)
    }
    self.resolving = resolving
    self.repository = repository
    self.directory = directory
  }

  deinit { git_indexer_free(pointer) }

  /// Keeps memory down while differences are resolved, which begins when all objects are received.
  private final class Resolving {
    /// Objects between two looks at the memory; each takes some pages.
    private static let interval = 512
    private var count = 0

    func note(_ statistics: git_indexer_progress) {
      guard statistics.received_objects == statistics.total_objects else { return }
      count += 1
      if count.isMultiple(of: Self.interval) { MappedPacks.releasePages() }
    }
  }

  var progress: FetchProgress {
    FetchProgress(
      totalObjects: Int(statistics.total_objects),
      receivedObjects: Int(statistics.received_objects),
      indexedObjects: Int(statistics.indexed_objects), receivedBytes: Int(statistics.received_bytes)
    )
  }

  mutating func append(_ chunk: [UInt8]) throws(GitError) {
    try check(
      git_indexer_append(pointer, chunk, chunk.count, &statistics), "index a pack in \(directory)")
  }

  /// Completes the pack, brings it to disk and makes it visible.
  mutating func commit() throws(GitError) {
    try check(git_indexer_commit(pointer, &statistics), "complete a pack in \(directory)")
    guard let name = git_indexer_name(pointer).map({ String(cString: $0) }) else { return }
    if repository.isPartial { try PackFiles.markAsPromised("\(directory)/pack-\(name)") }
    try PackFiles.synchronize("\(directory)/pack-\(name)", in: directory)
    try check(git_odb_refresh(repository.objectDatabase), "read the new pack in \(directory)")
  }
}
