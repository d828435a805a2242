import Cache
import Foundation
import Mirror

/// Checks that the cache is sound and that every object which it speaks of is in its mirror, undamaged.
public struct CacheVerification {
  /// What was looked at in one project, and what is wrong there.
  public struct ProjectFinding: Sendable {
    /// The project's path.
    public var path: String
    /// Objects that were read and hashed.
    public var objects: Int
    /// Sentences; none for a sound mirror.
    public var problems: [String]
  }

  private let cache: CacheStore

  /// - Parameter cache: Open for reading at least.
  public init(cache: CacheStore) { self.cache = cache }

  /// What SQLite finds wrong with the database.
  public func databaseProblems() throws -> [String] { try cache.integrityProblems() }

  /// Checks one project's mirror.
  ///
  /// - Parameter progress: Told the number of objects read so far; returns whether to go on.
  public func verify(
    _ project: CachedProject, progress: (Int) -> Bool
  ) throws -> ProjectFinding {
    var finding = ProjectFinding(path: project.path, objects: 0, problems: [])
    let mirror = MirrorDirectory(
      cache: cache.directory, host: project.host, projectID: project.projectID)
    guard mirror.exists else {
      finding.problems = ["the mirror \(mirror.path) is missing; the next sync fetches it again"]
      return finding
    }
    let repository = try Repository(bareAt: mirror.path)
    let result = try repository.verifyObjects(progress: progress)
    finding.objects = result.objects
    finding.problems = result.damaged.map { "object \($0.id): \($0.reason)" }
    for request in try cache.mergeRequests(project: project.id, .init())
    where request.totals != nil {
      for sha in [request.baseSHA, request.headSHA].compactMap({ $0 }) {
        guard let id = ObjectID(hex: sha), !repository.contains(id) else { continue }
        finding.problems.append("commit \(sha) of !\(request.iid) is missing")
      }
    }
    return finding
  }
}
