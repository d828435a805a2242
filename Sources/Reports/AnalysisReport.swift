import Cache
import Correlation
import Foundation

/// Answers of `analyze` in its forms.
public struct AnalysisReport {
  private let analysis: Analysis
  private let answeredOffline: Bool

  /// - Parameter answeredOffline: Whether the process could not have reached the network.
  public init(_ analysis: Analysis, answeredOffline: Bool) {
    self.analysis = analysis
    self.answeredOffline = answeredOffline
  }

  /// The design's JSON object.
  public var json: JSONValue {
    let best = analysis.suspects.first
    var correlation: [(String, JSONValue)] = [
      ("available", .bool(best != nil)),
      ("suspectedCode", best.map(suspectedCode) ?? .null),
      ("causalPR", best.map(causalPR) ?? .null),
      ("recentCommits", .array(analysis.recentCommits.map(recentCommit))),
    ]
    if let explanation = analysis.explanation {
      correlation.append(("explanation", .string(explanation)))
    }
    return .object([
      ("at", .time(analysis.at)), ("lookbackDays", .integer(analysis.lookbackDays)),
      ("repositories", .array(analysis.repositories.map(JSONValue.string))),
      (
        "revision",
        .object(analysis.revisions.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
      ),
      ("codeCorrelation", .object(correlation)),
      ("suspects", .array(analysis.suspects.map(suspect))),
      ("candidates", .integer(analysis.candidates)),
      (
        "symptom",
        .object([
          ("frames", .integer(analysis.frames)),
          ("services", .array(analysis.services.map(JSONValue.string))),
        ])
      ),
      ("answeredOffline", .bool(answeredOffline)),
    ])
  }

  private func lines(_ range: ClosedRange<Int>?) -> JSONValue {
    range.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) } ?? .null
  }

  private func suspectedCode(_ suspect: Suspect) -> JSONValue {
    .object([
      ("repo", .string(suspect.repository)), ("filePath", .string(suspect.file)),
      ("functionName", .optional(suspect.function)), ("lineRange", lines(suspect.lines)),
      ("snippet", .null),
    ])
  }

  private func causalPR(_ suspect: Suspect) -> JSONValue {
    let request = suspect.mergeRequest
    return .object([
      ("id", .integer(request.iid)), ("title", .string(request.title)),
      ("author", .object([("name", .optional(request.authorName))])),
      ("mergedAt", .time(request.mergedAt)), ("url", .optional(request.webURL)),
      ("confidence", .number(Self.rounded(suspect.confidence))),
      ("explanation", .string(Self.explanation(suspect))),
    ])
  }

  private func recentCommit(_ recent: RecentCommit) -> JSONValue {
    .object([
      ("sha", .string(recent.commit.sha)), ("title", .string(recent.commit.title)),
      ("author", .object([("name", .string(recent.commit.authorName))])),
      ("committedAt", .time(recent.commit.committedAt)), ("url", .optional(recent.url)),
    ])
  }

  private func suspect(_ suspect: Suspect) -> JSONValue {
    let request = suspect.mergeRequest
    return .object([
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
    ])
  }

  /// Four digits: enough to compare, and the same on every machine.
  private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

  private static func explanation(_ suspect: Suspect) -> String {
    "It " + suspect.evidence.prefix(2).map(\.text).joined(separator: "; it also ") + "."
  }

  /// The answer for a terminal.
  public var text: String {
    var text =
      "\(analysis.candidates) merge requests were merged in the \(analysis.lookbackDays) days before "
      + "\(UTCTime.text(analysis.at)) in \(TerminalText.safe(analysis.repositories.joined(separator: ", "))).\n"
    guard !analysis.suspects.isEmpty else {
      return text + "No good suspect. \(TerminalText.safe(analysis.explanation ?? ""))\n"
    }
    for (rank, suspect) in analysis.suspects.enumerated() {
      let request = suspect.mergeRequest
      text += "\n\(rank + 1). !\(request.iid) \(TerminalText.safe(request.title))\n"
      text += "   \(TerminalText.safe(request.authorName ?? "unknown author"))"
      text += request.mergedAt.map { ", merged \(UTCTime.text($0))" } ?? ""
      text += ", confidence \(Int((suspect.confidence * 100).rounded())) %\n"
      if let url = request.webURL { text += "   \(TerminalText.safe(url))\n" }
      for evidence in suspect.evidence.prefix(4) {
        text += "   - \(TerminalText.safe(evidence.text))\n"
      }
    }
    return text
  }
}
