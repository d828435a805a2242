import Cache
import Correlation

extension AnalysisAnswer {
  /// Takes an answer over.
  ///
  /// - Parameter repositoryIDs: The repositories' ids in the settings, by project path, to link to their pages.
  package init(_ analysis: Analysis, repositoryIDs: [String: Int64]) {
    self.init(
      at: analysis.at, lookbackDays: analysis.lookbackDays,
      suspects: analysis.suspects.map {
        SuspectDetails($0, repositoryID: repositoryIDs[$0.repository])
      },
      hasGoodSuspect: analysis.hasGoodSuspect, explanation: analysis.explanation,
      candidates: analysis.candidates, frames: analysis.frames,
      exonerated: analysis.exonerations.map {
        Exonerated(
          repository: $0.repository, iid: $0.mergeRequest.iid, title: $0.mergeRequest.title,
          reason: $0.reason)
      }, revisions: analysis.revisions,
      pathPrefixes: analysis.pathPrefixes)
  }
}

extension SuspectDetails {
  fileprivate init(_ suspect: Suspect, repositoryID: Int64?) {
    let request = suspect.mergeRequest
    self.init(
      repository: suspect.repository, repositoryID: repositoryID, iid: request.iid,
      title: request.title, author: request.authorName, mergedAt: request.mergedAt,
      webURL: request.webURL, score: suspect.score, confidence: suspect.confidence,
      explanation: suspect.explanation, file: suspect.file, function: suspect.function,
      evidence: suspect.evidence.map {
        Reason(
          file: $0.file, line: $0.line, weight: $0.weight, text: $0.text)
      },
      snippet: suspect.snippet.map {
        Line(
          number: $0.number, text: $0.text, isChanged: $0.isChanged, isNamed: $0.isNamed)
      })
  }
}
