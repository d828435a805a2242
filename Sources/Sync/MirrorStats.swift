import Cache
import Mirror

/// Stats of commits that are named by revision, computed from the mirror without the network.
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

  private let repository: Repository
  private let engine: DiffEngine

  /// Opens a project's mirror.
  public init(_ project: CachedProject, cacheDirectory: String) throws {
    let mirror = MirrorDirectory(
      cache: cacheDirectory, host: project.host, projectID: project.projectID)
    repository = try Repository(bareAt: mirror.path)
    engine = DiffEngine(repository)
  }

  /// Compares a commit with its first parent.
  ///
  /// - Throws: ``GitError`` with `notFound` where the mirror has no such commit.
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
    Comparison(
      base: base.map { "\($0)" }, head: "\(head)",
      files: try engine.changes(
        from: base.map { try engine.tree(of: $0) }, to: engine.tree(of: head)
      )
      .map(CachedFile.init))
  }
}
