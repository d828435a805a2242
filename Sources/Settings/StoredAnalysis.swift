import Foundation

/// An analysis that was asked for over the dashboard or the API.
public struct StoredAnalysis: Sendable, Hashable, Identifiable {
  /// Never given out twice.
  public let id: Int64
  /// How far it is.
  public var status: Status
  /// When it was asked for.
  public let createdAt: Date
  /// When the answer or the failure came.
  public var finishedAt: Date?
  /// The question as JSON, the symptom left out.
  public let question: String
  /// What lists show of the answer, as JSON; nil where there is none.
  public var headline: String?
  /// Why there is no answer, a sentence; nil where nothing failed.
  public var failure: String?

  /// The answer of an analysis in the forms that it is asked for.
  public struct Answer: Sendable, Hashable {
    /// What lists show, as JSON.
    public var headline: String
    /// As the API gives it, as JSON.
    public var answer: String
    /// As the page shows it, as JSON.
    public var view: String
    /// A page of its own, HTML.
    public var page: String

    /// Takes the forms together.
    public init(headline: String, answer: String, view: String, page: String) {
      self.headline = headline
      self.answer = answer
      self.view = view
      self.page = page
    }
  }

  /// How far an analysis is.
  public enum Status: String, Sendable, Hashable, CaseIterable, Codable {
    /// It waits for its turn.
    case pending
    /// It is being answered.
    case processing
    /// It is answered.
    case complete
    /// It is answered, but not everything that was asked about could be looked at.
    case partial
    /// It has no answer.
    case failed
  }

  /// The most analyses that are kept; the oldest go first.
  public static let maximumCount = 500
  /// The most bytes of symptoms that are kept of all of them together.
  public static let maximumSymptomBytes = 256 << 20
}
