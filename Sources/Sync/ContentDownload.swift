import Cache
import GitLab
import HTTP
import Mirror

/// Fetches what a mirror lacks, for a question that needs it: directories and file contents where it holds its window
/// only, and tags and commits that no sync has brought. Blocks its thread.
public struct ContentDownload {
  private let target: SyncTarget
  private let cancellation: Cancellation

  /// - Parameter target: The project's repository.
  public init(_ target: SyncTarget, cancellation: Cancellation) {
    self.target = target
    self.cancellation = cancellation
  }

  /// Fetches the directories and file contents that a comparison needs, as far as the server has them.
  ///
  /// - Throws: ``MirrorError/busy(path:)`` while a sync works on the mirror; ``FetchError``; what the tokens throw.
  func complete(_ pair: TreePair, of project: CachedProject, mirror: MirrorDirectory) throws {
    try working(on: project, mirror) { download, repository in
      _ = try download.complete([pair], into: repository) { _ in }
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
    return try working(on: project, mirror) { download, repository in
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

  /// Fetches the tag or the commit, by its whole id, that a revision begins with, as `v1` of `v1~3`, and what it reaches.
  ///
  /// - Returns: Whether the mirror has it now; `false` where the server has no such tag or commit.
  /// - Throws: ``MirrorError/busy(path:)`` while a sync works on the mirror; ``FetchError``; what the tokens throw.
  public func fetchRevision(
    in revision: String, of project: CachedProject, cacheDirectory: String
  ) throws -> Bool {
    guard let name = AdvertisedTags.name(in: revision) else { return false }
    let mirror = MirrorDirectory(
      cache: cacheDirectory, host: project.host, projectID: project.projectID)
    return try working(on: project, mirror) { download, repository in
      let commit = ObjectID(hex: name)
      let id =
        try commit
        ?? download.tokens.renewing {
          try AdvertisedTags.id(of: name, on: download.remote)
        }
      guard let id else { return false }
      if !repository.contains(id) {
        let result = try download.commits(
          [id], into: repository, filter: repository.partialFilter
        ) { _ in }
        guard result.missing.isEmpty else { return false }
      }
      guard commit != nil else { return try AdvertisedTags.write(name, id, to: repository) }
      guard repository.commit(behind: id) == id else { return false }
      // No branch of the mirror need reach it.
      try repository.keepAround(id)
      return true
    }
  }

  /// What came of looking for a tag or a commit on several servers.
  public struct RevisionSearch {
    /// Whether a mirror has it now.
    public var isFound = false
    /// The first reason for which a server could not be asked.
    public var failure: (any Error)?
  }

  /// The most servers that are asked for a tag or a commit.
  private static let mostServers = 16

  /// Asks the servers of projects for a tag, or a commit by its whole id, that no mirror has.
  ///
  /// - Parameter download: How what a project's mirror lacks is fetched; `nil` where it cannot be.
  /// - Throws: What was thrown when all was cancelled.
  public static func searchRevision(
    in revision: String, of projects: [CachedProject], cacheDirectory: String,
    by download: (CachedProject) throws -> ContentDownload?
  ) throws -> RevisionSearch {
    var search = RevisionSearch()
    guard AdvertisedTags.name(in: revision) != nil else { return search }
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

  private func working<Value>(
    on project: CachedProject, _ mirror: MirrorDirectory,
    _ body: (ObjectDownload, Repository) throws -> Value
  ) throws -> Value {
    let lock = try mirror.lock(for: project.path)
    defer { withExtendedLifetime(lock) {} }
    let http = HTTPClient(configuration: target.http, cancellation: cancellation)
    let tokens = try target.tokens(http)
    let remote = GitRemote(
      // Never at an address that the cache names: a cache may have been imported.
      url: "\(target.baseURL)/\(project.path).git", http: http,
      authorization: { try tokens.authorization().forGit })
    let download = ObjectDownload(remote: remote, tokens: tokens, cancellation: cancellation)
    return try body(download, Repository(bareAt: mirror.path))
  }
}
