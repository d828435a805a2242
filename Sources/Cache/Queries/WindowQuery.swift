import Foundation
import GRDB

/// The statements that answer over the window of a project: one each, over indexes alone.
enum WindowQuery {
  /// How many columns of a row belong to the owner of the files.
  static let ownerColumns = 5

  private static let mergeRequest = "m.iid, m.title, m.baseSha, m.headSha, m.incomplete"
  private static let commit = "m.sha, m.parentSha, m.title, m.diffId, m.incomplete"
  static let file = "p.bytes, o.bytes, f.status, f.additions, f.deletions, f.precision"

  static let mergeRequests = window(
    mergeRequest, of: "mergeRequest",
    "m.project = :project AND m.updatedAt >= :since ORDER BY m.updatedAt DESC, m.iid DESC")

  static let commits = window(
    commit, of: "\"commit\"",
    """
    m.project = :project AND m.committedAt >= :since AND m.isMerge = 0
    ORDER BY m.committedAt DESC, m.sha DESC
    """)

  static let mergeRequestsOfPath = history(
    mergeRequest, of: "mergeRequest", in: "+m.updatedAt >= :since",
    order: "m.updatedAt DESC, m.iid DESC")

  static let commitsOfPath = history(
    commit, of: "\"commit\"", in: "+m.committedAt >= :since AND +m.isMerge = 0",
    order: "m.committedAt DESC, m.sha DESC")

  static func hotspots(_ grouping: CacheStore.HotspotGrouping) -> String {
    let rows = """
      FROM mergeRequest m JOIN diffFile f ON f.diffId = m.diffId
      WHERE m.project = :project AND m.mergedAt >= :since AND m.state = 'merged'
      """
    let sums =
      "count(DISTINCT m.iid), sum(coalesce(f.additions, 0)), sum(coalesce(f.deletions, 0))"
    return switch grouping {
    case .file:
      """
      SELECT (SELECT bytes FROM path WHERE id = f.pathId), \(sums) \(rows) GROUP BY f.pathId
      """
    case .author:
      "SELECT CAST(coalesce(m.authorName, 'unknown') AS BLOB) AS name, \(sums) \(rows) GROUP BY name"
    case .directory:
      """
      SELECT p.bytes, m.iid, coalesce(f.additions, 0), coalesce(f.deletions, 0)
      FROM mergeRequest m JOIN diffFile f ON f.diffId = m.diffId JOIN path p ON p.id = f.pathId
      WHERE m.project = :project AND m.mergedAt >= :since AND m.state = 'merged'
      ORDER BY m.mergedAt, m.iid
      """
    }
  }

  /// What the statements take; each ignores what it does not name.
  static func arguments(_ project: Int64, _ since: Date?, _ path: [UInt8]?) -> StatementArguments {
    // The empty text comes before every time.
    let since = since.map { StoredTime($0).text } ?? ""
    guard var path else { return ["project": project, "since": since] }
    while path.last == UInt8(ascii: "/") { path.removeLast() }
    return [
      "project": project, "since": since, "path": Data(path),
      "below": Data(path + [UInt8(ascii: "/")]), "behind": Data(path + [UInt8(ascii: "/") + 1]),
    ]
  }

  /// The order is that of the index backwards, and the left join brings the files of each owner as one row: nothing is
  /// sorted.
  private static func window(_ columns: String, of owners: String, _ condition: String) -> String {
    """
    SELECT \(columns), m.diffId, a.files FROM \(owners) m LEFT JOIN packedFiles a ON a.diffId = m.diffId
    WHERE \(condition)
    """
  }

  /// The planner is told the order of the joins: from the few paths to their rows, never through a whole project.
  private static func history(
    _ columns: String, of owners: String, in window: String, order: String
  ) -> String {
    """
    WITH RECURSIVE name (id) AS (
      SELECT id FROM path WHERE bytes = :path
      UNION
      SELECT f.oldPathId FROM name CROSS JOIN diffFile f ON f.pathId = name.id
        CROSS JOIN \(owners) m ON m.diffId = f.diffId AND m.project = :project
      WHERE f.oldPathId IS NOT NULL AND \(window)
    ), place (id) AS (
      SELECT id FROM name UNION SELECT id FROM path WHERE bytes >= :below AND bytes < :behind
    ), hit (diffId, position) AS (
      SELECT f.diffId, f.position FROM place CROSS JOIN diffFile f ON f.pathId = place.id
      UNION
      SELECT f.diffId, f.position FROM place CROSS JOIN diffFile f ON f.oldPathId = place.id
    )
    SELECT \(columns), \(file) FROM hit
      CROSS JOIN \(owners) m ON m.diffId = hit.diffId AND m.project = :project
      CROSS JOIN diffFile f ON f.diffId = hit.diffId AND f.position = hit.position
      CROSS JOIN path p ON p.id = f.pathId LEFT JOIN path o ON o.id = f.oldPathId
    WHERE \(window) ORDER BY \(order), f.position
    """
  }
}

extension Row {
  /// The bytes of a BLOB; `nil` for NULL.
  func bytes(at index: Int) -> [UInt8]? {
    (self[index] as Data?).map { Array($0) }
  }
}
