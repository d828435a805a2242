import Foundation
import GRDB

extension CacheStore {
  /// What GitLab says of a project at the start of a sync.
  public struct ProjectFacts: Sendable {
    /// The directory name below `mirrors/`.
    public var host: String
    /// GitLab's number for it.
    public var projectID: Int64
    /// The instance.
    public var baseURL: String
    /// The full path of today.
    public var path: String
    /// The default branch.
    public var defaultBranch: String?
    /// The page for people.
    public var webURL: String?
    /// Days of merge requests to keep ready.
    public var lookbackDays: Int

    /// Makes facts of their parts.
    public init(
      host: String, projectID: Int64, baseURL: String, path: String, defaultBranch: String?,
      webURL: String?, lookbackDays: Int
    ) {
      self.host = host
      self.projectID = projectID
      self.baseURL = baseURL
      self.path = path
      self.defaultBranch = defaultBranch
      self.webURL = webURL
      self.lookbackDays = lookbackDays
    }
  }

  /// Lists all mirrored projects by host and path.
  public func projects() throws(CacheError) -> [CachedProject] {
    try read(Self.projects)
  }

  static func projects(_ database: Database) throws -> [CachedProject] {
    try Row.fetchAll(database, sql: "SELECT * FROM project ORDER BY host, path, id").map(
      CachedProject.init)
  }

  /// Lists the projects of a full path, without regard to case, one a host.
  ///
  /// A path that moved from one project to another belongs to the one that was synced last.
  public func projects(path: String) throws(CacheError) -> [CachedProject] {
    let all: [CachedProject] = try read {
      try Row.fetchAll(
        $0, sql: "SELECT * FROM project WHERE path = ? ORDER BY host, syncedAt DESC, id DESC",
        arguments: [path]
      ).map(CachedProject.init)
    }
    return all.enumerated().filter { $0.offset == 0 || all[$0.offset - 1].host != $0.element.host }
      .map(\.element)
  }

  /// Finds a project by its full path, without regard to case; on any host where none is given.
  ///
  /// A path that moved from one project to another belongs to the one that was synced last.
  public func project(path: String, host: String? = nil) throws(CacheError) -> CachedProject? {
    try read {
      try Row.fetchOne(
        $0,
        sql: """
          SELECT * FROM project WHERE path = ? AND (?2 IS NULL OR host = ?2)
          ORDER BY syncedAt DESC, id DESC LIMIT 1
          """, arguments: [path, host]
      ).map(CachedProject.init)
    }
  }

  /// Finds a project by its host and GitLab's number for it.
  public func project(host: String, projectID: Int64) throws(CacheError) -> CachedProject? {
    try read {
      try Row.fetchOne(
        $0, sql: "SELECT * FROM project WHERE host = ? AND projectId = ?",
        arguments: [host, projectID]
      ).map(CachedProject.init)
    }
  }

