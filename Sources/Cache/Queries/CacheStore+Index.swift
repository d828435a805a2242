import Foundation
import GRDB

extension CacheStore {
  /// A merge request that has to be looked into.
  public struct Unindexed: Sendable {
    /// The merge request.
    public var mergeRequest: CachedMergeRequest
    /// The id of its old tree, 40 hexadecimal digits.
    public var oldTree: String
    /// The id of its new tree.
    public var newTree: String
  }

  static func textRow(_ project: Int64, _ iid: Int64) -> Int64 {
    project &* (1 << 32) &+ (iid & 0xFFFF_FFFF)
  }

  /// The greatest number of a commit within its merge request.
  static let lastCommit: Int64 = 0x3FF

  static func commitRow(_ project: Int64, _ iid: Int64) -> Int64 {
    project &* (1 << 42) &+ (iid & 0xFFFF_FFFF) &* (1 << 10)
  }

  /// Lists the merged merge requests that have a diff and were not looked into since they changed, or by other rules.
  public func unindexed(project: Int64, algorithm: Int) throws(CacheError) -> [Unindexed] {
    try read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT \(CachedMergeRequest.columns), d.oldTree, d.newTree
          FROM mergeRequest m JOIN diff d ON d.id = m.diffId
            LEFT JOIN mergeRequestIndex i ON i.project = m.project AND i.iid = m.iid
          WHERE m.project = ? AND m.state = 'merged'
            AND (i.algorithm IS NOT ? OR i.updatedAt IS NOT m.updatedAt OR i.diffId IS NOT m.diffId)
          ORDER BY m.iid
          """, arguments: [project, algorithm]
      ).map {
        Unindexed(
          mergeRequest: CachedMergeRequest($0), oldTree: $0["oldTree"], newTree: $0["newTree"])
      }
    }
  }

  /// Stores what was found in merge requests, in one transaction.
  public func storeIndex(
    _ entries: [MergeRequestIndexEntry], project: Int64, algorithm: Int
  ) throws(CacheError) {
    try write { database in
      for entry in entries {
        try Self.storeText(entry, project: project, in: database)
        if let diff = entry.diffID {
          try Self.storeFiles(entry.files, diff: diff, in: database)
        }
        try database.cachedStatement(
          sql: """
            INSERT OR REPLACE INTO mergeRequestIndex (project, iid, updatedAt, diffId, algorithm)
            VALUES (?, ?, ?, ?, ?)
            """
        ).execute(arguments: [
          project, entry.iid, StoredTime(entry.updatedAt), entry.diffID, algorithm,
        ])
      }
    }
  }

  private static func storeText(
    _ entry: MergeRequestIndexEntry, project: Int64, in database: Database
  ) throws {
    let row = textRow(project, entry.iid)
    try database.cachedStatement(sql: "DELETE FROM mergeRequestText WHERE rowid = ?")
      .execute(arguments: [row])
    try database.cachedStatement(
      sql: """
        INSERT INTO mergeRequestText (rowid, title, description, paths, changes)
        VALUES (?, ?, ?, ?, ?)
        """
    ).execute(arguments: [row, entry.title, entry.description, entry.paths, entry.changes])
    try database.cachedStatement(sql: "DELETE FROM mergeRequestFunctions WHERE rowid = ?")
      .execute(arguments: [row])
    try database.cachedStatement(
      sql: "INSERT INTO mergeRequestFunctions (rowid, functions) VALUES (?, ?)"
    ).execute(arguments: [row, entry.functions])
    let first = commitRow(project, entry.iid)
    try database.cachedStatement(sql: "DELETE FROM commitText WHERE rowid BETWEEN ? AND ?")
      .execute(arguments: [first, first | lastCommit])
    let insert = try database.cachedStatement(
      sql: "INSERT INTO commitText (rowid, title, body) VALUES (?, ?, ?)")
    for (number, commit) in entry.commits.prefix(MergeRequestIndexEntry.mostCommits).enumerated() {
      try insert.execute(arguments: [first + Int64(number), commit.title, commit.body])
    }
  }

  private static func storeFiles(
    _ files: [MergeRequestIndexEntry.File], diff: Int64, in database: Database
  ) throws {
    for table in ["changedFile", "hunk"] {
      try database.cachedStatement(sql: "DELETE FROM \(table) WHERE diffId = ?")
        .execute(arguments: [diff])
    }
    let insertFile = try database.cachedStatement(
      sql: """
        INSERT INTO changedFile (diffId, position, oldBlob, newBlob, effect)
        VALUES (?, ?, ?, ?, ?)
        """)
    let insertHunk = try database.cachedStatement(
      sql: """
        INSERT INTO hunk (diffId, position, number, oldStart, oldCount, newStart, newCount, effect,
          function, functionStart, functionCount) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for file in files {
      try insertFile.execute(arguments: [
        diff, file.position, file.oldBlob.map { Data($0) }, file.newBlob.map { Data($0) },
        file.effect,
      ])
      for (number, hunk) in file.hunks.enumerated() {
        try insertHunk.execute(arguments: [
          diff, file.position, number, hunk.old.lowerBound, hunk.old.count, hunk.new.lowerBound,
          hunk.new.count, hunk.effect, hunk.function, hunk.functionLines?.lowerBound,
          hunk.functionLines?.count,
        ])
      }
    }
  }

