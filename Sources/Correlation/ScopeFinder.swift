import Cache

/// Finds out where to look for a culprit: what is named, else where the symptom's services lead, else everywhere.
public struct ScopeFinder {
  /// Where a service is built from, as the settings have it.
  public struct ServicePlace: Sendable, Equatable {
    /// The directory name below `mirrors/`.
    public var host: String
    /// GitLab's number for the project.
    public var projectID: Int64
    /// The directory in it.
    public var pathPrefix: String?
    /// The branch that is deployed.
    public var branch: String?

    /// Makes a place of its parts.
    public init(host: String, projectID: Int64, pathPrefix: String?, branch: String?) {
      self.host = host
      self.projectID = projectID
      self.pathPrefix = pathPrefix
      self.branch = branch
    }
  }

  /// The cache has no such repository, or none that the service is built from.
  public struct NotCached: Error, Sendable, Equatable {
    /// The repository or service.
    public var name: String
    /// Whether it is a service.
    public var isService: Bool
  }

  private let cache: CacheStore
  private let place: (String) throws -> ServicePlace?

  /// - Parameter place: The mapping of a service, by its exact name.
  public init(cache: CacheStore, place: @escaping (String) throws -> ServicePlace?) {
    self.cache = cache
    self.place = place
  }

  /// Finds the scopes of a question, each place once: a whole project takes in its parts.
  ///
  /// - Parameters:
  ///   - repositories: Paths of projects; where there are any, nothing else counts.
  ///   - services: Where there are any, the symptom's do not count.
  /// - Throws: ``NotCached``, ``CacheError``, what the mapping throws.
  public func scopes(
    repositories: [String], services: [String], symptom: Symptom
  ) throws -> [AnalysisScope] {
    Self.distinct(try named(repositories: repositories, services: services, symptom: symptom))
  }

  private func named(
    repositories: [String], services: [String], symptom: Symptom
  ) throws -> [AnalysisScope] {
    if !repositories.isEmpty {
      return try repositories.map { path in
        let clean = path.split(separator: "/").joined(separator: "/")
        guard let project = try cache.project(path: clean) else {
          throw NotCached(name: path, isService: false)
        }
        return AnalysisScope(project: project)
      }
    }
    if !services.isEmpty {
      return try services.map { name in
        guard let scope = try scope(ofService: name) else {
          throw NotCached(name: name, isService: true)
        }
        return scope
      }
    }
    let mapped = try symptom.services.compactMap { try scope(ofService: $0) }
    if !mapped.isEmpty { return mapped }
    return try cache.projects().filter { $0.syncedAt != nil }.map { AnalysisScope(project: $0) }
  }

  /// The mapping of a service, or a repository of that name.
  private func scope(ofService name: String) throws -> AnalysisScope? {
    if let place = try place(name),
      let project = try cache.project(host: place.host, projectID: place.projectID)
    {
      return AnalysisScope(project: project, pathPrefix: place.pathPrefix, branch: place.branch)
    }
    return try cache.projects().first {
      $0.path.split(separator: "/").last.map(String.init) == name
    }
    .map { AnalysisScope(project: $0) }
  }

  private static func distinct(_ scopes: [AnalysisScope]) -> [AnalysisScope] {
    let whole = Set(scopes.filter { $0.pathPrefix == nil }.map(\.project.id))
    var seen: Set<String> = []
    return scopes.filter { scope in
      (scope.pathPrefix == nil || !whole.contains(scope.project.id))
        && seen.insert("\(scope.project.id) \(scope.pathPrefix ?? "")").inserted
    }
  }
}
