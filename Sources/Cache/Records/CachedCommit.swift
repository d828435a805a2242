import Foundation
import GRDB

/// A commit of the window with the totals of its diff against its first parent.
public struct CachedCommit: Sendable, Equatable {
  /// 40 hexadecimal digits.
  public var sha: String
  /// The first parent; `nil` for a root commit.
  public var parentSHA: String?
  /// Whether it has two or more parents; merges have no diff here, as with `git log --no-merges`.
  public var isMerge: Bool
  /// Who wrote it.
  public var authorName: String
  /// The author's mail address.
  public var authorEmail: String
  /// When it was written.
  public var authoredAt: Date
  /// When it came into this history.
  public var committedAt: Date
  /// The first line of the message.
  public var title: String
  /// The diff's sums.
  public var totals: DiffTotals?
  /// Why there is no diff; `nil` also for merges.
  public var incomplete: String?
  /// The stored diff.
  public internal(set) var diffID: Int64?

  /// Makes a commit without a diff.
  public init(
    sha: String, parentSHA: String?, isMerge: Bool, authorName: String, authorEmail: String,
    authoredAt: Date, committedAt: Date, title: String
  ) {
    self.sha = sha
    self.parentSHA = parentSHA
    self.isMerge = isMerge
    self.authorName = authorName
    self.authorEmail = authorEmail
    self.authoredAt = authoredAt
    self.committedAt = committedAt
    self.title = title
  }

  /// The columns that ``init(_:)`` reads, first in a row and in this order, from `commit` as c and `diff` as d.
  static let columns = """
    c.sha, c.parentSha, c.isMerge, c.authorName, c.authorEmail, c.authoredAt, c.committedAt, c.title,
    c.diffId, c.incomplete, \(DiffTotals.columns)
    """

  init(_ row: Row) {
    var columns = ColumnReader(row)
    sha = columns.next()
    parentSHA = columns.optional()
    isMerge = columns.next()
    authorName = columns.next()
    authorEmail = columns.next()
    authoredAt = columns.time() ?? .distantPast
    committedAt = columns.time() ?? .distantPast
    title = columns.next()
    diffID = columns.optional()
    incomplete = columns.optional()
    totals = DiffTotals(&columns)
  }
}
