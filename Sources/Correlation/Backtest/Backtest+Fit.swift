import Dispatch
import Foundation
import Synchronization

extension Backtest {
  /// The parts that cases are divided into.
  private static let folds = 5
  /// A fit is kept where it lowers the loss on unseen cases by at least so much of it, and ranks culprits no lower.
  private static let leastGain = 0.02

  /// Fits weights, and judges the fit on cases that it had not seen.
  ///
  /// Cases of one culprit stay together: a fit must not have seen another repair of the same merge request. What a trait
  /// of situations adds to the weights is fitted where ``fewestOfTrait`` culprits or more were sought with it.
  func fit(_ trials: [Trial], cases: Int, at date: Date) -> FitResult {
    guard cases >= Self.fewestCases else { return .tooFew(needed: Self.fewestCases) }
    let fold = Self.folds(of: trials)
    let traits = Self.traits(of: trials)
    let fits = Mutex<[Int: Weights]>([:])
    // The last one sees all cases.
    DispatchQueue.concurrentPerform(iterations: Self.folds + 1) { part in
      let seen = trials.indices.filter {
        !trials[$0].isLost && (part == Self.folds || fold[$0] != part)
      }
      let weights = WeightFit(
        seen.map { (trials[$0].situation, trials[$0].answer) }, traits: Set(traits)
      ).weights(from: .standard)
      fits.withLock { $0[part] = weights }
    }
    let fitted = fits.withLock { $0 }
    let heldOut = trials.indices.map { fitted[fold[$0]] ?? .standard }
    let standardLoss = Self.loss(trials) { _ in .standard }
    let fittedLoss = Self.loss(trials) { heldOut[$0] }
    let after = Self.results(trials) { heldOut[$0] }
    let before = Self.results(trials) { _ in .standard }
    var shortcomings: [Shortcoming] = []
    if !(fittedLoss < standardLoss * (1 - Self.leastGain)) {
      shortcomings.append(.lowersLossTooLittle(needed: Self.leastGain))
    }
    if !(Self.reciprocalRanks(after) >= Self.reciprocalRanks(before)) {
      shortcomings.append(
        .ranksLower(fitted: Self.meanRank(after), standard: Self.meanRank(before)))
    }
    let weights = fitted[Self.folds].map { FittedWeights($0, cases: cases, at: date) }
    return .judged(
      HeldOut(
        folds: Self.folds, traits: traits.map(\.rawValue), forms: after, standardLoss: standardLoss,
        fittedLoss: fittedLoss, shortcomings: shortcomings,
        weights: shortcomings.isEmpty ? weights : nil))
  }

  private static func traits(of trials: [Trial]) -> [SituationTrait] {
    SituationTrait.allCases.filter { trait in
      let own = trials.filter { !$0.isLost && $0.situation.traits.contains(trait) }
      return Set(own.map(\.culprit)).count >= fewestOfTrait
    }
  }

  private static func reciprocalRanks(_ results: [FormResult]) -> Double {
    results.reduce(0) { $0 + $1.meanReciprocalRank * Double($1.top1.total) }
  }

  private static func meanRank(_ results: [FormResult]) -> Double {
    let count = results.reduce(0) { $0 + $1.top1.total }
    return count == 0 ? 0 : reciprocalRanks(results) / Double(count)
  }

  private static func folds(of trials: [Trial]) -> [Int] {
    var folds: [Int64: Int] = [:]
    return trials.map { trial in
      if let fold = folds[trial.culprit] { return fold }
      let fold = folds.count % Self.folds
      folds[trial.culprit] = fold
      return fold
    }
  }

  private static func loss(_ trials: [Trial], weights: (Int) -> Weights) -> Double {
    let known = trials.indices.filter { !trials[$0].isLost }
    let sum = known.reduce(0.0) { sum, index in
      let probabilities = trials[index].situation.probabilities(weights(index))
      let answer = trials[index].answer ?? probabilities.count - 1
      return sum - logarithm(max(1e-9, probabilities[answer]))
    }
    return known.isEmpty ? 0 : sum / Double(known.count)
  }
}
