import Foundation
import GRDB

/// Upkeep of the database.
extension CacheStore {
  /// Deletes what is older than a time: merge requests that are not open, and commits.
  ///
  /// - Returns: How many merge requests and commits went.
  public func removeRows(project: Int64, olderThan time: Date) throws(CacheError) -> Int {
    try write { database in
      let limit = StoredTime(time)
      let condition = "project = :project AND updatedAt < :limit AND state <> 'opened'"
      try database.execute(
        sql: """
          DELETE FROM mergeRequestText WHERE rowid IN (
            SELECT project * 4294967296 + iid FROM mergeRequest WHERE \(condition))
          """, arguments: ["project": project, "limit": limit])
      try database.execute(
        sql: """
          DELETE FROM mergeRequestFunctions WHERE rowid IN (
            SELECT project * 4294967296 + iid FROM mergeRequest WHERE \(condition))
          """, arguments: ["project": project, "limit": limit])
      // A commit's row is found by its merge request's: of that, the id is the higher part.
      try database.execute(
        sql: """
          DELETE FROM commitText WHERE rowid >> 10 IN (
            SELECT project * 4294967296 + iid FROM mergeRequest WHERE \(condition))
          """, arguments: ["project": project, "limit": limit])
      try database.execute(
        sql: "DELETE FROM mergeRequest WHERE \(condition)",
        arguments: ["project": project, "limit": limit])
      var removed = database.changesCount
      try database.execute(
        sql: "DELETE FROM \"commit\" WHERE project = ? AND committedAt < ?",
        arguments: [project, limit])
      removed += database.changesCount
      try database.execute(
        sql: """
          UPDATE project SET listedSince = max(listedSince, :limit),
            commitsSince = max(commitsSince, :limit) WHERE id = :project
          """, arguments: ["project": project, "limit": limit])
      return removed
    }
  }

  /// Deletes diffs and paths that nothing speaks of any more, and comparisons of contents by other rules.
  ///
  /// - Returns: How many diffs went.
  public func removeUnused(algorithm: Int) throws(CacheError) -> Int {
    try write { database in
      try database.execute(
        sql: "DELETE FROM contentPair WHERE algorithm <> ?", arguments: [algorithm])
      return try Self.removeUnused(database)
    }
  }

  static func removeUnused(_ database: Database) throws -> Int {
    try database.execute(
      sql: """
        DELETE FROM diff WHERE id NOT IN (SELECT diffId FROM mergeRequest WHERE diffId IS NOT NULL)
          AND id NOT IN (SELECT diffId FROM "commit" WHERE diffId IS NOT NULL)
          AND id NOT IN (SELECT diffId FROM mergeRequestVersion)
        """)
    let removed = database.changesCount
    try database.execute(
      sql: """
        DELETE FROM path WHERE id NOT IN (SELECT pathId FROM diffFile)
          AND id NOT IN (SELECT oldPathId FROM diffFile WHERE oldPathId IS NOT NULL)
        """)
    return removed
  }

  /// The ids of all commits that rows of a project speak of as the ends of a diff.
  public func diffEnds(project: Int64) throws(CacheError) -> Set<String> {
    try read {
      try Set(
        String.fetchAll(
          $0,
          sql: """
            SELECT baseSha FROM mergeRequest WHERE project = ?1 AND baseSha IS NOT NULL
            UNION SELECT headSha FROM mergeRequest WHERE project = ?1 AND headSha IS NOT NULL
            UNION SELECT baseSha FROM mergeRequestVersion WHERE project = ?1
            UNION SELECT headSha FROM mergeRequestVersion WHERE project = ?1
            """, arguments: [project]))
    }
  }

  /// The iids of all merge requests of a project.
  public func iids(project: Int64) throws(CacheError) -> Set<Int64> {
    try read {
      try Set(
        Int64.fetchAll(
          $0, sql: "SELECT iid FROM mergeRequest WHERE project = ?", arguments: [project]))
    }
  }

  /// Gives pages that are not in use back to the disk, and empties the log.
  ///
  /// A database of a version that kept such pages is written anew once, which takes as much space again for a moment.
  public func compact() throws(CacheError) {
    do {
      try database.writeWithoutTransaction { database in
        let isIncremental = try Int.fetchOne(database, sql: "PRAGMA auto_vacuum") == 2
        if isIncremental {
          // Each row that the statement gives is a page given back.
          let pages = try Row.fetchCursor(database, sql: "PRAGMA incremental_vacuum")
          while try pages.next() != nil {}
        } else {
          try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
          try database.execute(sql: "VACUUM")
        }
        try database.checkpoint(.truncate)
      }
    } catch {
      throw CacheError(error, path: path)
    }
  }

  /// Writes a copy of the database, as it is at one moment, to a file that must not exist.
  ///
  /// - Returns: The projects in it, in the order of ``projects()``.
  public func copy(to file: String) throws(CacheError) -> [CachedProject] {
    do {
      try database.unsafeReentrantRead { database in
        try database.execute(sql: "VACUUM INTO ?", arguments: [file])
      }
      return try Self.openUnchanging(file).read(Self.projects)
    } catch {
      throw CacheError(error, path: file)
    }
  }

  /// What of the schema is not as this version makes it: names of tables, indexes, triggers and views.
  public func foreignSchema() throws(CacheError) -> [String] {
    func definitions(_ database: Database) throws -> Set<String> {
      try Set(
        String.fetchAll(
          database,
          sql: "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema"))
    }
    do {
      let expected = try DatabaseQueue()
      try CacheSchema.migrator.migrate(expected)
      let known = try expected.read(definitions)
      let found = try snapshot(definitions)
      return found.symmetricDifference(known).sorted().map {
        $0.split(separator: " ").prefix(2).joined(separator: " ")
      }
    } catch {
      throw CacheError(error, path: path)
    }
  }
}
