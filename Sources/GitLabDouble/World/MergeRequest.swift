import Foundation

/// The three commits that define a merge request's diff.
public struct DiffRefs: Sendable, Hashable {
  /// The merge base of source and target.
  public var base: String
  /// The tip of the source branch.
  public var head: String
  /// The tip of the target branch when the diff was made.
  public var start: String

  /// Names the three commits.
  public init(base: String, head: String, start: String) {
    self.base = base
    self.head = head
    self.start = start
  }
}

/// One pushed state of a merge request.
public struct DiffVersion: Sendable {
  /// The instance-wide id.
  public var id: Int
  /// The commits of this state.
  public var refs: DiffRefs
  /// When the state was pushed.
  public var createdAt: Date
  /// `collected`, `overflow`, `empty` or `without_files`.
  public var state: String?
}

/// A merge request with all that GitLab tells of it.
public struct MergeRequest: Sendable {
  /// The instance-wide id; 0 lets the double choose one.
  public var id = 0
  /// The number within the project; 0 lets the double choose one.
  public var iid: Int
  /// The title.
  public var title: String
  /// The description, in Markdown.
  public var text: String?
  /// `opened`, `closed`, `locked` or `merged`.
  public var state: String
  /// When the merge request was opened.
  public var createdAt: Date
  /// GitLab's time of the last change; it does not move with every push.
  public var updatedAt: Date
  /// When the merge request was merged.
  public var mergedAt: Date?
  /// When the merge request was closed without a merge.
  public var closedAt: Date?
  /// Who opened it; nil after the account is gone.
  public var author: User?
  /// Who merged it, or set it to merge.
  public var mergeUser: User?
  /// Who closed it.
  public var closedBy: User?
  /// Who reviews it.
  public var reviewers: [User] = []
  /// Who is assigned.
  public var assignees: [User] = []
  /// The branch merged into.
  public var targetBranch: String
  /// The branch that is merged.
  public var sourceBranch: String
  /// The project of the source branch; nil = the target project.
  public var sourceProjectID: Int?
  /// Whether the fork of the source branch is gone; `source_project_id` is then null.
  public var sourceProjectGone = false
  /// Labels, by title.
  public var labels: [String] = []
  /// Whether it is a draft.
  public var draft = false
  /// The tip of the source branch; nil until prepared.
  public var sha: String?
  /// The merge commit, if there is one.
  public var mergeCommitSHA: String?
  /// The squash commit, if there is one.
  public var squashCommitSHA: String?
  /// Whether the commits are to be squashed.
  public var squash = false
  /// The commits of the diff; nil until prepared.
  public var diffRefs: DiffRefs?
  /// When GitLab finished the first preparation.
  public var preparedAt: Date?
  /// The pushed states, oldest first.
  public var versions: [DiffVersion] = []
  /// Comments.
  public var userNotesCount = 0
  /// GitLab's opinion on whether it can be merged; nil = derived from the state.
  public var detailedMergeStatus: String?
  /// Members set or replaced in the merge request's JSON, in lists too.
  public var extra: [JSON.Member] = []

  /// Makes a merge request; what is not given has GitLab's defaults.
  public init(
    iid: Int = 0, title: String, text: String? = nil, state: String = "opened",
    createdAt: Date, updatedAt: Date? = nil, mergedAt: Date? = nil, author: User? = nil,
    targetBranch: String = "main", sourceBranch: String, sha: String? = nil,
    mergeCommitSHA: String? = nil, diffRefs: DiffRefs? = nil
  ) {
    self.iid = iid
    self.title = title
    self.text = text
    self.state = state
    self.createdAt = createdAt
    self.updatedAt = updatedAt ?? mergedAt ?? createdAt
    self.mergedAt = mergedAt
    self.author = author
    self.targetBranch = targetBranch
    self.sourceBranch = sourceBranch
    self.sha = sha ?? diffRefs?.head
    self.mergeCommitSHA = mergeCommitSHA
    self.diffRefs = diffRefs
    self.preparedAt = diffRefs == nil ? nil : createdAt
  }
}
