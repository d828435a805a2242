import Cache
import HTTP

/// Fetches what mirrors lack for one question, and knows why it could not.
public final class MirrorCompletion {
  private let cacheDirectory: String
  private let download: (CachedProject) throws -> ContentDownload?
  private var failure: (any Error)?
  /// Whether nothing was fetched.
  public private(set) var isOffline = true

  /// - Parameter download: How what the mirror of a project lacks is fetched; `nil` where it cannot be.
  public init(
    cacheDirectory: String, download: @escaping (CachedProject) throws -> ContentDownload?
  ) {
    self.cacheDirectory = cacheDirectory
    self.download = download
  }

  /// Asks the servers of projects for a branch, a tag or a commit that no mirror has.
  ///
  /// - Throws: What was thrown when all was cancelled.
  public func searchRevision(in revision: String, of projects: [CachedProject]) throws {
    let search = try ContentDownload.searchRevision(
      in: revision, of: projects, cacheDirectory: cacheDirectory, by: download)
    if search.isFound { isOffline = false } else { failure = search.failure }
  }

  /// Brings the files of a revision into a project's mirror.
  ///
  /// - Returns: Whether they are there now.
  /// - Throws: What was thrown when all was cancelled.
  public func fetchFiles(of revision: String, in project: CachedProject) throws -> Bool {
    var asked: ContentDownload?
    do {
      asked = try download(project)
      let isThere = try asked?.fetchFiles(
        of: revision, in: project, cacheDirectory: cacheDirectory)
      guard isThere == true else { return false }
      isOffline = false
      return true
    } catch {
      if asked?.cancellation.isCancelled == true { throw error }
      failure = error
      return false
    }
  }

  /// Why the last thing that was asked for did not come; told once.
  public func takeFailure() -> (any Error)? {
    defer { failure = nil }
    return failure
  }
}
