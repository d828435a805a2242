import Foundation
import GRDB

extension SyncRun {
  /// Reads a row of `syncRun`.
  fileprivate init(_ row: Row) {
    self.init(
      repositoryID: row["repositoryID"], cause: Cause(rawValue: row["cause"]) ?? .person,
      startedAt: row["startedAt"], seconds: row["seconds"])
    id = row["id"]
    failure = row["failure"]
    hint = row["hint"]
    needsReauthorization = row["needsReauthorization"]
    mergeRequests = row["mergeRequests"]
    diffs = row["diffs"]
    files = row["files"]
    commits = row["commits"]
    apiRequests = row["apiRequests"]
    objects = row["objects"]
    bytesReceived = row["bytesReceived"]
  }
}

extension SettingsStore {
  /// Writes down a run, and lets the oldest of its repository go where there are too many. Nothing
  /// happens for a repository that was removed meanwhile.
  public func insert(_ run: SyncRun) throws(SettingsError) {
    try write { db in
      guard try RepositoryRecord.exists(db, key: run.repositoryID) else { return }
      try db.execute(
        sql: """
          INSERT INTO syncRun (repositoryID, cause, startedAt, seconds, failure, hint,
            needsReauthorization, mergeRequests, diffs, files, commits, apiRequests, objects,
            bytesReceived)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          run.repositoryID, run.cause.rawValue, run.startedAt, run.seconds, run.failure, run.hint,
          run.needsReauthorization, run.mergeRequests, run.diffs, run.files, run.commits,
          run.apiRequests, run.objects, run.bytesReceived,
        ])
      try db.execute(
        sql: """
          DELETE FROM syncRun WHERE repositoryID = ?1 AND id NOT IN (
            SELECT id FROM syncRun WHERE repositoryID = ?1 ORDER BY id DESC LIMIT ?2)
          """, arguments: [run.repositoryID, SyncRun.maximumCount])
    }
  }

  /// The last runs, newest first.
  ///
  /// - Parameter repository: Only this one's; nil for those of all.
  public func syncRuns(
    repository: RepositorySetting.ID? = nil, limit: Int
  ) throws(SettingsError) -> [SyncRun] {
    try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM syncRun WHERE ?1 IS NULL OR repositoryID = ?1 ORDER BY id DESC LIMIT ?2
          """, arguments: [repository, max(0, limit)]
      ).map(SyncRun.init)
    }
  }
}
