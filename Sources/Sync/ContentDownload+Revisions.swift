import Cache
import GitLab
import HTTP
import Mirror

extension ContentDownload {
  /// Fetches the branch, the tag or the commit that a revision begins with, as `v1` of `v1~3`, and what it reaches. A commit
  /// is named by its id, or by the first digits of it.
  ///
  /// A branch that no sync brings bears its name in the mirror until the next sync; its commits stay longer.
  ///
  /// - Returns: Whether the mirror has it now; `false` where the server has no such thing.
  /// - Throws: ``MirrorError/busy(path:)`` while a sync works on the mirror; ``FetchError``; `GitLabError`; what the tokens
  ///   throw.
  public func fetchRevision(
    in revision: String, of project: CachedProject, cacheDirectory: String
  ) throws -> Bool {
    guard let start = RevisionStart(revision) else { return false }
    let mirror = MirrorDirectory(
      cache: cacheDirectory, host: project.host, projectID: project.projectID)
    return try working(on: project, mirror) { session in
      if let id = start.commit { return try Self.keep(id, session) }
      let reference = try session.download.tokens.renewing {
        try start.reference(on: session.download.remote)
      }
      if let reference {
        guard try Self.fetch(reference.id, session) else { return false }
        return try reference.write(to: session.repository)
      }
      guard let digits = start.digits,
        let id = try session.client.commitID(
          projectID: project.projectID, startingWith: digits
        ).flatMap({ ObjectID(hex: $0) })
      else { return false }
      return try Self.keep(id, session)
    }
  }

  /// Fetches an object with what it reaches, where the mirror lacks it.
  ///
  /// - Returns: Whether it is there now.
  private static func fetch(_ id: ObjectID, _ session: Session) throws -> Bool {
    let repository = session.repository
    guard !repository.contains(id) else { return true }
    return try session.download.commits(
      [id], into: repository, filter: repository.partialFilter
    ) { _ in }.missing.isEmpty
  }

  /// Fetches a commit, which no branch of the mirror need reach.
  private static func keep(_ id: ObjectID, _ session: Session) throws -> Bool {
    guard try fetch(id, session), session.repository.commit(behind: id) == id else { return false }
    try session.repository.keepAround(id)
    return true
  }

  /// What came of looking for a revision on several servers.
  public struct RevisionSearch {
    /// Whether a mirror has it now.
    public var isFound = false
    /// The first reason for which a server could not be asked.
    public var failure: (any Error)?
  }

  /// The most servers that are asked for a revision.
  private static let mostServers = 16

  /// Asks the servers of projects for a branch, a tag or a commit that no mirror has.
  ///
  /// - Parameter download: How what a project's mirror lacks is fetched; `nil` where it cannot be.
  /// - Throws: What was thrown when all was cancelled.
  public static func searchRevision(
    in revision: String, of projects: [CachedProject], cacheDirectory: String,
    by download: (CachedProject) throws -> ContentDownload?
  ) throws -> RevisionSearch {
    var search = RevisionSearch()
    guard RevisionStart(revision) != nil else { return search }
    for project in projects.prefix(mostServers) {
      var asked: ContentDownload?
      do {
        asked = try download(project)
        if try asked?.fetchRevision(in: revision, of: project, cacheDirectory: cacheDirectory)
          == true
        {
          search.isFound = true
        }
      } catch {
        if asked?.cancellation.isCancelled == true { throw error }
        search.failure = search.failure ?? error
      }
    }
    return search
  }
}
