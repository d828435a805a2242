import Cache
import Foundation
import Mirror

/// Checks that the cache is sound and that every object which it speaks of is in its mirror, undamaged. A damaged
/// database does not keep it from looking at the mirrors.
public struct CacheVerification {
  /// What was looked at in one project, and what is wrong there.
  public struct ProjectFinding: Sendable {
    /// The project's path; the mirror's place where the database cannot tell it.
    public var path: String
    /// The address of its instance; `nil` where the database cannot tell it.
    public var baseURL: String?
    /// Objects that were read and hashed.
    public var objects: Int
    /// Sentences; none for a sound mirror.
    public var problems: [String]
  }

  private let directory: String
  private let cache: CacheStore?
  private let openingProblem: String?

  /// Opens the cache in a directory for reading.
  ///
  /// - Throws: ``CacheError``, but none for a damaged database.
  public init(directory: String) throws {
    self.directory = directory
    (cache, openingProblem) = try Self.open(directory)
  }

  private static func open(_ directory: String) throws -> (CacheStore?, problem: String?) {
    do {
      return (try CacheStore(directory: directory, access: .readOnly), nil)
    } catch {
      guard let detail = damage(error) else { throw error }
      return (nil, detail)
    }
  }

  /// What SQLite says of a damaged database; `nil` for any other error.
  private static func damage(_ error: any Error) -> String? {
    if case CacheError.corrupt(_, let detail) = error { detail } else { nil }
  }

  /// - Parameter cache: Open for reading at least.
  public init(cache: CacheStore) {
    directory = cache.directory
    self.cache = cache
    openingProblem = nil
  }

  /// What SQLite finds wrong with the database.
  public func databaseProblems() throws -> [String] {
    if let openingProblem { return [openingProblem] }
    do {
      return try cache?.integrityProblems() ?? []
    } catch {
      guard let detail = Self.damage(error) else { throw error }
      return [detail]
    }
  }

  /// Checks all mirrors, of the database's projects or, where it cannot tell them, of those that lie on the disk.
  ///
  /// - Parameter progress: Told the number of objects of a mirror read so far; returns whether to go on.
  public func verifyMirrors(progress: (Int) -> Bool) throws -> [ProjectFinding] {
    if let projects = try projects() {
      return try projects.map { try verify($0, progress: progress) }
    }
    return try MirrorDirectory.all(in: directory).map { try verify($0, progress: progress) }
  }

  private func projects() throws -> [CachedProject]? {
    do {
      return try cache?.projects()
    } catch {
      guard Self.damage(error) != nil else { throw error }
      return nil
    }
  }

  /// Checks one project's mirror.
  public func verify(
    _ project: CachedProject, progress: (Int) -> Bool
  ) throws -> ProjectFinding {
    let mirror = MirrorDirectory(
      cache: directory, host: project.host, projectID: project.projectID)
    guard mirror.exists else {
      return ProjectFinding(
        path: project.path, baseURL: project.baseURL, objects: 0,
        problems: ["the mirror \(mirror.path) is missing; the next sync fetches it again"])
    }
    var finding = try verify(mirror, progress: progress)
    finding.path = project.path
    finding.baseURL = project.baseURL
    guard let repository = try? Repository(bareAt: mirror.path) else { return finding }
    for request in try cache?.mergeRequests(project: project.id, .init()) ?? []
    where request.totals != nil {
      for sha in [request.baseSHA, request.headSHA].compactMap({ $0 }) {
        guard let id = ObjectID(hex: sha), !repository.contains(id) else { continue }
        finding.problems.append("commit \(sha) of !\(request.iid) is missing")
      }
    }
    return finding
  }

  private func verify(
    _ mirror: MirrorDirectory, progress: (Int) -> Bool
  ) throws -> ProjectFinding {
    var finding = ProjectFinding(path: mirror.path, objects: 0, problems: [])
    do throws(GitError) {
      let repository = try Repository(bareAt: mirror.path)
      let result = try repository.verifyObjects(progress: progress)
      finding.objects = result.objects
      finding.problems =
        try mirror.visibleDamage(in: repository)
        + result.damaged.map { "object \($0.id): \($0.reason)" }
    } catch {
      finding.problems.append("\(error)")
    }
    return finding
  }
}
