import GRDB

extension CacheStore {
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
    let match = Self.match(tokens)
    guard let match else { return [:] }
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
          match, Self.textRow(project, iids.lowerBound),
          Self.textRow(project, iids.upperBound),
        ])
      var found: [Int64: TextScores] = [:]
      while let row = try rows.next() {
        let id: Int64 = row["rowid"]
        // FTS5 gives the better match the lower number.
        found[id & 0xFFFF_FFFF] = TextScores(
          title: -(row["title"] as Double), description: -(row["description"] as Double),
          paths: -(row["paths"] as Double), changes: -(row["changes"] as Double),
          all: -(row["everything"] as Double))
      }
      return found
    }
  }

  /// How well the functions that a merge request changed fit a query by their names, by BM25.
  ///
  /// - Parameter tokens: As for ``textScores(project:iids:tokens:)``.
  public func functionScores(
    project: Int64, iids: ClosedRange<Int64>, tokens: [String]
  ) throws(CacheError) -> [Int64: Double] {
    guard let match = Self.match(tokens) else { return [:] }
    return try read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT rowid, bm25(mergeRequestFunctions) FROM mergeRequestFunctions
          WHERE mergeRequestFunctions MATCH ? AND rowid BETWEEN ? AND ?
          """,
        arguments: [
          match, Self.textRow(project, iids.lowerBound), Self.textRow(project, iids.upperBound),
        ])
      var found: [Int64: Double] = [:]
      while let row = try rows.next() {
        found[(row[0] as Int64) & 0xFFFF_FFFF] = -(row[1] as Double)
      }
      return found
    }
  }

  /// How well the commits of a merge request fit a query, larger is better, 0 for none.
  public struct CommitScores: Sendable, Equatable {
    /// The best whole message.
    public var message = 0.0
    /// The best first line.
    public var title = 0.0
    /// All messages, summed.
    public var all = 0.0
    /// The number of the commit with the best message, the newest being 0.
    public var best = 0
  }

  /// Ranks the merge requests of a range of iids by the messages of their commits, by BM25.
  ///
  /// - Parameter tokens: As for ``textScores(project:iids:tokens:)``.
  public func commitScores(
    project: Int64, iids: ClosedRange<Int64>, tokens: [String]
  ) throws(CacheError) -> [Int64: CommitScores] {
    guard let match = Self.match(tokens) else { return [:] }
    return try read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT rowid, bm25(commitText, 1, 1), bm25(commitText, 1, 0) FROM commitText
          WHERE commitText MATCH ? AND rowid BETWEEN ? AND ?
          """,
        arguments: [
          match, Self.commitRow(project, iids.lowerBound),
          Self.commitRow(project, iids.upperBound) | Self.lastCommit,
        ])
      var found: [Int64: CommitScores] = [:]
      while let row = try rows.next() {
        let id: Int64 = row[0]
        let (message, title) = (-(row[1] as Double), -(row[2] as Double))
        let iid = (id >> 10) & 0xFFFF_FFFF
        var scores = found[iid] ?? CommitScores()
        if message > scores.message {
          scores.message = message
          scores.best = Int(id & Self.lastCommit)
        }
        scores.title = max(scores.title, title)
        scores.all += message
        found[iid] = scores
      }
      return found
    }
  }

  /// The query that finds any of some tokens; `nil` where none can be sought.
  private static func match(_ tokens: [String]) -> String? {
    // What FTS5 would split again is a phrase to it, and the index has no places for phrases.
    let phrases = tokens.prefix(400).filter { token in
      token.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .decimalNumber: true
        default: false
        }
      }
    }.map { "\"\($0)\"" }
    return phrases.isEmpty ? nil : phrases.joined(separator: " OR ")
  }
}
