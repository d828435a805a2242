import Cache
import Sync

/// Fetches what mirrors lack for one question, and knows why it could not.
final class MirrorCompletion {
  private let cacheDirectory: String
  private let download: (CachedProject) throws -> ContentDownload?
  private var failure: (any Error)?
  /// Whether nothing was fetched.
  private(set) var isOffline = true

  /// - Parameter download: How what the mirror of a project lacks is fetched; `nil` where it cannot be.
  init(
    cacheDirectory: String, download: @escaping (CachedProject) throws -> ContentDownload?
  ) {
    self.cacheDirectory = cacheDirectory
    self.download = download
  }

  /// Asks the servers of projects for a branch, a tag or a commit that no mirror has.
  func searchRevision(in revision: String, of projects: [CachedProject]) throws {
    let search = try ContentDownload.searchRevision(
      in: revision, of: projects, cacheDirectory: cacheDirectory, by: download)
    if search.isFound { isOffline = false } else { failure = search.failure }
  }

  /// Brings the files of a revision into a project's mirror.
  ///
  /// - Returns: Whether they are there now.
  func fetchFiles(of revision: String, in project: CachedProject) -> Bool {
    do {
      guard
        try download(project)?.fetchFiles(
          of: revision, in: project, cacheDirectory: cacheDirectory) == true
      else { return false }
      isOffline = false
      return true
    } catch {
      failure = error
      return false
    }
  }

  /// Why the last thing that was asked for did not come; told once.
  func takeFailure() -> WebFailure? {
    defer { failure = nil }
    return failure.map { WebFailure($0) }
  }
}
