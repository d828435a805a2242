import Cache
import Foundation
import Mirror

/// How often the ranking would have been right on a project's own past.
public struct Backtest {
  /// A share with its 95 % interval by Wilson's formula.
  public struct Share: Sendable, Equatable {
    /// How many were so.
    public var count: Int
    /// Of how many.
    public var total: Int

    /// The share; 0 of none.
    public var value: Double { total == 0 ? 0 : Double(count) / Double(total) }

    /// The interval.
    public var interval: ClosedRange<Double> {
      guard total > 0 else { return 0...1 }
      let (n, z) = (Double(total), 1.96)
      let middle = (value + z * z / (2 * n)) / (1 + z * z / n)
      let half =
        z / (1 + z * z / n)
        * (value * (1 - value) / n + z * z / (4 * n * n)).squareRoot()
      return max(0, middle - half)...min(1, middle + half)
    }
  }

  /// What came of one form of symptom.
  public struct FormResult: Sendable, Equatable {
    /// `trace`, `files`, `words`, or `all`.
    public var form: String
    /// The culprit was named first.
    public var top1: Share
    /// The culprit was among the first three.
    public var top3: Share
    /// The mean of one over the culprit's rank.
    public var meanReciprocalRank: Double
    /// Where the culprit is older than the window: no good suspect was named.
    public var abstained: Share
  }

  /// The answer.
  public struct Report: Sendable, Equatable {
    /// Regressions with a culprit in the window.
    public var cases: Int
    /// Regressions with an older culprit.
    public var olderCases: Int
    /// The results by form, and of all.
    public var forms: [FormResult]
    /// The same with weights that were fitted to the other half of the cases; `nil` where none were asked for, or
    /// there are too few cases.
    public var fitted: [FormResult]?
  }

  private struct Trial {
    var form: String
    var half: Int
    var situation: Situation
    /// `nil` for an older culprit.
    var culprit: Int?
    var isMissing: Bool
  }

  /// Fewer cases than these are too few to fit to.
  private static let fewestCases = 20
  /// More cases are not tried.
  private static let mostCases = 300

  private let cache: CacheStore
  private let project: CachedProject

  /// - Parameter cache: Open for reading at least.
  public init(cache: CacheStore, project: CachedProject) {
    self.cache = cache
    self.project = project
  }

  /// Finds the project's regressions, ranks them without their answers, and counts.
  ///
  /// - Parameters:
  ///   - lookbackDays: Days before a repair in which a culprit may lie.
  ///   - fits: Whether to fit weights to the project, too.
  ///   - progress: Told how many cases are done, of how many.
  /// - Throws: ``AnalysisError``, ``GitError``, ``CacheError``.
  public func run(
    lookbackDays: Int, fits: Bool, progress: (Int, Int) -> Void
  ) throws -> Report {
    guard let branch = project.defaultBranch else {
      return Report(cases: 0, olderCases: 0, forms: [], fitted: nil)
    }
    let since = project.listedSince ?? .distantPast
    let cases = try PastCaseFinder(cache: cache, project: project).find(
      branch: branch, since: since, limit: Self.mostCases)
    var trials: [Trial] = []
    var (within, older) = (0, 0)
    for (index, past) in cases.enumerated() {
      progress(index, cases.count)
      let isOlder = past.at.timeIntervalSince(past.culpritMergedAt) > Double(lookbackDays) * 86400
      if isOlder { older += 1 } else { within += 1 }
      for (form, text) in past.symptoms {
        let query = AnalysisQuery(
          symptom: Symptom.parse(text), scopes: [AnalysisScope(project: project)], at: past.at,
          lookbackDays: lookbackDays, revision: past.revision)
        guard let found = try Investigation(query.scopes[0], query: query, cache: cache) else {
          continue
        }
        let culprit = found.candidates.firstIndex { $0.request.iid == past.culprit }
        trials.append(
          Trial(
            form: form, half: index % 2, situation: found.situation,
            culprit: isOlder ? nil : culprit, isMissing: !isOlder && culprit == nil))
      }
    }
    let standard = Self.results(trials.map { ($0, .standard) })
    var fitted: [FormResult]?
    if fits, within >= Self.fewestCases {
      let halves = (0...1).map { half in
        let others = trials.filter { $0.half != half && !$0.isMissing }
        return WeightFit(others.map { ($0.situation, $0.culprit) }).weights(from: .standard)
      }
      fitted = Self.results(trials.map { ($0, halves[$0.half]) })
    }
    return Report(cases: within, olderCases: older, forms: standard, fitted: fitted)
  }

  private static func results(_ trials: [(trial: Trial, weights: Weights)]) -> [FormResult] {
    ["trace", "files", "words", "all"].compactMap { form in
      let own = trials.filter { form == "all" || $0.trial.form == form }
      guard !own.isEmpty else { return nil }
      var ranks: [Int?] = []
      var abstained = Share(count: 0, total: 0)
      for (trial, weights) in own {
        if let culprit = trial.culprit {
          let scores = trial.situation.scores(weights)
          ranks.append(1 + scores.filter { $0 > scores[culprit] }.count)
        } else if trial.isMissing {
          ranks.append(nil)
        } else {
          abstained.total += 1
          let best = trial.situation.probabilities(weights).dropLast().max() ?? 0
          if weights.confidence(best) < Analyzer.threshold { abstained.count += 1 }
        }
      }
      func share(_ limit: Int) -> Share {
        Share(count: ranks.filter { ($0 ?? .max) <= limit }.count, total: ranks.count)
      }
      let reciprocal = ranks.reduce(0.0) { $0 + ($1.map { 1 / Double($0) } ?? 0) }
      return FormResult(
        form: form, top1: share(1), top3: share(3),
        meanReciprocalRank: ranks.isEmpty ? 0 : reciprocal / Double(ranks.count),
        abstained: abstained)
    }
  }
}
