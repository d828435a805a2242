import Correlation
import Foundation

/// Answers of `backtest` in its forms.
public struct BacktestReport {
  private let report: Backtest.Report
  private let repository: String
  private let baseURL: String?
  private let name: String
  private let stored: FittedWeights?

  /// - Parameters:
  ///   - repository: The project's path.
  ///   - baseURL: The address of its instance; `nil` leaves it out.
  ///   - name: What text calls it; its path where it is not given.
  ///   - stored: The weights that `analyze` uses for it from now on; `nil` for the standard weights.
  public init(
    _ report: Backtest.Report, repository: String, baseURL: String? = nil, name: String? = nil,
    stored: FittedWeights?
  ) {
    self.report = report
    self.repository = repository
    self.baseURL = baseURL
    self.name = name ?? repository
    self.stored = stored
  }

  // MARK: JSON

  /// The answer as JSON: shares with their 95 % intervals.
  public var json: JSONValue {
    .object([
      ("repository", .string(repository)), ("baseUrl", .optional(baseURL)),
      ("algorithm", .integer(Analyzer.algorithmVersion)),
      ("lookbackDays", .integer(report.lookbackDays)), ("cases", .integer(report.cases)),
      ("olderCases", .integer(report.olderCases)), ("forms", .array(report.forms.map(form))),
      ("fit", fitJSON),
      (
        "storedWeights",
        stored.map { weights in
          .object([
            ("cases", .integer(weights.cases)),
            ("fittedAt", .time(Date(timeIntervalSince1970: Double(weights.fittedAt)))),
          ])
        } ?? .null
      ),
    ])
  }

  private var fitJSON: JSONValue {
    switch report.fit {
    case nil: .null
    case .tooFew(let needed):
      .object([("kept", .bool(false)), ("casesNeeded", .integer(needed))])
    case .judged(let heldOut):
      .object([
        ("kept", .bool(heldOut.weights != nil)),
        ("shortcomings", .array(heldOut.shortcomings.map(Self.shortcoming))),
        ("folds", .integer(heldOut.folds)),
        ("traits", .array(heldOut.traits.map(JSONValue.string))),
        ("heldOutForms", .array(heldOut.forms.map(form))),
        (
          "heldOutLoss",
          .object([
            ("standard", .number(Self.rounded(heldOut.standardLoss))),
            ("fitted", .number(Self.rounded(heldOut.fittedLoss))),
          ])
        ),
      ])
    }
  }

  private func form(_ result: Backtest.FormResult) -> JSONValue {
    .object([
      ("form", .string(result.form)), ("top1", share(result.top1)), ("top3", share(result.top3)),
      ("meanReciprocalRank", .number(Self.rounded(result.meanReciprocalRank))),
      ("abstained", share(result.abstained)), ("rightWhenNamed", share(result.right)),
    ])
  }

  private func share(_ share: Backtest.Share) -> JSONValue {
    .object([
      ("value", share.total == 0 ? .null : .number(Self.rounded(share.value))),
      ("of", .integer(share.total)),
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

  // MARK: Text

  /// The answer for a terminal of 80 columns.
  public var text: String {
    let name = TerminalText.safe(name)
    guard report.cases + report.olderCases > 0 else {
      return TerminalText.wrapped(
        "\(name): no past regression to try. Reverts, 'Fixes: <commit>' trailers and sentences as 'regression from !12' are looked for, in the commits and merge requests in the cache; 'sigsentry sync \(name) --lookback-days 365' brings more of them."
      )
    }
    var text = TerminalText.wrapped(
      "\(name): \(Count.of(report.cases, "past regression")) with the culprit in the \(Count.of(report.lookbackDays, "day")) before, \(report.olderCases) with an older one."
    )
    text += "\n" + table(report.forms) + "\n"
    text += TerminalText.wrapped(
      "In brackets what the number is with 95 % certainty. 'right' is how often a suspect of 30 % or more was the culprit; 'abstains' how often none was named where the culprit is older. The symptoms are made of what the repairs changed and said: real ones are harder."
    )
    return text + fitText(name)
  }

  private func fitText(_ name: String) -> String {
    switch report.fit {
    case nil:
      guard let stored else { return "" }
      return "\n"
        + TerminalText.wrapped(
          "'analyze' uses weights that were fitted to \(Count.of(stored.cases, "case")) of this repository; the table is of the standard weights. '--fit' fits them anew, '--reset' forgets them."
        )
    case .tooFew(let needed):
      return "\n"
        + TerminalText.wrapped(
          "Weights are not fitted to fewer than \(needed) regressions with the culprit in the window: the standard weights stay."
        )
    case .judged(let heldOut):
      let losses =
        "mean loss \(Self.rounded(heldOut.fittedLoss)) in place of \(Self.rounded(heldOut.standardLoss))"
      var text =
        "\n"
        + TerminalText.wrapped(
          "Weights fitted to the other cases, each fifth in turn (\(losses)):")
      text += table(heldOut.forms) + "\n"
      if !heldOut.traits.isEmpty {
        text += TerminalText.wrapped(
          "There are enough cases for weights of their own where a symptom has \(heldOut.traits.joined(separator: ", "))."
        )
      }
      text += TerminalText.wrapped(
        heldOut.weights == nil
          ? "They are not kept: \(Self.reasons(heldOut)). The standard weights stay."
          : "They are better on cases that they had not seen, and are kept: 'analyze' uses them for \(name) from now on. '--reset' forgets them."
      )
      return text
    }
  }

  private static func reasons(_ heldOut: Backtest.HeldOut) -> String {
    heldOut.shortcomings.map { shortcoming in
      switch shortcoming {
      case .lowersLossTooLittle(let needed):
        heldOut.fittedLoss < heldOut.standardLoss
          ? "on cases that they had not seen they lower the mean loss by less than \(Int((needed * 100).rounded())) %"
          : "on cases that they had not seen they do not lower the mean loss"
      case .ranksLower(let fitted, let standard):
        "they rank the culprits lower (MRR \(apart(fitted, standard)) over all symptoms)"
      }
    }.joined(separator: ", and ")
  }

  /// Two numbers with as many digits as tell them apart.
  private static func apart(_ one: Double, _ other: Double) -> String {
    for scale in [100.0, 1_000, 10_000] where (one * scale).rounded() != (other * scale).rounded() {
      return "\((one * scale).rounded() / scale) instead of \((other * scale).rounded() / scale)"
    }
    return "\(one) instead of \(other)"
  }

  private static func shortcoming(_ shortcoming: Backtest.Shortcoming) -> JSONValue {
    switch shortcoming {
    case .lowersLossTooLittle: .string("lowersLossTooLittle")
    case .ranksLower: .string("ranksLower")
    }
  }

  private static let names = ["wordsAndTrace": "both"]

  private func table(_ results: [Backtest.FormResult]) -> String {
    var table = TextTable(columns: [
      .left("symptom"), .right("first"), .right("in three"), .right("MRR"), .right("abstains"),
      .right("right"),
    ])
    for result in results {
      table.add([
        Self.names[result.form] ?? result.form, share(text: result.top1), share(text: result.top3),
        "\((result.meanReciprocalRank * 100).rounded() / 100)", share(text: result.abstained),
        share(text: result.right),
      ])
    }
    return table.text
  }

  private func share(text share: Backtest.Share) -> String {
    guard share.total > 0 else { return "-" }
    func percent(_ value: Double) -> Int { Int((value * 100).rounded()) }
    let interval = share.interval
    return
      "\(percent(share.value)) % (\(percent(interval.lowerBound))-\(percent(interval.upperBound)))"
  }
}
