import Cache
import Settings
import Sync

extension CommonOptions {
  /// How what the mirror of a project lacks is fetched; `nil` where no socket may be opened or no settings tell how.
  func contentDownload(for project: CachedProject) throws -> ContentDownload? {
    // A question is no reason to make settings.
    guard !offline, try settings() != nil else { return nil }
    let download = try Workspace(self).access.contentDownload(
      for: project, cancellation: Interruption.cancellation, wait: Interruption.wait)
    guard let download else { return nil }
    Interruption.install()
    inform("sigsentry: asking the server of \(project.path) for what the mirror lacks")
    return download
  }
}