  /// Notes that a sync of a project begins, with what GitLab says of it now.
  public func beginSync(
    _ facts: ProjectFacts, at time: Date
  ) throws(CacheError) -> CachedProject {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO project (host, projectId, baseUrl, path, defaultBranch, webUrl, lookbackDays, attemptedAt)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (host, projectId) DO UPDATE SET baseUrl = excluded.baseUrl, path = excluded.path,
            defaultBranch = excluded.defaultBranch, webUrl = excluded.webUrl,
            lookbackDays = excluded.lookbackDays, attemptedAt = excluded.attemptedAt
          """,
        arguments: [
          facts.host, facts.projectID, facts.baseURL, facts.path, facts.defaultBranch, facts.webURL,
          facts.lookbackDays, StoredTime(time),
        ])
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM project WHERE host = ? AND projectId = ?",
        arguments: [facts.host, facts.projectID])
      guard let row else { throw CacheError.database(path: path, detail: "the project is gone") }
      return CachedProject(row)
    }
  }

  /// Notes how far the list of merge requests has been read.
  public func noteListing(
    project: Int64, since: Date, until: Date?
  ) throws(CacheError) {
    try write {
      try $0.execute(
        sql:
          "UPDATE project SET listedSince = ?, changedUntil = coalesce(?, changedUntil) WHERE id = ?",
        arguments: [StoredTime(since), until.map(StoredTime.init), project])
    }
  }

  /// Notes since when the commits that the branch tips reach are complete.
  public func noteCommits(
    project: Int64, since: Date, tips: String
  ) throws(CacheError) {
    try write {
      try $0.execute(
        sql: "UPDATE project SET commitsSince = ?, commitTips = ? WHERE id = ?",
        arguments: [StoredTime(since), tips, project])
    }
  }

  /// Notes that a sync ended well, and the start of the window that it kept ready.
  public func finishSync(
    project: Int64, at time: Date, windowStart: Date
  ) throws(CacheError) {
    try write {
      try $0.execute(
        sql: "UPDATE project SET syncedAt = ?, windowSince = ?, failure = NULL WHERE id = ?",
        arguments: [StoredTime(time), StoredTime(windowStart), project])
    }
  }

  /// Notes why a sync that began then failed; nothing where the project was never found before.
  public func failSync(
    host: String, projectID: Int64, reason: String, at time: Date
  ) throws(CacheError) {
    try write {
      try $0.execute(
        sql: "UPDATE project SET failure = ?, attemptedAt = ? WHERE host = ? AND projectId = ?",
        arguments: [reason, StoredTime(time), host, projectID])
    }
  }

  /// Deletes a project and all that only it uses.
  public func removeProject(_ id: Int64) throws(CacheError) {
    try write { database in
      try database.execute(
        sql: "DELETE FROM mergeRequestVersion WHERE project = ?", arguments: [id])
      try database.execute(
        sql: "DELETE FROM mergeRequestText WHERE rowid BETWEEN ? AND ?",
        arguments: [Self.textRow(id, 0), Self.textRow(id, 0xFFFF_FFFF)])
      try database.execute(
        sql: "DELETE FROM mergeRequestFunctions WHERE rowid BETWEEN ? AND ?",
        arguments: [Self.textRow(id, 0), Self.textRow(id, 0xFFFF_FFFF)])
      try database.execute(
        sql: "DELETE FROM commitText WHERE rowid BETWEEN ? AND ?",
        arguments: [Self.commitRow(id, 0), Self.commitRow(id, 0xFFFF_FFFF) | Self.lastCommit])
      try database.execute(sql: "DELETE FROM project WHERE id = ?", arguments: [id])
      _ = try Self.removeUnused(database)
    }
  }

  /// Counts of what is cached for a project.
  public struct ProjectCounts: Sendable, Equatable {
    /// Merge requests.
    public var mergeRequests: Int
    /// Merge requests without a diff.
    public var incomplete: Int
    /// Commits, merges included.
    public var commits: Int
    /// Rows of files in the diffs of its merge requests and commits.
    public var files: Int
  }

  /// Counts the merge requests without a diff.
  public func incompleteCount(project: Int64) throws(CacheError) -> Int {
    try read { try Self.incompleteCount($0, project) }
  }

  private static func incompleteCount(_ database: Database, _ project: Int64) throws -> Int {
    try Int.fetchOne(
      database,
      sql: """
        SELECT count(*) FROM mergeRequest INDEXED BY mergeRequestIncomplete
        WHERE project = ? AND incomplete IS NOT NULL
        """, arguments: [project]) ?? 0
  }

  /// Counts what is cached for a project. Visits every diff of it, so it is for people and not for each sync.
  public func counts(project: Int64) throws(CacheError) -> ProjectCounts {
    try read { database in
      func count(_ sql: String) throws -> Int {
        try Int.fetchOne(database, sql: sql, arguments: [project]) ?? 0
      }
      return ProjectCounts(
        mergeRequests: try count("SELECT count(*) FROM mergeRequest WHERE project = ?"),
        incomplete: try Self.incompleteCount(database, project),
        commits: try count("SELECT count(*) FROM \"commit\" WHERE project = ?"),
        files: try count(
          """
          SELECT coalesce(sum(files), 0) FROM diff WHERE id IN (
            SELECT diffId FROM mergeRequest WHERE project = ?1
            UNION SELECT diffId FROM "commit" WHERE project = ?1)
          """))
    }
  }
}
