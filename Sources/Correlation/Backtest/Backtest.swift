import Cache
import Foundation
import Synchronization

/// How often the ranking would have been right on a project's own past.
public struct Backtest: Sendable {
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
    /// `trace`, `files`, `words` or `wordsAndTrace`.
    public var form: String
    /// The culprit was named first.
    public var top1: Share
    /// The culprit was among the first three.
    public var top3: Share
    /// The mean of one over the culprit's rank.
    public var meanReciprocalRank: Double
    /// Where the culprit is older than the window: no good suspect was named.
    public var abstained: Share
    /// Where a good suspect was named: it was the culprit.
    public var right: Share
  }

  /// What came of fitting weights.
  public enum FitResult: Sendable, Equatable {
    /// There are fewer regressions than are needed.
    case tooFew(needed: Int)
    /// The fit was judged on cases that it had not seen.
    case judged(HeldOut)
  }

  /// How a fit did on cases that it had not seen.
  public struct HeldOut: Sendable, Equatable {
    /// The parts that the cases were divided into: each was ranked by weights fitted to the others.
    public var folds: Int
    /// What a symptom may have that was told often enough for weights of its own: `lines`, `functions`, `files`, `words`,
    /// `prose`.
    public var traits: [String]
    /// The results by form.
    public var forms: [FormResult]
    /// The mean of the negative logarithm of the true answer's probability, by the standard weights.
    public var standardLoss: Double
    /// The same by the fitted ones.
    public var fittedLoss: Double
    /// Why the fitted weights are not kept, where they are not.
    public var shortcomings: [Shortcoming]
    /// Weights fitted to all cases, where they deserve to be kept.
    public var weights: FittedWeights?
  }

  /// Why a fit is not kept.
  public enum Shortcoming: Sendable, Equatable {
    /// The loss on unseen cases is not lower by at least the share of it.
    case lowersLossTooLittle(needed: Double)
    /// Culprits rank lower: the mean reciprocal ranks over all forms.
    case ranksLower(fitted: Double, standard: Double)
  }

  /// The answer.
  public struct Report: Sendable, Equatable {
    /// Days before a repair in which a culprit was looked for.
    public var lookbackDays: Int
    /// Regressions with a culprit in the window.
    public var cases: Int
    /// Regressions with an older culprit.
    public var olderCases: Int
    /// The results by form, with the standard weights.
    public var forms: [FormResult]
    /// What came of fitting; `nil` where that was not asked for.
    public var fit: FitResult?
  }

  /// Fewer regressions than these are too few to fit to.
  public static let fewestCases = 20
  /// Of fewer culprits than these nothing is fitted to one trait of situations alone.
  public static let fewestOfTrait = 40
  /// More regressions are not tried.
  private static let mostCases = 150

  private let directory: String
  private let project: CachedProject
  private let workers: Int

  /// - Parameters:
  ///   - directory: The cache directory.
  ///   - workers: How many cases are tried at once.
  public init(directory: String, project: CachedProject, workers: Int) {
    self.directory = directory
    self.project = project
    self.workers = max(1, workers)
  }

  /// Finds the project's regressions, ranks them without their answers, and counts.
  ///
  /// - Parameters:
  ///   - lookbackDays: Days before a repair in which a culprit may lie.
  ///   - fits: Whether to fit weights to the project, too.
  ///   - date: Now.
  ///   - progress: Told how many cases are done, of how many; from several threads.
  /// - Throws: ``AnalysisError``, ``GitError``, ``CacheError``.
  public func run(
    lookbackDays: Int, fits: Bool, at date: Date, progress: @Sendable (Int, Int) -> Void
  ) throws -> Report {
    var cases: [PastCase] = []
    if let branch = project.defaultBranch {
      let cache = try CacheStore(directory: directory, access: .readOnly)
      cases = try PastCaseFinder(cache: cache, project: project).find(
        branch: branch, since: project.listedSince ?? .distantPast, lookbackDays: lookbackDays,
        most: Self.mostCases)
    }
    let trials = try trials(of: cases, lookbackDays: lookbackDays, progress: progress)
    let older = cases.filter { Self.isOlder($0, lookbackDays) }.count
    var report = Report(
      lookbackDays: lookbackDays, cases: cases.count - older, olderCases: older,
      forms: Self.results(trials) { _ in .standard }, fit: nil)
    if fits { report.fit = fit(trials, cases: report.cases, at: date) }
    return report
  }

  // MARK: Trials

  /// One case in one form, ready to be ranked by any weights.
  struct Trial: Sendable {
    var form: PastCase.Form
    var situation: Situation
    /// The merge request to be found.
    var culprit: Int64
    /// Its place among the candidates; `nil` where it is older than the window, or was lost.
    var answer: Int?
    /// The culprit is in the window, and no candidate: no weights can find it.
    var isLost: Bool
  }

  private static func isOlder(_ past: PastCase, _ lookbackDays: Int) -> Bool {
    past.at.timeIntervalSince(past.culpritMergedAt) > Double(lookbackDays) * 86400
  }

  private func trials(
    of cases: [PastCase], lookbackDays: Int, progress: @Sendable (Int, Int) -> Void
  ) throws -> [Trial] {
    struct State {
      var next = 0
      var done = 0
      var found: [Int: [Trial]] = [:]
      var failure: (any Error)?
    }
    let state = Mutex(State())
    withoutActuallyEscaping(progress) { progress in
      DispatchQueue.concurrentPerform(iterations: min(workers, max(1, cases.count))) { _ in
        do {
          // A connection each: readers of one would wait for each other.
          let cache = try CacheStore(directory: directory, access: .readOnly)
          while let index = state.withLock({ state -> Int? in
            guard state.next < cases.count, state.failure == nil else { return nil }
            state.next += 1
            return state.next - 1
          }) {
            let found = try trials(of: cases[index], lookbackDays: lookbackDays, cache: cache)
            let done = state.withLock { state in
              state.found[index] = found
              state.done += 1
              return state.done
            }
            progress(done, cases.count)
          }
        } catch {
          state.withLock { $0.failure = $0.failure ?? error }
        }
      }
    }
    let (found, failure) = state.withLock { ($0.found, $0.failure) }
    if let failure { throw failure }
    return cases.indices.flatMap { found[$0] ?? [] }
  }

  private func trials(
    of past: PastCase, lookbackDays: Int, cache: CacheStore
  ) throws -> [Trial] {
    let isOlder = Self.isOlder(past, lookbackDays)
    return try past.symptoms.compactMap { form, text in
      let query = AnalysisQuery(
        symptom: Symptom.parse(text), scopes: [AnalysisScope(project: project)], at: past.at,
        lookbackDays: lookbackDays, revision: past.revision)
      guard
        let found = try Investigation(
          query.scopes[0], named: query.scopes[0].project.path, query: query, cache: cache)
      else {
        return nil
      }
      let place =
        isOlder ? nil : found.candidates.firstIndex { $0.request.iid == past.culprit }
      return Trial(
        form: form, situation: found.situation, culprit: past.culprit, answer: place,
        isLost: !isOlder && place == nil)
    }
  }

  // MARK: Results

  static func results(_ trials: [Trial], weights: (Int) -> Weights) -> [FormResult] {
    PastCase.Form.allCases.compactMap { form in
      let own = trials.indices.filter { trials[$0].form == form }
      guard !own.isEmpty else { return nil }
      var ranks: [Int?] = []
      var abstained = Share(count: 0, total: 0)
      var right = Share(count: 0, total: 0)
      for index in own {
        let trial = trials[index]
        let weights = weights(index)
        let scores = trial.situation.scores(weights)
        let probabilities = trial.situation.probabilities(weights)
        let confidences = scores.indices.map {
          trial.situation.confidence(in: $0, probabilities[$0], weights)
        }
        // As in an answer; of equals the newer comes first.
        let first = trial.situation.traits.contains(.words) ? scores : confidences
        let order = scores.indices.sorted {
          (first[$1], scores[$1], $0) < (first[$0], scores[$0], $1)
        }
        let isNamed = order.first.map { confidences[$0] >= Analyzer.threshold } ?? false
        if let answer = trial.answer {
          ranks.append(order.firstIndex(of: answer).map { $0 + 1 })
        } else if trial.isLost {
          ranks.append(nil)
        } else {
          abstained.total += 1
          if !isNamed { abstained.count += 1 }
        }
        if isNamed {
          right.total += 1
          if let first = order.first, first == trial.answer { right.count += 1 }
        }
      }
      func share(_ limit: Int) -> Share {
        Share(count: ranks.filter { ($0 ?? .max) <= limit }.count, total: ranks.count)
      }
      let reciprocal = ranks.reduce(0.0) { $0 + ($1.map { 1 / Double($0) } ?? 0) }
      return FormResult(
        form: form.rawValue, top1: share(1), top3: share(3),
        meanReciprocalRank: ranks.isEmpty ? 0 : reciprocal / Double(ranks.count),
        abstained: abstained, right: right)
    }
  }
}
