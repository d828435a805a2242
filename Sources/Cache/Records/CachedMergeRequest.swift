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

  /// The columns that ``init(_:)`` reads, from `mergeRequest` as m and `diff` as d.
  static let columns = """
    m.*, d.files AS diffFiles, d.additions AS diffAdditions, d.deletions AS diffDeletions
    """

  init(_ row: Row) {
    iid = row["iid"]
    gitlabID = row["gitlabId"]
    title = row["title"]
    description = row["description"]
    state = row["state"]
    isDraft = row["isDraft"]
    authorName = row["authorName"]
    authorUsername = row["authorUsername"]
    createdAt = row.time("createdAt") ?? .distantPast
    updatedAt = row.time("updatedAt") ?? .distantPast
    mergedAt = row.time("mergedAt")
    closedAt = row.time("closedAt")
    targetBranch = row["targetBranch"]
    sourceBranch = row["sourceBranch"]
    sourceProjectID = row["sourceProjectId"]
    labels =
      (try? JSONDecoder().decode([String].self, from: Data((row["labels"] as String).utf8))) ?? []
    webURL = row["webUrl"]
    mergeCommitSHA = row["mergeCommitSha"]
    squashCommitSHA = row["squashCommitSha"]
    baseSHA = row["baseSha"]
    headSHA = row["headSha"]
    startSHA = row["startSha"]
    diffID = row["diffId"]
    incomplete = row["incomplete"]
    retryAt = row.time("retryAt")
    totals = DiffTotals(row)
  }

  /// Where people find what it did in the target branch: the merge commit, the squash commit or its tip.
  public var landedSHA: String? {
    state == "merged" ? mergeCommitSHA ?? squashCommitSHA ?? headSHA : nil
  }
}

extension DiffTotals {
  /// `nil` where the joined diff is missing.
  init?(_ row: Row) {
    guard let files = row["diffFiles"] as Int? else { return nil }
    self.init(files: files, additions: row["diffAdditions"], deletions: row["diffDeletions"])
  }
}
