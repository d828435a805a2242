/// Fits weights to situations whose answer is known, by conditional logistic regression with a pull toward the weights
/// that it starts from.
struct WeightFit {
  /// How strongly each weight is held at its start, against one situation's share of all.
  private static let pull = 0.01
  /// The same for what a trait adds: it rests on some of the situations alone.
  private static let pullOfTraits = 0.02
  private static let steps = 400

  private let situations: [(situation: Situation, answer: Int?)]
  /// The traits whose additions are fitted, too, and the features that each adds to.
  private let additions: [SituationTrait: [Int]]

  /// - Parameters:
  ///   - situations: With the place of the culprit, or `nil` for "none of the window".
  ///   - traits: What these add to the weights is fitted as well; the others keep what they add.
  init(_ situations: [(situation: Situation, answer: Int?)], traits: Set<SituationTrait> = []) {
    self.situations = situations
    additions = Dictionary(
      uniqueKeysWithValues: traits.map { trait in
        (trait, (Weights.standardAdjustments[trait] ?? [:]).keys.map(\.rawValue).sorted())
      })
  }

  /// The fitted weights; the curve of confidence stays.
  func weights(from start: Weights) -> Weights {
    guard !situations.isEmpty else { return start }
    var weights = start
    var rate = 2.0
    var loss = self.loss(weights, start)
    for _ in 0..<Self.steps where rate > 1e-4 {
      let next = step(weights, against: gradient(weights, start), rate)
      let nextLoss = self.loss(next, start)
      if nextLoss < loss {
        (weights, loss) = (next, nextLoss)
        rate *= 1.2
      } else {
        rate /= 2
      }
    }
    return weights
  }

  private func step(_ weights: Weights, against slope: Weights, _ rate: Double) -> Weights {
    var next = weights
    for index in next.features.indices { next.features[index] -= rate * slope.features[index] }
    for index in next.none.indices { next.none[index] -= rate * slope.none[index] }
    for (trait, features) in additions {
      for feature in features {
        next.adjustments[trait]?[feature] -= rate * (slope.adjustments[trait]?[feature] ?? 0)
      }
    }
    return next
  }

  private func loss(_ weights: Weights, _ start: Weights) -> Double {
    var sum = 0.0
    for (situation, answer) in situations {
      let probabilities = situation.probabilities(weights)
      sum -= logarithm(max(1e-300, probabilities[answer ?? situation.candidates.count]))
    }
    let held = zip(weights.features + weights.none, start.features + start.none)
      .reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    var heldOfTraits = 0.0
    for trait in SituationTrait.allCases {
      for feature in additions[trait] ?? [] {
        let moved = moved(trait, feature, weights, start)
        heldOfTraits += moved * moved
      }
    }
    return sum / Double(situations.count) + Self.pull / 2 * held
      + Self.pullOfTraits / 2 * heldOfTraits
  }

  private func moved(
    _ trait: SituationTrait, _ feature: Int, _ weights: Weights, _ start: Weights
  ) -> Double {
    (weights.adjustments[trait]?[feature] ?? 0) - (start.adjustments[trait]?[feature] ?? 0)
  }

  private func gradient(_ weights: Weights, _ start: Weights) -> Weights {
    var slope = weights
    for index in slope.features.indices {
      slope.features[index] = Self.pull * (weights.features[index] - start.features[index])
    }
    for index in slope.none.indices {
      slope.none[index] = Self.pull * (weights.none[index] - start.none[index])
    }
    for (trait, features) in additions {
      for feature in features {
        slope.adjustments[trait]?[feature] =
          Self.pullOfTraits * moved(trait, feature, weights, start)
      }
    }
    let share = 1 / Double(situations.count)
    for (situation, answer) in situations {
      let probabilities = situation.probabilities(weights)
      var own = [Double](repeating: 0, count: slope.features.count)
      for (index, candidate) in situation.candidates.enumerated() {
        let error = (probabilities[index] - (answer == index ? 1 : 0)) * share
        for feature in candidate.indices { own[feature] += error * candidate[feature] }
      }
      for feature in own.indices { slope.features[feature] += own[feature] }
      for trait in situation.traits {
        for feature in additions[trait] ?? [] {
          slope.adjustments[trait]?[feature] += own[feature]
        }
      }
      let error = (probabilities[situation.candidates.count] - (answer == nil ? 1 : 0)) * share
      for feature in situation.none.indices {
        slope.none[feature] += error * situation.none[feature]
      }
    }
    return slope
  }
}
