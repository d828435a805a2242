import Cache
import GitLab
import HTTP
import Mirror

/// Stats of commits that are named by revision, computed from the mirror.
///
/// Needs the network only where a mirror of the window only lacks contents, or any mirror a branch, a tag or a commit, and a
/// way to fetch them is given.
public struct MirrorStats {
  /// The files that differ between two commits.
  public struct Comparison: Sendable {
    /// The older commit; `nil` for the empty tree before a root commit.
    public var base: String?
    /// The newer commit.
    public var head: String
    /// The files in git's order.
    public var files: [CachedFile]
  }

  private let project: CachedProject
  private let cacheDirectory: String
  private let mirror: MirrorDirectory
  private let repository: Repository
  private let engine: DiffEngine
  private let download: () throws -> ContentDownload?

  /// Opens a project's mirror.
  ///
  /// - Parameters:
  ///   - memory: What is known of contents already.
  ///   - download: Called where directories, file contents or the revision are missing; gives the way to fetch them, or none.
  public init(
    _ project: CachedProject, cacheDirectory: String, memory: (any ContentMemory)? = nil,
    download: @escaping () throws -> ContentDownload? = { nil }
  ) throws {
    self.project = project
    self.download = download
    self.cacheDirectory = cacheDirectory
    mirror = MirrorDirectory(
      cache: cacheDirectory, host: project.host, projectID: project.projectID)
    repository = try Repository(bareAt: mirror.path)
    engine = DiffEngine(repository, memory: memory)
  }

  /// Compares a commit with its first parent.
  ///
  /// - Throws: ``GitError`` with `notFound` where the mirror has no such commit, and ``UnknownRevision`` where the server
  ///   could not be asked for it; ``MissingContents``.
  public func commit(_ revision: String) throws -> Comparison {
    let commit = try repository.commit(resolve(revision))
    return try compare(commit.parents.first, commit.id)
  }

  /// Compares two commits.
  public func commits(from base: String, to head: String) throws -> Comparison {
    try compare(resolve(base), resolve(head))
  }

  /// Compares the merge base of two commits with the second.
  public func commits(fromMergeBaseOf base: String, to head: String) throws -> Comparison? {
    let head = try resolve(head)
    guard let base = try repository.mergeBase(resolve(base), head) else {
      return nil
    }
    return try compare(base, head)
  }

  /// Finds a commit, and asks the server for what the mirror does not know.
  private func resolve(_ revision: String) throws -> ObjectID {
    if let known = try known(revision) { return known }
    if RevisionStart(revision) != nil, let download = try download() {
      do {
        _ = try download.fetchRevision(in: revision, of: project, cacheDirectory: cacheDirectory)
      } catch FetchError.http(.cancelled(_)), GitLabError.http(.cancelled(_)) {
        throw SyncError.cancelled
      } catch FetchError.http(let reason) {
        throw UnknownRevision(revision: revision, reason: "\(reason)")
      } catch GitLabError.http(let reason) {
        throw UnknownRevision(revision: revision, reason: "\(reason)")
      }
    }
    return try repository.resolveCommit(revision)
  }

  private func known(_ revision: String) throws(GitError) -> ObjectID? {
    do {
      return try repository.resolveCommit(revision)
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }

  private func compare(_ base: ObjectID?, _ head: ObjectID) throws -> Comparison {
    let old = try base.map { try engine.tree(of: $0) }
    let new = try engine.tree(of: head)
    if repository.isPartial { try completeContents(TreePair(old: old, new: new)) }
    return Comparison(
      base: base.map { "\($0)" }, head: "\(head)",
      files: try engine.changes(from: old, to: new).map(CachedFile.init))
  }

  private func completeContents(_ pair: TreePair) throws {
    guard let missing = try missing(of: pair) else { return }
    guard let download = try download() else { throw missing }
    var reason = "The server does not have them."
    do {
      try download.complete(pair, of: project, mirror: mirror)
    } catch FetchError.http(.cancelled(_)) {
      throw SyncError.cancelled
    } catch FetchError.http(let error) {
      reason = "\(error)"
    }
    guard var left = try self.missing(of: pair) else { return }
    left.reason = reason
    throw left
  }

  private func missing(of pair: TreePair) throws -> MissingContents? {
    let objects = MissingObjects(repository)
    try objects.add(from: pair.old, to: pair.new)
    return MissingContents(objects)
  }
}

/// A revision that the mirror does not know, and that the server could not be asked for.
public struct UnknownRevision: Error, Sendable {
  /// The revision.
  public var revision: String
  /// Why the server could not be asked, a sentence or clause.
  public var reason: String
}
