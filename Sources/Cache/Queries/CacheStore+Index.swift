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
    project &* (1 << 32) &+ (iid & (0xFFFF_FFFF))
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

  /// Counts the merge requests of all projects whose words are indexed.
  public func indexedMergeRequests() throws(CacheError) -> Int {
    try read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM mergeRequestIndex") ?? 0
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

  /// How well the words of a merge request fit a query, larger is better, 0 for none.
  public struct TextScores: Sendable, Equatable {
    /// In the title.
    public var title = 0.0
    /// In the description.
    public var description = 0.0
    /// In the paths of changed files.
    public var paths = 0.0
    /// In changed lines.
    public var changes = 0.0
    /// In all of these together.
    public var all = 0.0
  }

  /// Ranks the merge requests of a range of iids by BM25 (SQLite's FTS5).
  ///
  /// - Parameter tokens: Tokens in lower case, as the index holds them; at most 400 are used.
  public func textScores(
    project: Int64, iids: ClosedRange<Int64>, tokens: [String]
  ) throws(CacheError) -> [Int64: TextScores] {
    // What FTS5 would split again is a phrase to it, and the index has no places for phrases.
    let phrases = tokens.prefix(400).filter { token in
      token.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .decimalNumber: true
        default: false
        }
      }
    }.map { "\"\($0)\"" }
    guard !phrases.isEmpty else { return [:] }
    return try read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT rowid, bm25(mergeRequestText, 1, 0, 0, 0) AS title,
            bm25(mergeRequestText, 0, 1, 0, 0) AS description,
            bm25(mergeRequestText, 0, 0, 1, 0) AS paths,
            bm25(mergeRequestText, 0, 0, 0, 1) AS changes,
            bm25(mergeRequestText, 3, 1, 2, 1) AS everything
          FROM mergeRequestText WHERE mergeRequestText MATCH ? AND rowid BETWEEN ? AND ?
          """,
        arguments: [
          phrases.joined(separator: " OR "), Self.textRow(project, iids.lowerBound),
          Self.textRow(project, iids.upperBound),
        ])
      var found: [Int64: TextScores] = [:]
      while let row = try rows.next() {
        let id: Int64 = row["rowid"]
        // FTS5 gives the better match the lower number.
        found[id & (0xFFFF_FFFF)] = TextScores(
          title: -(row["title"] as Double), description: -(row["description"] as Double),
          paths: -(row["paths"] as Double), changes: -(row["changes"] as Double),
          all: -(row["everything"] as Double))
      }
      return found
    }
  }
}

extension CacheStore {
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
