import Foundation
import GRDB

/// Comparisons of contents that are kept for the next time that the same two meet.
extension CacheStore {
  /// The most pairs that are kept, about 70 bytes each.
  public static let maximumPairs = 500_000

  /// Tells for each key what is known of the pair.
  public func pairs(_ keys: [Data], algorithm: Int) throws(CacheError) -> [CachedPair?] {
    do {
      // Without a transaction: rows are looked up one by one, and never change.
      return try database.unsafeRead { database in
        let statement = try database.cachedStatement(
          sql: """
            SELECT isBinary, isReversible, additions, deletions, backAdditions, backDeletions,
              similarity FROM contentPair WHERE pair = ? AND algorithm = ?
            """)
        return try keys.map { key in
          try Row.fetchOne(statement, arguments: [key, algorithm]).map { row in
            CachedPair(
              key: key, isBinary: row[0], isReversible: row[1],
              forward: CachedPair.Lines(row[2], row[3]),
              backward: CachedPair.Lines(row[4], row[5]), similarity: row[6])
          }
        }
      }
    } catch {
      throw CacheError(error, path: path)
    }
  }

  /// Whether any pair is kept.
  public func hasPairs() throws(CacheError) -> Bool {
    try read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT * FROM contentPair)") ?? false }
  }

  /// Keeps pairs, in one transaction, beside what is known of them, and drops the oldest above the limit.
  public func storePairs(
    _ pairs: [CachedPair], algorithm: Int, at time: Date, limit: Int = maximumPairs
  ) throws(CacheError) {
    let day = Int(time.timeIntervalSince1970 / 86400)
    try write { database in
      let statement = try database.cachedStatement(
        sql: """
          INSERT INTO contentPair (pair, algorithm, storedOn, isBinary, isReversible, additions,
            deletions, backAdditions, backDeletions, similarity)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (pair, algorithm) DO UPDATE SET storedOn = excluded.storedOn,
            isBinary = max(isBinary, excluded.isBinary),
            isReversible = max(isReversible, excluded.isReversible),
            additions = coalesce(excluded.additions, additions),
            deletions = coalesce(excluded.deletions, deletions),
            backAdditions = coalesce(excluded.backAdditions, backAdditions),
            backDeletions = coalesce(excluded.backDeletions, backDeletions),
            similarity = coalesce(excluded.similarity, similarity)
          """)
      // In the order of the keys each page of the table is touched once.
      for pair in pairs.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        try statement.execute(arguments: [
          pair.key, algorithm, day, pair.isBinary, pair.isReversible, pair.forward?.additions,
          pair.forward?.deletions, pair.backward?.additions, pair.backward?.deletions,
          pair.similarity,
        ])
      }
      try Self.trimPairs(database, algorithm: algorithm, limit: limit)
    }
  }

  /// Drops pairs that other rules made, and the oldest above the limit, down to three quarters of it.
  static func trimPairs(_ database: Database, algorithm: Int, limit: Int) throws {
    let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM contentPair") ?? 0
    guard count > limit else { return }
    try database.execute(
      sql: "DELETE FROM contentPair WHERE algorithm <> ?", arguments: [algorithm])
    let surplus = count - database.changesCount - limit * 3 / 4
    guard surplus > 0 else { return }
    try database.execute(
      sql: """
        DELETE FROM contentPair WHERE pair IN (
          SELECT pair FROM contentPair ORDER BY storedOn LIMIT ?)
        """, arguments: [surplus])
  }
}

extension CachedPair.Lines {
  fileprivate init?(_ additions: Int?, _ deletions: Int?) {
    guard let additions, let deletions else { return nil }
    self.init(additions: additions, deletions: deletions)
  }
}
