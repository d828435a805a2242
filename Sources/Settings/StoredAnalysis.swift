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
  /// The answer as JSON; nil in lists and where there is none.
  public var answer: String?
  /// Why there is no answer, a sentence; nil where nothing failed.
  public var failure: String?

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
