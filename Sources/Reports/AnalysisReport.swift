import Cache
import Correlation
import Foundation

/// Answers of `analyze` in its forms.
public struct AnalysisReport {
  let analysis: Analysis
  let notes: [String]
  let weights: FittedWeights?
  private let answeredOffline: Bool

  /// Makes the forms of an answer.
  ///
  /// - Parameters:
  ///   - analysis: The answer.
  ///   - notes: What a reader should know of how the question was understood, sentences.
  ///   - weights: What the suspects were weighed with; `nil` for the standard weights.
  ///   - answeredOffline: Whether nothing was fetched for it.
  public init(
    _ analysis: Analysis, notes: [String] = [], weights: FittedWeights? = nil,
    answeredOffline: Bool
  ) {
    self.analysis = analysis
    self.notes = notes
    self.weights = weights
    self.answeredOffline = answeredOffline
  }

  /// The design's JSON object.
  public var json: JSONValue { json(withSnippets: false) }

  /// The same with each suspect's lines as `snippet`, from which its page can be made again.
  public var archive: JSONValue { json(withSnippets: true) }

  private func json(withSnippets: Bool) -> JSONValue {
    let best = analysis.hasGoodSuspect ? analysis.suspects.first : nil
    var correlation: [(String, JSONValue)] = [
      ("available", .bool(analysis.hasGoodSuspect)),
      ("suspectedCode", best.map(suspectedCode) ?? .null),
      ("causalPR", best.map(causalPR) ?? .null),
      ("recentCommits", .array(analysis.recentCommits.map(recentCommit))),
    ]
    if let explanation = analysis.explanation {
      correlation.append(("explanation", .string(explanation)))
    }
    var answer: [(String, JSONValue)] = [
      ("at", .time(analysis.at)), ("lookbackDays", .integer(analysis.lookbackDays)),
      ("repositories", .array(analysis.repositories.map(JSONValue.string))),
    ]
    if !analysis.pathPrefixes.isEmpty { answer.append(("pathPrefixes", pathPrefixes)) }
    answer += [
      (
        "revision",
        .object(analysis.revisions.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
      ),
      ("codeCorrelation", .object(correlation)),
      (
        "suspects",
        .array(analysis.suspects.map { .object(suspect($0) + (withSnippets ? snippet($0) : [])) })
      ),
      ("candidates", .integer(analysis.candidates)),
      (
        "symptom",
        .object([
          ("frames", .integer(analysis.frames)),
          ("services", .array(analysis.services.map(JSONValue.string))),
        ])
      ),
      (
        "exonerated",
        .array(
          analysis.exonerations.map { exoneration in
            .object([
              ("repository", .string(exoneration.repository)),
              ("mergeRequest", .integer(exoneration.mergeRequest.iid)),
              ("title", .string(exoneration.mergeRequest.title)),
              ("reason", .string(exoneration.reason)),
            ])
          })
      ),
      (
        "refs",
        .array(
          analysis.references.map { reference in
            .object([
              ("repository", .string(reference.repository)), ("name", .string(reference.name)),
              ("sha", .string(reference.sha)),
            ])
          })
      ),
      ("algorithm", .integer(Analyzer.algorithmVersion)), ("weights", weightsJSON),
      ("notes", .array(notes.map(JSONValue.string))),
      ("answeredOffline", .bool(answeredOffline)),
    ]
    return .object(answer)
  }

  private var pathPrefixes: JSONValue {
    .object(
      analysis.pathPrefixes.sorted { $0.key < $1.key }.map {
        ($0.key, .array($0.value.map(JSONValue.string)))
      })
  }

  private var weightsJSON: JSONValue {
    guard let weights else { return .object([("kind", .string("standard"))]) }
    return .object([
      ("kind", .string("fitted")), ("cases", .integer(weights.cases)),
      ("fittedAt", .time(Date(timeIntervalSince1970: Double(weights.fittedAt)))),
    ])
  }

  private func lines(_ range: ClosedRange<Int>?) -> JSONValue {
    range.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) } ?? .null
  }

  private func suspectedCode(_ suspect: Suspect) -> JSONValue {
    .object([
      ("repo", .string(suspect.repository)), ("filePath", .string(suspect.file)),
      ("functionName", .optional(suspect.function)), ("lineRange", lines(suspect.lines)),
      (
        "snippet",
        suspect.snippet.isEmpty
          ? .null : .string(suspect.snippet.map(\.text).joined(separator: "\n"))
      ),
    ])
  }

  private func causalPR(_ suspect: Suspect) -> JSONValue {
    let request = suspect.mergeRequest
    return .object([
      ("id", .integer(request.iid)), ("title", .string(request.title)),
      ("author", .object([("name", .optional(request.authorName))])),
      ("mergedAt", .time(request.mergedAt)), ("url", .optional(request.webURL)),
      ("confidence", .number(Self.rounded(suspect.confidence))),
      ("explanation", .string(suspect.explanation)),
    ])
  }

  private func recentCommit(_ recent: RecentCommit) -> JSONValue {
    .object([
      ("sha", .string(recent.commit.sha)), ("title", .string(recent.commit.title)),
      ("author", .object([("name", .string(recent.commit.authorName))])),
      ("committedAt", .time(recent.commit.committedAt)), ("url", .optional(recent.url)),
    ])
  }

  private func snippet(_ suspect: Suspect) -> [(String, JSONValue)] {
    let lines = suspect.snippet.map { line in
      JSONValue.object([
        ("number", .integer(line.number)), ("text", .string(line.text)),
        ("changed", .bool(line.isChanged)), ("named", .bool(line.isNamed)),
      ])
    }
    return [("snippet", .array(lines))]
  }

  private func suspect(_ suspect: Suspect) -> [(String, JSONValue)] {
    let request = suspect.mergeRequest
    return [
      ("repository", .string(suspect.repository)), ("mergeRequest", .integer(request.iid)),
      ("sha", .optional(request.landedSHA)), ("title", .string(request.title)),
      ("author", .optional(request.authorName)), ("mergedAt", .time(request.mergedAt)),
      ("url", .optional(request.webURL)), ("score", .number(Self.rounded(suspect.score))),
      ("confidence", .number(Self.rounded(suspect.confidence))), ("file", .string(suspect.file)),
      ("function", .optional(suspect.function)), ("lines", lines(suspect.lines)),
      (
        "evidence",
        .array(
          suspect.evidence.map { evidence in
            .object([
              ("kind", .string(evidence.kind)), ("frame", .optional(evidence.frame)),
              ("file", .string(evidence.file)), ("line", .optional(evidence.line)),
              ("weight", .number(Self.rounded(evidence.weight))), ("text", .string(evidence.text)),
            ])
          })
      ),
    ]
  }

  /// Four digits: enough to compare, and the same on every machine.
  private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
}
