/// What a person asked of the table of merge requests: filters, order and page, as the query of the address carries them.
package struct MergeRequestQuery: Sendable, Equatable {
  /// What rows are ordered by.
  package enum Sort: String, Sendable, CaseIterable {
    case merged, updated, number, title, author, files, additions, deletions, churn
  }

  /// Only this state; nil for all.
  package var state: String?
  /// Only this author; nil for all.
  package var author: String?
  /// Only titles or numbers with these words; empty for all.
  package var text: String
  /// What rows are ordered by.
  package var sort: Sort
  /// Whether the smallest comes first.
  package var isAscending: Bool
  /// Which page, from 1.
  package var page: Int
  /// The directory that the picture of churn shows; nil for all.
  package var directory: String?

  /// Makes one of its parts.
  package init(
    state: String? = nil, author: String? = nil, text: String = "", sort: Sort = .merged,
    isAscending: Bool = false, page: Int = 1, directory: String? = nil
  ) {
    self.state = state
    self.author = author
    self.text = text
    self.sort = sort
    self.isAscending = isAscending
    self.page = page
    self.directory = directory
  }

  /// The rows of a page.
  package static let pageSize = 1_000
}
