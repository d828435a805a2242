import Foundation

/// Decides which page to ask for next while all merge requests that changed since a time are listed.
///
/// The list is ordered by `updated_at`, oldest first. Rows move to its end while it is read, so deep paging would skip
/// some; the listing instead starts again at the last time it saw, and turns pages only within one instant.
public struct MergeRequestListing: Sendable {
  /// A page to ask for.
  public struct Page: Sendable, Equatable {
    /// Rows that changed at this time or later.
    public var updatedAfter: Date
    /// The page, from 1.
    public var number: Int
  }

  /// Rows a page; GitLab's most.
  public static let rowsPerPage = 100

  private var page: Page?
  private var seen: [Int64: Date] = [:]

  /// Starts a listing of everything that changed at or after a time.
  public init(updatedAfter: Date) {
    page = Page(updatedAfter: updatedAfter, number: 1)
  }

  /// The page to ask for; `nil` when the list is complete.
  public var next: Page? { page }

  /// Takes in the rows of ``next`` and returns those that were not there before, or not in this state.
  ///
  /// - Throws: ``GitLabError/malformed(_:)`` for a full page without news behind the first: a server or a cache on the
  ///   way that does not turn pages. To end there would leave a gap that nobody sees.
  public mutating func receive(_ rows: [MergeRequest]) throws(GitLabError) -> [MergeRequest] {
    guard let current = page else { return [] }
    let fresh = rows.filter { seen.updateValue($0.updatedAt, forKey: $0.iid) != $0.updatedAt }
    if rows.count < Self.rowsPerPage {
      page = nil
    } else if fresh.isEmpty && current.number > 1 {
      throw .malformed("the list of merge requests does not go on behind page \(current.number)")
    } else if let last = rows.map(\.updatedAt).max(), last > current.updatedAfter {
      page = Page(updatedAfter: last, number: 1)
    } else {
      page = Page(updatedAfter: current.updatedAfter, number: current.number + 1)
    }
    return fresh
  }
}
