import Correlation

/// Answers of `backtest` in its forms.
public struct BacktestReport {
  private let report: Backtest.Report
  private let repository: String

  /// - Parameter repository: The project's path.
  public init(_ report: Backtest.Report, repository: String) {
    self.report = report
    self.repository = repository
  }

  /// The answer as JSON: shares with their 95 % intervals.
  public var json: JSONValue {
    .object([
      ("repository", .string(repository)), ("algorithm", .integer(Analyzer.algorithmVersion)),
      ("cases", .integer(report.cases)), ("olderCases", .integer(report.olderCases)),
      ("forms", .array(report.forms.map(form))),
      ("fitted", report.fitted.map { .array($0.map(form)) } ?? .null),
    ])
  }

  private func form(_ result: Backtest.FormResult) -> JSONValue {
    .object([
      ("form", .string(result.form)), ("top1", share(result.top1)), ("top3", share(result.top3)),
      ("meanReciprocalRank", .number(Self.rounded(result.meanReciprocalRank))),
      ("abstained", share(result.abstained)),
    ])
  }

  private func share(_ share: Backtest.Share) -> JSONValue {
    .object([
      ("value", .number(Self.rounded(share.value))), ("of", .integer(share.total)),
      (
        "interval",
        .array([
          .number(Self.rounded(share.interval.lowerBound)),
          .number(Self.rounded(share.interval.upperBound)),
        ])
      ),
    ])
  }

  private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

  /// The answer for a terminal.
  public var text: String {
    var text =
      "\(TerminalText.safe(repository)): \(report.cases) past regressions with a culprit in the window, \(report.olderCases) with an older one.\n"
    guard report.cases + report.olderCases > 0 else {
      return text + "Commits that say what they revert or fix are needed; this history has none.\n"
    }
    text += table(report.forms)
    if let fitted = report.fitted {
      text += "With weights fitted to the other half of the cases:\n" + table(fitted)
    }
    return text
  }

  private func table(_ results: [Backtest.FormResult]) -> String {
    results.map { result in
      "  \(result.form): first \(share(text: result.top1)), among three \(share(text: result.top3)), "
        + "MRR \(Self.rounded(result.meanReciprocalRank)), rightly no suspect \(share(text: result.abstained))\n"
    }.joined()
  }

  private func share(text share: Backtest.Share) -> String {
    guard share.total > 0 else { return "-" }
    func percent(_ value: Double) -> Int { Int((value * 100).rounded()) }
    let interval = share.interval
    return
      "\(percent(share.value)) % (\(percent(interval.lowerBound)) to \(percent(interval.upperBound)), n=\(share.total))"
  }
}
