import Foundation
import GRDB

extension CacheStore {
  /// Which merge requests to list, and how.
  public struct MergeRequestFilter: Sendable {
    /// `opened`, `closed`, `locked` or `merged`; `nil` for all.
    public var state: String?
    /// Only those that changed at or after this time.
    public var updatedSince: Date?
    /// Most changed lines first, instead of last change first.
    public var largestFirst = false
    /// The most rows; `nil` for all.
    public var limit: Int?

    /// Makes a filter that lets everything pass.
    public init() {}

    fileprivate var condition: String {
      "m.project = :project AND (:state IS NULL OR m.state = :state)"
        + " AND (:since IS NULL OR m.updatedAt >= :since)"
    }

    fileprivate func arguments(_ project: Int64) -> StatementArguments {
      ["project": project, "state": state, "since": updatedSince.map(StoredTime.init)]
    }

    fileprivate var order: String {
      largestFirst
        ? "coalesce(d.additions + d.deletions, -1) DESC, m.iid DESC"
        : "m.updatedAt DESC, m.iid DESC"
    }
  }

  /// Lists merge requests with their totals.
  public func mergeRequests(
    project: Int64, _ filter: MergeRequestFilter
  ) throws(CacheError) -> [CachedMergeRequest] {
    try read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT \(CachedMergeRequest.columns) FROM mergeRequest m LEFT JOIN diff d ON d.id = m.diffId
          WHERE \(filter.condition) ORDER BY \(filter.order) LIMIT \(filter.limit ?? -1)
          """, arguments: filter.arguments(project)
      ).map(CachedMergeRequest.init)
    }
  }

  /// Finds one merge request.
  public func mergeRequest(project: Int64, iid: Int64) throws(CacheError) -> CachedMergeRequest? {
    try read {
      try Row.fetchOne(
        $0,
        sql: """
          SELECT \(CachedMergeRequest.columns) FROM mergeRequest m LEFT JOIN diff d ON d.id = m.diffId
          WHERE m.project = ? AND m.iid = ?
          """, arguments: [project, iid]
      ).map(CachedMergeRequest.init)
    }
  }

  /// Tells which of some commits are stored, by their whole ids.
  public func storedCommits(
    project: Int64, among shas: some Sequence<String>
  ) throws(CacheError) -> Set<String> {
    try read { database in
      let statement = try database.cachedStatement(
        sql: "SELECT 1 FROM \"commit\" WHERE project = ? AND sha = ?")
      var found: Set<String> = []
      for sha in shas where try Row.fetchOne(statement, arguments: [project, sha]) != nil {
        found.insert(sha)
      }
      return found
    }
  }

  /// Lists the files of a stored diff in git's order.
  public func files(diff: Int64) throws(CacheError) -> [CachedFile] {
    try read { database in
      let statement = try database.makeStatement(
        sql: """
          SELECT a.files FROM diff d LEFT JOIN packedFiles a ON a.diffId = d.id WHERE d.id = ?
          """)
      let columns = StatementColumns(statement)
      let rows = try Row.fetchCursor(statement, arguments: [diff])
      // It may have been removed since its number was read.
      guard try rows.next() != nil else { return [] }
      return try self.files(of: diff, columns, at: 0)
    }
  }

  static let fileColumns = """
    p.bytes AS pathBytes, o.bytes AS oldPathBytes, f.status, f.additions, f.deletions,
    f.precision
    """
  static let fileTables = """
    diffFile f JOIN path p ON p.id = f.pathId LEFT JOIN path o ON o.id = f.oldPathId
    """

  /// A merge request that touched a file.
  public struct Touch: Sendable, Equatable {
    /// The merge request.
    public var mergeRequest: CachedMergeRequest
    /// The file as it changed it.
    public var file: CachedFile
  }

  /// Finds the merge requests that were merged in a span of time and touched a path, under its name of then or before
  /// it was renamed; newest first.
  public func touches(
    project: Int64, path: [UInt8], mergedFrom start: Date, until end: Date
  ) throws(CacheError) -> [Touch] {
    try read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT \(CachedMergeRequest.columns), \(Self.fileColumns)
          FROM (
            SELECT diffId, position FROM diffFile
            WHERE pathId = (SELECT id FROM path WHERE bytes = ?4)
            UNION SELECT diffId, position FROM diffFile
            WHERE oldPathId = (SELECT id FROM path WHERE bytes = ?4)) hit
            CROSS JOIN mergeRequest m ON m.diffId = hit.diffId AND m.project = ?1
            JOIN diff d ON d.id = hit.diffId
            JOIN diffFile f ON f.diffId = hit.diffId AND f.position = hit.position
            JOIN path p ON p.id = f.pathId LEFT JOIN path o ON o.id = f.oldPathId
          WHERE m.state = 'merged' AND +m.mergedAt BETWEEN ?2 AND ?3
          ORDER BY m.mergedAt DESC, m.iid DESC
          """,
        arguments: [project, StoredTime(start), StoredTime(end), Data(path)]
      ).map { Touch(mergeRequest: CachedMergeRequest($0), file: CachedFile($0)) }
    }
  }

  /// Counts the merge requests that were merged in a span of time.
  public func countMerged(
    project: Int64, from start: Date, until end: Date
  ) throws(CacheError) -> Int {
    try read {
      try Int.fetchOne(
        $0,
        sql: """
          SELECT count(*) FROM mergeRequest
          WHERE project = ? AND state = 'merged' AND mergedAt BETWEEN ? AND ?
          """, arguments: [project, StoredTime(start), StoredTime(end)]) ?? 0
    }
  }
}

extension CacheStore {
  /// Lists the branches that merge requests of the window go to, the most used first.
  public func targetBranches(project: Int64, since: Date) throws(CacheError) -> [String] {
    try read {
      try String.fetchAll(
        $0,
        sql: """
          SELECT targetBranch FROM mergeRequest WHERE project = ? AND updatedAt >= ?
          GROUP BY targetBranch ORDER BY count(*) DESC, targetBranch
          """, arguments: [project, StoredTime(since)])
    }
  }

  /// Lists the open merge requests of the window with the heads that the cache knows.
  public func openHeads(project: Int64, since: Date) throws(CacheError) -> [Int64: String?] {
    try read {
      let rows = try Row.fetchAll(
        $0,
        sql: """
          SELECT iid, headSha FROM mergeRequest WHERE project = ? AND state = 'opened' AND updatedAt >= ?
          """, arguments: [project, StoredTime(since)])
      return Dictionary(
        rows.map { ($0["iid"] as Int64, $0["headSha"] as String?) },
        uniquingKeysWith: { first, _ in first })
    }
  }
}

extension CacheStore {
  /// A state of a merge request's source branch that was seen at a sync.
  public struct MergeRequestVersion: Sendable, Equatable {
    /// The tip of the source branch.
    public var headSHA: String
    /// The merge base.
    public var baseSHA: String
    /// When it was first seen.
    public var seenAt: Date?
  }

  /// Lists the versions of a merge request that have a diff, newest first.
  public func versions(
    project: Int64, iid: Int64
  ) throws(CacheError) -> [MergeRequestVersion] {
    try read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT headSha, baseSha, seenAt FROM mergeRequestVersion WHERE project = ? AND iid = ?
          ORDER BY seenAt DESC, headSha
          """, arguments: [project, iid]
      ).map {
        MergeRequestVersion(
          headSHA: $0["headSha"], baseSHA: $0["baseSha"], seenAt: $0.time("seenAt"))
      }
    }
  }
}
