import GRDB

/// The words of a merge request, parted by spaces, as they were stored with
/// ``CacheStore/storeIndex(_:project:algorithm:)``.
public struct IndexedWords: Sendable, Equatable {
  /// Of the title.
  public var title = ""
  /// Of the description.
  public var description = ""
  /// Of the paths of changed files.
  public var paths = ""
  /// Of changed lines.
  public var changes = ""
  /// Of the names of changed functions.
  public var functions = ""
  /// Of the messages of its commits, the newest first.
  public var commits: [MergeRequestIndexEntry.CommitWords] = []

  /// Makes words of none.
  public init() {}

  init(title: String, description: String, paths: String, changes: String) {
    self.title = title
    self.description = description
    self.paths = paths
    self.changes = changes
  }
}

extension CacheStore {
  /// Finds the merge requests that have any of some words, by the full-text index (SQLite's FTS5), and reads their words:
  /// title to changed lines together, names of functions and each commit where these have one.
  ///
  /// - Parameters:
  ///   - iids: The merge requests that are looked at.
  ///   - tokens: Tokens in lower case, as the index holds them; at most 400 are used.
  public func words(
    project: Int64, iids: Set<Int64>, matching tokens: [String]
  ) throws(CacheError) -> [Int64: IndexedWords] {
    guard let match = Self.match(tokens), let first = iids.min(), let last = iids.max() else {
      return [:]
    }
    let range: StatementArguments = [
      match, Self.textRow(project, first), Self.textRow(project, last),
    ]
    return try read { database in
      var found: [Int64: IndexedWords] = [:]
      let texts = try Row.fetchCursor(
        database,
        sql: """
          SELECT rowid, title, description, paths, changes FROM mergeRequestText
          WHERE mergeRequestText MATCH ? AND rowid BETWEEN ? AND ?
          """, arguments: range)
      while let row = try texts.next() {
        let iid = (row[0] as Int64) & 0xFFFF_FFFF
        guard iids.contains(iid) else { continue }
        found[iid] = IndexedWords(
          title: row[1], description: row[2], paths: row[3], changes: row[4])
      }
      let functions = try Row.fetchCursor(
        database,
        sql: """
          SELECT rowid, functions FROM mergeRequestFunctions
          WHERE mergeRequestFunctions MATCH ? AND rowid BETWEEN ? AND ?
          """, arguments: range)
      while let row = try functions.next() {
        let iid = (row[0] as Int64) & 0xFFFF_FFFF
        guard iids.contains(iid) else { continue }
        found[iid, default: IndexedWords()].functions = row[1]
      }
      let commits = try Row.fetchCursor(
        database,
        sql: """
          SELECT rowid, title, body FROM commitText
          WHERE commitText MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid
          """,
        arguments: [
          match, Self.commitRow(project, first), Self.commitRow(project, last) | Self.lastCommit,
        ])
      while let row = try commits.next() {
        let iid = ((row[0] as Int64) >> 10) & 0xFFFF_FFFF
        guard iids.contains(iid) else { continue }
        found[iid, default: IndexedWords()].commits.append(
          MergeRequestIndexEntry.CommitWords(title: row[1], body: row[2]))
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
