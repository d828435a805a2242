import Cache
import GitLab
import HTTP
import Mirror

/// Fetches what a mirror lacks, for a question that needs it: directories and file contents where it holds its window
/// only, and branches, tags and commits that no sync has brought. Blocks its thread.
public struct ContentDownload {
  private let target: SyncTarget
  private let wait: (Double) throws -> Void
  let cancellation: Cancellation

  /// - Parameters:
  ///   - target: The project's repository.
  ///   - wait: Waits for so many seconds where GitLab's API asks for patience; throws to end that.
  public init(
    _ target: SyncTarget, cancellation: Cancellation, wait: @escaping (Double) throws -> Void
  ) {
    self.target = target
    self.cancellation = cancellation
    self.wait = wait
  }

  /// The ways to a project's server, and its mirror.
  struct Session {
    let download: ObjectDownload
    let client: GitLabClient
    let repository: Repository
  }

  /// Fetches the directories and file contents that a comparison needs, as far as the server has them.
  ///
  /// - Throws: ``MirrorError/busy(path:)`` while a sync works on the mirror; ``FetchError``; what the tokens throw.
  func complete(_ pair: TreePair, of project: CachedProject, mirror: MirrorDirectory) throws {
    try working(on: project, mirror) { session in
      _ = try session.download.complete([pair], into: session.repository) { _ in }
    }
  }

  /// Fetches the directories and files of a commit, but for large ones that are no source code, where one of the
  /// directories is missing.
  ///
  /// - Returns: Whether the directories are all there now.
  /// - Throws: ``MirrorError/busy(path:)`` while a sync works on the mirror; ``FetchError``; what the tokens throw.
  public func fetchFiles(
    of revision: String, in project: CachedProject, cacheDirectory: String
  ) throws -> Bool {
    let mirror = MirrorDirectory(
      cache: cacheDirectory, host: project.host, projectID: project.projectID)
    return try working(on: project, mirror) { session in
      let (download, repository) = (session.download, session.repository)
      let tree = try repository.commit(repository.resolveCommit(revision)).tree
      func isWhole() throws -> Bool { try MissingObjects(repository).add(treesOf: tree) }
      if try isWhole() { return true }
      _ = try download.files(of: [tree], into: repository) { _ in }
      // Where a server leaves nothing out by size, all comes.
      let pairs = try isWhole() ? [] : [TreePair(old: nil, new: tree)]
      let sources =
        try pairs.isEmpty ? ObjectDownload.largeSources(of: tree, in: repository) : []
      _ = try download.complete(pairs, and: sources, into: repository) { _ in }
      return try isWhole()
    }
  }

  func working<Value>(
    on project: CachedProject, _ mirror: MirrorDirectory, _ body: (Session) throws -> Value
  ) throws -> Value {
    let lock = try mirror.lock(for: project.path)
    defer { withExtendedLifetime(lock) {} }
    let http = HTTPClient(configuration: target.http, cancellation: cancellation)
    let tokens = try target.tokens(http)
    let remote = GitRemote(
      // Never at an address that the cache names: a cache may have been imported.
      url: "\(target.baseURL)/\(project.path).git", http: http,
      authorization: { try tokens.authorization().forGit })
    return try body(
      Session(
        download: ObjectDownload(remote: remote, tokens: tokens, cancellation: cancellation),
        client: GitLabClient(baseURL: target.baseURL, http: http, tokens: tokens, wait: wait),
        repository: Repository(bareAt: mirror.path)))
  }
}
