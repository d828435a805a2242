import Foundation

/// The analyses that were run, newest first.
package struct AnalysesPage: Sendable {
  /// The rows of this page.
  package var analyses: [AnalysisSummary]
  /// Which page, from 1.
  package var page: Int
  /// How many pages there are.
  package var pages: Int

  /// Makes one of its parts.
  package init(analyses: [AnalysisSummary] = [], page: Int = 1, pages: Int = 1) {
    self.analyses = analyses
    self.page = page
    self.pages = pages
  }

  /// The rows of a page.
  package static let pageSize = 100
}

/// An analysis in a list.
package struct AnalysisSummary: Sendable {
  /// How far it is.
  package enum Status: String, Sendable { case pending, processing, complete, partial, failed }

  /// Its id.
  package var id: String
  /// What was asked, in the person's words.
  package var description: String
  /// How far it is.
  package var status: Status
  /// When it was asked for.
  package var createdAt: Date
  /// The start of the window of time.
  package var from: Date
  /// Its end.
  package var until: Date
  /// The repositories that are looked at.
  package var repositories: [String]
  /// Where is looked: the repositories' names, or how many they are.
  package var place: String {
    repositories.count > 5
      ? Words.count(repositories.count, "repository", "repositories")
      : repositories.joined(separator: ", ")
  }
  /// The first suspect, as `group/project!12 Title`; nil where there is none, or not yet.
  package var suspect: String?
  /// How likely that one is the culprit, 0 to 1.
  package var confidence: Double?

  /// Makes one of its parts.
  package init(
    id: String, description: String, status: Status, createdAt: Date, from: Date, until: Date,
    repositories: [String] = [], suspect: String? = nil, confidence: Double? = nil
  ) {
    self.id = id
    self.description = description
    self.status = status
    self.createdAt = createdAt
    self.from = from
    self.until = until
    self.repositories = repositories
    self.suspect = suspect
    self.confidence = confidence
  }
}
