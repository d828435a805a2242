import Cache
import Correlation
import Settings

extension ScopeFinder {
  /// Finds scopes with the service mappings of the settings.
  ///
  /// - Parameter settings: `nil` where there are none yet.
  public init(cache: CacheStore, settings: SettingsStore?) {
    self.init(cache: cache) { service in
      guard let place = try settings?.place(ofService: service),
        let projectID = place.repository.projectID
      else { return nil }
      return ServicePlace(
        host: place.repository.baseURL.hostKey, projectID: projectID,
        pathPrefix: place.mapping.pathPrefix, branch: place.mapping.branch)
    }
  }
}
