import Foundation
import GRDB

/// A merge request with the totals of its diff.
public struct CachedMergeRequest: Sendable, Equatable {
  /// Its number in the project.
  public var iid: Int64
  /// GitLab's number for it on the instance.
  public var gitlabID: Int64
  /// One line.
  public var title: String
  /// Markdown; cut at ``maximumDescriptionBytes``.
  public var description: String
  /// `opened`, `closed`, `locked` or `merged`.
  public var state: String
  /// Whether it is a draft.
  public var isDraft: Bool
  /// The author's display name; `nil` for a deleted account.
  public var authorName: String?
  /// The author's handle.
  public var authorUsername: String?
  /// When it was opened.
  public var createdAt: Date
  /// When GitLab last noted a change.
  public var updatedAt: Date
  /// When it was merged.
  public var mergedAt: Date?
  /// When it was closed without a merge.
  public var closedAt: Date?
  /// Where it goes.
  public var targetBranch: String
  /// Where it comes from.
  public var sourceBranch: String
  /// The project of the source branch.
  public var sourceProjectID: Int64?
  /// Labels in GitLab's order.
  public var labels: [String]
  /// The page for people.
  public var webURL: String?
  /// The merge commit.
  public var mergeCommitSHA: String?
  /// The squash commit.
  public var squashCommitSHA: String?
  /// The merge base.
  public var baseSHA: String?
  /// The tip of the source branch.
  public var headSHA: String?
  /// The tip of the target branch when this version was made.
  public var startSHA: String?
  /// The diff's sums; `nil` where it could not be computed.
  public var totals: DiffTotals?
  /// Why there is no diff.
  public var incomplete: String?
  /// When the diff is tried again without news from GitLab.
  public var retryAt: Date?
  /// The stored diff.
  public internal(set) var diffID: Int64?

  /// The most bytes of a description that are kept.
  public static let maximumDescriptionBytes = 256 * 1024

  /// Makes a merge request without a diff.
  public init(
    iid: Int64, gitlabID: Int64, title: String, description: String, state: String, isDraft: Bool,
    authorName: String?, authorUsername: String?, createdAt: Date, updatedAt: Date, mergedAt: Date?,
    closedAt: Date?, targetBranch: String, sourceBranch: String, sourceProjectID: Int64?,
    labels: [String], webURL: String?, mergeCommitSHA: String?, squashCommitSHA: String?
  ) {
    self.iid = iid
    self.gitlabID = gitlabID
    self.title = title
    self.description = String(
      decoding: description.utf8.prefix(Self.maximumDescriptionBytes), as: UTF8.self)
    self.state = state
    self.isDraft = isDraft
    self.authorName = authorName
    self.authorUsername = authorUsername
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.mergedAt = mergedAt
    self.closedAt = closedAt
    self.targetBranch = targetBranch
    self.sourceBranch = sourceBranch
    self.sourceProjectID = sourceProjectID
    self.labels = labels
    self.webURL = webURL
    self.mergeCommitSHA = mergeCommitSHA
    self.squashCommitSHA = squashCommitSHA
  }

  /// The columns that ``init(_:)`` reads, first in a row and in this order, from `mergeRequest` as m and `diff` as d.
  static let columns = """
    m.iid, m.gitlabId, m.title, m.description, m.state, m.isDraft, m.authorName, m.authorUsername,
    m.createdAt, m.updatedAt, m.mergedAt, m.closedAt, m.targetBranch, m.sourceBranch,
    m.sourceProjectId, m.labels, m.webUrl, m.mergeCommitSha, m.squashCommitSha, m.baseSha, m.headSha,
    m.startSha, m.diffId, m.incomplete, m.retryAt, \(DiffTotals.columns)
    """

  init(_ row: Row) {
    var columns = ColumnReader(row)
    iid = columns.next()
    gitlabID = columns.next()
    title = columns.next()
    description = columns.next()
    state = columns.next()
    isDraft = columns.next()
    authorName = columns.optional()
    authorUsername = columns.optional()
    createdAt = columns.time() ?? .distantPast
    updatedAt = columns.time() ?? .distantPast
    mergedAt = columns.time()
    closedAt = columns.time()
    targetBranch = columns.next()
    sourceBranch = columns.next()
    sourceProjectID = columns.optional()
    labels = Self.labels(columns.next())
    webURL = columns.optional()
    mergeCommitSHA = columns.optional()
    squashCommitSHA = columns.optional()
    baseSHA = columns.optional()
    headSHA = columns.optional()
    startSHA = columns.optional()
    diffID = columns.optional()
    incomplete = columns.optional()
    retryAt = columns.time()
    totals = DiffTotals(&columns)
  }

  private static func labels(_ json: String) -> [String] {
    json == "[]" ? [] : (try? JSONDecoder().decode([String].self, from: Data(json.utf8))) ?? []
  }

  /// Where people find what it did in the target branch: the merge commit, the squash commit or its tip.
  public var landedSHA: String? {
    state == "merged" ? mergeCommitSHA ?? squashCommitSHA ?? headSHA : nil
  }
}

extension DiffTotals {
  /// The columns that ``init(_:)`` reads, from `diff` as d.
  static let columns =
    "d.files AS diffFiles, d.additions AS diffAdditions, d.deletions AS diffDeletions"

  /// `nil` where the joined diff is missing.
  init?(_ columns: inout ColumnReader) {
    let (files, additions, deletions): (Int?, Int?, Int?) = (
      columns.optional(), columns.optional(), columns.optional()
    )
    guard let files, let additions, let deletions else { return nil }
    self.init(files: files, additions: additions, deletions: deletions)
  }
}