  /// Lists the merge requests that were merged in a span of time, oldest first.
  public func merged(
    project: Int64, from start: Date, until end: Date
  ) throws(CacheError) -> [CachedMergeRequest] {
    try read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT \(CachedMergeRequest.columns) FROM mergeRequest m LEFT JOIN diff d ON d.id = m.diffId
          WHERE m.project = ? AND m.state = 'merged' AND m.mergedAt BETWEEN ? AND ?
          ORDER BY m.mergedAt, m.iid
          """, arguments: [project, StoredTime(start), StoredTime(end)]
      ).map(CachedMergeRequest.init)
    }
  }

  /// Lists the files of a diff with what was found in them, in git's order; of those that were not looked into, the
  /// effect is ``ChangeEffect/unknown``.
  public func fileChanges(diff: Int64) throws(CacheError) -> [CachedFileChange] {
    try read { try Self.fileChanges(diff: diff, in: $0) }
  }

  /// Lists the files of many diffs at once.
  public func fileChanges(diffs: [Int64]) throws(CacheError) -> [Int64: [CachedFileChange]] {
    try read { database in
      var found: [Int64: [CachedFileChange]] = [:]
      for diff in diffs where found[diff] == nil {
        found[diff] = try Self.fileChanges(diff: diff, in: database)
      }
      return found
    }
  }

  private static func fileChanges(diff: Int64, in database: Database) throws -> [CachedFileChange] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT f.position, p.bytes AS pathBytes, o.bytes AS oldPathBytes, f.additions, f.deletions,
          c.oldBlob, c.newBlob, c.effect
        FROM \(fileTables) LEFT JOIN changedFile c ON c.diffId = f.diffId AND c.position = f.position
        WHERE f.diffId = ? ORDER BY f.position
        """)
    // By place: a window has thousands of these rows, and names are sought anew in each.
    return try Row.fetchAll(statement, arguments: [diff]).map { row in
      CachedFileChange(
        position: row[0], path: Array(row[1] as Data),
        oldPath: (row[2] as Data?).map { Array($0) }, additions: row[3], deletions: row[4],
        oldBlob: (row[5] as Data?).map { Array($0) }, newBlob: (row[6] as Data?).map { Array($0) },
        effect: row[7] as ChangeEffect? ?? .unknown)
    }
  }

  /// Lists what a diff changed in its files, by the file's position.
  public func hunks(diffs: [Int64]) throws(CacheError) -> [Int64: [Int: [CachedHunk]]] {
    try read { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT position, oldStart, oldCount, newStart, newCount, effect, function, functionStart,
            functionCount FROM hunk WHERE diffId = ? ORDER BY position, number
          """)
      var found: [Int64: [Int: [CachedHunk]]] = [:]
      for diff in diffs where found[diff] == nil {
        var files: [Int: [CachedHunk]] = [:]
        let rows = try Row.fetchCursor(statement, arguments: [diff])
        while let row = try rows.next() {
          files[row[0], default: []].append(CachedHunk(row))
        }
        found[diff] = files
      }
      return found
    }
  }
}

extension CacheStore {
  /// Counts how often files were changed by the merge requests that changed one of them.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - mostFiles: Merge requests that changed more files tell nothing.
  /// - Returns: By path; the file itself has the number of those merge requests.
  public func companions(
    project: Int64, of path: [UInt8], mergedFrom start: Date, until end: Date, mostFiles: Int
  ) throws(CacheError) -> [[UInt8]: Int] {
    try read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT p.bytes, count(*) FROM (
            SELECT m.iid, m.diffId FROM diffFile f
              CROSS JOIN mergeRequest m ON m.diffId = f.diffId AND m.project = ?1
              JOIN diff d ON d.id = m.diffId
            WHERE f.pathId = (SELECT id FROM path WHERE bytes = ?2) AND m.state = 'merged'
              AND +m.mergedAt BETWEEN ?3 AND ?4 AND d.files <= ?5) own
            CROSS JOIN diffFile f ON f.diffId = own.diffId JOIN path p ON p.id = f.pathId
          GROUP BY f.pathId
          """,
        arguments: [project, Data(path), StoredTime(start), StoredTime(end), mostFiles])
      var found: [[UInt8]: Int] = [:]
      while let row = try rows.next() { found[Array(row[0] as Data)] = row[1] }
      return found
    }
  }

  /// Finds which of some diffs changed the code of functions of these names.
  public func functionChanges(
    named names: [String], diffs: Set<Int64>
  ) throws(CacheError) -> [String: Set<Int64>] {
    try read { database in
      let statement = try database.cachedStatement(
        sql: "SELECT DISTINCT diffId FROM hunk WHERE function = ? AND effect = 0")
      var found: [String: Set<Int64>] = [:]
      for name in names.prefix(2_000) {
        let changed = try Set(Int64.fetchAll(statement, arguments: [name])).intersection(diffs)
        if !changed.isEmpty { found[name] = changed }
      }
      return found
    }
  }
}
