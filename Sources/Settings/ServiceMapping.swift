/// Says which repository, and which part of it, a service in the logs is built from.
public struct ServiceMapping: Sendable, Hashable {
  /// The service's name, compared exactly; 1 to 256 bytes without control characters.
  public var service: String
  /// The repository, by ``RepositorySetting/id``.
  public var repositoryID: Int64
  /// The directory in the repository, without slashes at its ends; nil for all of it.
  public var pathPrefix: String?
  /// The branch it is deployed from; nil for the default branch.
  public var branch: String?

  /// Makes a mapping; it is checked where it is stored.
  public init(
    service: String, repositoryID: Int64, pathPrefix: String? = nil, branch: String? = nil
  ) {
    self.service = service
    self.repositoryID = repositoryID
    self.pathPrefix = pathPrefix
    self.branch = branch
  }
}
