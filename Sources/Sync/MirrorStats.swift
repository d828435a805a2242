import Cache
import HTTP
import Mirror

/// Stats of commits that are named by revision, computed from the mirror.
///
/// Needs the network only where a mirror of the window only lacks file contents, and a way to fetch them is given.
public struct MirrorStats {
  /// The files that differ between two commits.
  public struct Comparison {
    /// The older commit; `nil` for the empty tree before a root commit.
    public var base: String?
    /// The newer commit.
    public var head: String
    /// The files in git's order.
    public var files: [CachedFile]
  }

  private let project: CachedProject
  private let mirror: MirrorDirectory
  private let repository: Repository
  private let engine: DiffEngine
  private let download: () throws -> ContentDownload?

  /// Opens a project's mirror.
  ///
  /// - Parameters:
  ///   - memory: What is known of contents already.
  ///   - download: Called where file contents are missing; gives the way to fetch them, or none.
  public init(
    _ project: CachedProject, cacheDirectory: String, memory: (any ContentMemory)? = nil,
    download: @escaping () throws -> ContentDownload? = { nil }
  ) throws {
    self.project = project
    self.download = download
    mirror = MirrorDirectory(
      cache: cacheDirectory, host: project.host, projectID: project.projectID)
    repository = try Repository(bareAt: mirror.path)
    engine = DiffEngine(repository, memory: memory)
  }

  /// Compares a commit with its first parent.
  ///
  /// - Throws: ``GitError`` with `notFound` where the mirror has no such commit; ``MissingContents``.
  public func commit(_ revision: String) throws -> Comparison {
    let commit = try repository.commit(repository.resolveCommit(revision))
    return try compare(commit.parents.first, commit.id)
  }

  /// Compares two commits.
  public func commits(from base: String, to head: String) throws -> Comparison {
    try compare(repository.resolveCommit(base), repository.resolveCommit(head))
  }

  /// Compares the merge base of two commits with the second.
  public func commits(fromMergeBaseOf base: String, to head: String) throws -> Comparison? {
    let head = try repository.resolveCommit(head)
    guard let base = try repository.mergeBase(repository.resolveCommit(base), head) else {
      return nil
    }
    return try compare(base, head)
  }

  private func compare(_ base: ObjectID?, _ head: ObjectID) throws -> Comparison {
    let old = try base.map { try engine.tree(of: $0) }
    let new = try engine.tree(of: head)
    if repository.isPartial { try completeContents(from: old, to: new) }
    return Comparison(
      base: base.map { "\($0)" }, head: "\(head)",
      files: try engine.changes(from: old, to: new).map(CachedFile.init))
  }

  private func completeContents(from old: ObjectID?, to new: ObjectID) throws {
    let blobs = MissingBlobs(repository)
    try blobs.add(from: old, to: new)
    guard let first = blobs.first else { return }
    var missing = MissingContents(count: blobs.ids.count, path: first.path, id: first.id)
    guard let download = try download() else { throw missing }
    do {
      missing.count = try download.fetch(blobs.ids, of: project, mirror: mirror).count
      missing.reason = "The server does not have them."
    } catch FetchError.http(.cancelled(_)) {
      throw SyncError.cancelled
    } catch FetchError.http(let error) {
      missing.reason = "\(error)"
    }
    guard missing.count == 0 else { throw missing }
  }
}
