import Foundation

/// What is cached of a repository: merge requests, churn, hotspots and authors.
package struct RepositoryPage: Sendable {
  /// The repository.
  package var repository: RepositoryDetails
  /// What the person asked for.
  package var query: MergeRequestQuery
  /// All merge requests of the window; the page filters, sorts and cuts them by the query.
  package var mergeRequests: [MergeRequestRow]
  /// Churn by file, most first.
  package var files: [ChurnRow]
  /// Churn by author, most first.
  package var authors: [ChurnRow]
  /// Churn by day, oldest first; days without any may be left out.
  package var days: [ChurnDay]

  /// Makes one of its parts.
  package init(
    repository: RepositoryDetails, query: MergeRequestQuery, mergeRequests: [MergeRequestRow] = [],
    files: [ChurnRow] = [], authors: [ChurnRow] = [], days: [ChurnDay] = []
  ) {
    self.repository = repository
    self.query = query
    self.mergeRequests = mergeRequests
    self.files = files
    self.authors = authors
    self.days = days
  }
}

/// What heads a repository's pages.
package struct RepositoryDetails: Sendable {
  /// Its id in the settings.
  package var id: Int64
  /// The full path.
  package var path: String
  /// The instance, as `https://gitlab.com`.
  package var baseURL: String
  /// Its page on GitLab.
  package var webURL: String?
  /// The default branch.
  package var defaultBranch: String?
  /// Days that are kept ready.
  package var lookbackDays: Int
  /// The start of the window that is shown.
  package var windowStart: Date?
  /// Whether `sync` visits it.
  package var isActive: Bool
  /// When a sync last ended well; nil for never.
  package var syncedAt: Date?
  /// Why the last sync failed; nil where it did not.
  package var failure: String?
  /// Merge requests without a diff.
  package var incomplete: Int
  /// Commits in the window.
  package var commits: Int

  /// Makes one of its parts.
  package init(
    id: Int64, path: String, baseURL: String, webURL: String? = nil, defaultBranch: String? = nil,
    lookbackDays: Int, windowStart: Date? = nil, isActive: Bool = true, syncedAt: Date? = nil,
    failure: String? = nil, incomplete: Int = 0, commits: Int = 0
  ) {
    self.id = id
    self.path = path
    self.baseURL = baseURL
    self.webURL = webURL
    self.defaultBranch = defaultBranch
    self.lookbackDays = lookbackDays
    self.windowStart = windowStart
    self.isActive = isActive
    self.syncedAt = syncedAt
    self.failure = failure
    self.incomplete = incomplete
    self.commits = commits
  }
}

/// A merge request in a table.
package struct MergeRequestRow: Sendable, Equatable {
  /// Its number in the project.
  package var iid: Int64
  /// One line.
  package var title: String
  /// `opened`, `closed`, `locked` or `merged`.
  package var state: String
  /// Whether it is a draft.
  package var isDraft: Bool
  /// The author's name; nil for a deleted account.
  package var author: String?
  /// When GitLab last noted a change.
  package var updatedAt: Date
  /// When it was merged.
  package var mergedAt: Date?
  /// The branch it goes to.
  package var targetBranch: String
  /// Files that differ; nil where there is no diff.
  package var files: Int?
  /// Lines added.
  package var additions: Int
  /// Lines deleted.
  package var deletions: Int
  /// Why there is no diff.
  package var incomplete: String?

  /// Makes one of its parts.
  package init(
    iid: Int64, title: String, state: String, isDraft: Bool = false, author: String? = nil,
    updatedAt: Date, mergedAt: Date? = nil, targetBranch: String, files: Int? = nil,
    additions: Int = 0, deletions: Int = 0, incomplete: String? = nil
  ) {
    self.iid = iid
    self.title = title
    self.state = state
    self.isDraft = isDraft
    self.author = author
    self.updatedAt = updatedAt
    self.mergedAt = mergedAt
    self.targetBranch = targetBranch
    self.files = files
    self.additions = additions
    self.deletions = deletions
    self.incomplete = incomplete
  }

  /// Changed lines.
  package var churn: Int { additions + deletions }
}

/// Changed lines in one place or by one author.
package struct ChurnRow: Sendable, Equatable {
  /// The path or the author's name.
  package var name: String
  /// Merged merge requests that touched it.
  package var mergeRequests: Int
  /// Lines added.
  package var additions: Int
  /// Lines deleted.
  package var deletions: Int

  /// Makes one of its parts.
  package init(
    name: String, mergeRequests: Int, additions: Int, deletions: Int
  ) {
    self.name = name
    self.mergeRequests = mergeRequests
    self.additions = additions
    self.deletions = deletions
  }

  /// Changed lines.
  package var churn: Int { additions + deletions }
}

/// Changed lines of the merge requests that were merged on one day.
package struct ChurnDay: Sendable, Equatable {
  /// Any time of the day, in UTC.
  package var day: Date
  /// Merge requests merged.
  package var mergeRequests: Int
  /// Lines added.
  package var additions: Int
  /// Lines deleted.
  package var deletions: Int

  /// Makes one of its parts.
  package init(
    day: Date, mergeRequests: Int, additions: Int, deletions: Int
  ) {
    self.day = day
    self.mergeRequests = mergeRequests
    self.additions = additions
    self.deletions = deletions
  }
}
