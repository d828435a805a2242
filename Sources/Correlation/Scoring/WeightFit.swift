/// Fits weights to situations whose answer is known, by conditional logistic regression with a pull toward the weights
/// that it starts from.
struct WeightFit {
  /// How strongly each weight is held at its start, against one situation's share of all.
  private static let pull = 0.01
  private static let steps = 400

  private let situations: [(situation: Situation, answer: Int?)]

  /// - Parameter situations: With the place of the culprit, or `nil` for "none of the window".
  init(_ situations: [(situation: Situation, answer: Int?)]) { self.situations = situations }

  /// The fitted weights; the curve of confidence stays.
  func weights(from start: Weights) -> Weights {
    guard !situations.isEmpty else { return start }
    var weights = start
    var rate = 2.0
    var loss = self.loss(weights, start)
    for _ in 0..<Self.steps where rate > 1e-4 {
      let slope = gradient(weights, start)
      var next = weights
      for index in next.features.indices { next.features[index] -= rate * slope.features[index] }
      for index in next.none.indices { next.none[index] -= rate * slope.none[index] }
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

  private func loss(_ weights: Weights, _ start: Weights) -> Double {
    var sum = 0.0
    for (situation, answer) in situations {
      let probabilities = situation.probabilities(weights)
      sum -= logarithm(max(1e-300, probabilities[answer ?? situation.candidates.count]))
    }
    let held = zip(weights.features + weights.none, start.features + start.none)
      .reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return sum / Double(situations.count) + Self.pull / 2 * held
  }

  private func gradient(_ weights: Weights, _ start: Weights) -> Weights {
    var slope = weights
    for index in slope.features.indices {
      slope.features[index] = Self.pull * (weights.features[index] - start.features[index])
    }
    for index in slope.none.indices {
      slope.none[index] = Self.pull * (weights.none[index] - start.none[index])
    }
    let share = 1 / Double(situations.count)
    for (situation, answer) in situations {
      let probabilities = situation.probabilities(weights)
      for (index, candidate) in situation.candidates.enumerated() {
        let error = (probabilities[index] - (answer == index ? 1 : 0)) * share
        for feature in candidate.indices { slope.features[feature] += error * candidate[feature] }
      }
      let error = (probabilities[situation.candidates.count] - (answer == nil ? 1 : 0)) * share
      for feature in situation.none.indices {
        slope.none[feature] += error * situation.none[feature]
      }
    }
    return slope
  }
}
