import Cache
import GitLab
import HTTP
import Mirror

/// Fetches file contents that a mirror of the window only lacks, for a question that needs them. Blocks its thread.
public struct ContentDownload {
  private let target: SyncTarget
  private let cancellation: Cancellation

  /// - Parameter target: The project's repository.
  public init(_ target: SyncTarget, cancellation: Cancellation) {
    self.target = target
    self.cancellation = cancellation
  }

  /// Fetches blobs into a project's mirror.
  ///
  /// - Returns: Those that the server does not have.
  /// - Throws: ``MirrorError/busy(path:)`` while a sync works on the mirror; ``FetchError``; what the tokens throw.
  func fetch(
    _ ids: Set<ObjectID>, of project: CachedProject, mirror: MirrorDirectory
  ) throws -> Set<ObjectID> {
    let lock = try mirror.lock(for: project.path)
    defer { withExtendedLifetime(lock) {} }
    let http = HTTPClient(configuration: target.http, cancellation: cancellation)
    let tokens = try target.tokens(http)
    let remote = GitRemote(
      // Never at an address that the cache names: a cache may have been imported.
      url: "\(target.baseURL)/\(project.path).git", http: http,
      authorization: { try tokens.authorization().forGit })
    let download = ObjectDownload(remote: remote, tokens: tokens, cancellation: cancellation)
    return try download.blobs(ids, into: Repository(bareAt: mirror.path)) { _ in }.missing
  }
}
