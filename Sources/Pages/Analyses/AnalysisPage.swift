import Foundation

/// An analysis with its answer.
package struct AnalysisPage: Sendable {
  /// Its row in the list.
  package var summary: AnalysisSummary
  /// The symptom that was given; empty for none.
  package var symptom: String
  /// The answer; nil while there is none.
  package var answer: AnalysisAnswer?
  /// Why it failed, or failed in part, in a sentence with what to do.
  package var failure: String?

  /// Makes one of its parts.
  package init(
    summary: AnalysisSummary, symptom: String = "", answer: AnalysisAnswer? = nil,
    failure: String? = nil
  ) {
    self.summary = summary
    self.symptom = symptom
    self.answer = answer
    self.failure = failure
  }
}

/// The answer of an analysis, as `analyze` gives it.
package struct AnalysisAnswer: Sendable, Codable, Equatable {
  /// When it was seen.
  package var at: Date
  /// How many days before that were looked at.
  package var lookbackDays: Int
  /// The suspects, best first.
  package var suspects: [SuspectDetails]
  /// Whether the first suspect is worth naming.
  package var hasGoodSuspect: Bool
  /// Why there is no good suspect.
  package var explanation: String?
  /// Merge requests that were merged in the window and may have done it.
  package var candidates: Int
  /// Frames that the symptom has.
  package var frames: Int
  /// Those of the window that cannot have broken it, newest first.
  package var exonerated: [Exonerated]
  /// The commit that paths were read at, by project path.
  package var revisions: [String: String]
  /// The directories that alone were looked at, by project path; nil in answers that do not tell.
  package var pathPrefixes: [String: [String]]?

  /// Makes one of its parts.
  package init(
    at: Date, lookbackDays: Int, suspects: [SuspectDetails] = [], hasGoodSuspect: Bool,
    explanation: String? = nil, candidates: Int, frames: Int, exonerated: [Exonerated] = [],
    revisions: [String: String] = [:], pathPrefixes: [String: [String]]? = nil
  ) {
    self.at = at
    self.lookbackDays = lookbackDays
    self.suspects = suspects
    self.hasGoodSuspect = hasGoodSuspect
    self.explanation = explanation
    self.candidates = candidates
    self.frames = frames
    self.exonerated = exonerated
    self.revisions = revisions
    self.pathPrefixes = pathPrefixes
  }

  /// A merge request that cannot have broken it.
  package struct Exonerated: Sendable, Codable, Equatable {
    /// The project's path.
    package var repository: String
    /// Its number.
    package var iid: Int64
    /// Its title.
    package var title: String
    /// A clause, as "it was reverted by 1234abcd before the incident".
    package var reason: String

    /// Makes one of its parts.
    package init(
      repository: String, iid: Int64, title: String, reason: String
    ) {
      self.repository = repository
      self.iid = iid
      self.title = title
      self.reason = reason
    }
  }
}

/// A merge request that may have broken it.
package struct SuspectDetails: Sendable, Codable, Equatable {
  /// The project's path.
  package var repository: String
  /// The repository's id in the settings, to link to its page here; nil where it is no longer watched.
  package var repositoryID: Int64?
  /// Its number.
  package var iid: Int64
  /// Its title.
  package var title: String
  /// The author's name; nil for a deleted account.
  package var author: String?
  /// When it was merged.
  package var mergedAt: Date?
  /// Its page on GitLab.
  package var webURL: String?
  /// The probability by the score alone, 0 to 1.
  package var score: Double
  /// How likely it is the culprit, 0 to 1.
  package var confidence: Double
  /// Two sentences.
  package var explanation: String
  /// The file that speaks most against it.
  package var file: String
  /// The function in it.
  package var function: String?
  /// The reasons, strongest first.
  package var evidence: [Reason]
  /// The lines that speak most against it.
  package var snippet: [Line]

  /// Makes one of its parts.
  package init(
    repository: String, repositoryID: Int64? = nil, iid: Int64, title: String,
    author: String? = nil, mergedAt: Date? = nil, webURL: String? = nil, score: Double,
    confidence: Double, explanation: String, file: String, function: String? = nil,
    evidence: [Reason] = [], snippet: [Line] = []
  ) {
    self.repository = repository
    self.repositoryID = repositoryID
    self.iid = iid
    self.title = title
    self.author = author
    self.mergedAt = mergedAt
    self.webURL = webURL
    self.score = score
    self.confidence = confidence
    self.explanation = explanation
    self.file = file
    self.function = function
    self.evidence = evidence
    self.snippet = snippet
  }

  /// One reason.
  package struct Reason: Sendable, Codable, Equatable {
    /// The file in the repository.
    package var file: String
    /// The line of the symptom in it.
    package var line: Int?
    /// How much it adds, in units of log-odds.
    package var weight: Double
    /// A clause for a person.
    package var text: String

    /// Makes one of its parts.
    package init(
      file: String, line: Int? = nil, weight: Double, text: String
    ) {
      self.file = file
      self.line = line
      self.weight = weight
      self.text = text
    }
  }

  /// A line of the file.
  package struct Line: Sendable, Codable, Equatable {
    /// Its number, from 1.
    package var number: Int
    /// Its text.
    package var text: String
    /// Whether the suspect wrote it.
    package var isChanged: Bool
    /// Whether the symptom names it: the line of the crash.
    package var isNamed: Bool

    /// Makes one of its parts.
    package init(
      number: Int, text: String, isChanged: Bool = false, isNamed: Bool = false
    ) {
      self.number = number
      self.text = text
      self.isChanged = isChanged
      self.isNamed = isNamed
    }
  }
}
