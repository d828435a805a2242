import Foundation

/// A merge request with all its files.
package struct MergeRequestPage: Sendable {
  /// The repository.
  package var repository: RepositoryDetails
  /// Its row.
  package var mergeRequest: MergeRequestRow
  /// Markdown, shown as it is written.
  package var description: String
  /// Its page on GitLab.
  package var webURL: String?
  /// Labels in GitLab's order.
  package var labels: [String]
  /// The branch it comes from.
  package var sourceBranch: String
  /// When it was opened.
  package var createdAt: Date
  /// The merge base, 40 hexadecimal digits.
  package var baseSHA: String?
  /// The tip of the source branch, likewise.
  package var headSHA: String?
  /// The commit that brought it into the target branch.
  package var landedSHA: String?
  /// The files in git's order.
  package var files: [FileRow]
  /// What the files are ordered by.
  package var sort: FileSort
  /// The versions that are known, newest first.
  package var versions: [Version]
  /// What GitLab's API gives at most of this instance's diffs.
  package var limits: DiffLimits

  /// Makes one of its parts.
  package init(
    repository: RepositoryDetails, mergeRequest: MergeRequestRow, description: String = "",
    webURL: String? = nil, labels: [String] = [], sourceBranch: String, createdAt: Date,
    baseSHA: String? = nil, headSHA: String? = nil, landedSHA: String? = nil, files: [FileRow] = [],
    sort: FileSort = .git, versions: [Version] = [], limits: DiffLimits = .selfManaged
  ) {
    self.repository = repository
    self.mergeRequest = mergeRequest
    self.description = description
    self.webURL = webURL
    self.labels = labels
    self.sourceBranch = sourceBranch
    self.createdAt = createdAt
    self.baseSHA = baseSHA
    self.headSHA = headSHA
    self.landedSHA = landedSHA
    self.files = files
    self.sort = sort
    self.versions = versions
    self.limits = limits
  }

  /// What the files are ordered by; the value of the address's `sort`.
  package enum FileSort: String, Sendable, CaseIterable {
    case git, path, additions, deletions, churn
  }

  /// A state of the source branch that was pushed.
  package struct Version: Sendable {
    /// The tip of the source branch.
    package var headSHA: String
    /// The merge base.
    package var baseSHA: String
    /// When it was made; nil where it is not known.
    package var createdAt: Date?

    /// Makes one of its parts.
    package init(
      headSHA: String, baseSHA: String, createdAt: Date? = nil
    ) {
      self.headSHA = headSHA
      self.baseSHA = baseSHA
      self.createdAt = createdAt
    }
  }
}

/// A file of a diff.
package struct FileRow: Sendable, Equatable {
  /// Its path; for a deleted file, that of old.
  package var path: String
  /// The path before a rename or copy.
  package var oldPath: String?
  /// `added`, `deleted`, `modified`, `renamed`, `copied` or `typeChanged`.
  package var status: String
  /// Lines added; nil for a binary file.
  package var additions: Int?
  /// Lines deleted; nil for a binary file.
  package var deletions: Int?
  /// Whether the counts are not git's own, since the text is too large to be compared.
  package var isEstimate: Bool

  /// Makes one of its parts.
  package init(
    path: String, oldPath: String? = nil, status: String, additions: Int? = nil,
    deletions: Int? = nil, isEstimate: Bool = false
  ) {
    self.path = path
    self.oldPath = oldPath
    self.status = status
    self.additions = additions
    self.deletions = deletions
    self.isEstimate = isEstimate
  }

  /// Changed lines.
  package var churn: Int { (additions ?? 0) + (deletions ?? 0) }
}

/// What GitLab's API gives at most of one diff. Beyond these it leaves files out, and says so only by `N+` as the number of
/// changes; see "Diff limits administration" in GitLab's documentation.
package struct DiffLimits: Sendable, Equatable {
  /// Files.
  package var files: Int
  /// Lines of all patches together.
  package var lines: Int

  /// Makes one of its parts.
  package init(
    files: Int, lines: Int
  ) {
    self.files = files
    self.lines = lines
  }

  /// The defaults of a self-managed instance.
  package static let selfManaged = DiffLimits(files: 1_000, lines: 50_000)
  /// Those of GitLab.com.
  package static let gitlabCom = DiffLimits(files: 3_000, lines: 100_000)
}
