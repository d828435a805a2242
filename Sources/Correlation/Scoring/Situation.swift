import Glibc

/// What a symptom gives to go by: the most telling of the first four that it has, and prose beside it.
enum SituationTrait: String, CaseIterable, Sendable {
  /// Frames with lines, in files of the repository.
  case lines
  /// Frames without lines.
  case functions
  /// Files alone, maybe with words.
  case files
  /// Words alone.
  case words
  /// Several words of prose.
  case prose

  static func all(_ places: [Place], hasProse: Bool) -> [Self] {
    let frames = places.filter { $0.frame != nil }
    let first: Self =
      if frames.contains(where: { $0.line != nil }) {
        .lines
      } else if !frames.isEmpty {
        .functions
      } else {
        places.isEmpty ? .words : .files
      }
    return hasProse ? [first, .prose] : [first]
  }
}

/// All candidates of one question with their features: what weights are applied to, and fitted on.
struct Situation: Sendable {
  /// The features of each candidate.
  var candidates: [[Double]]
  /// The features of "none of the window".
  var none: [Double]
  /// What the symptom gives to go by.
  var traits: [SituationTrait]

  init(candidates: [Observations], places: [Place], hasProse: Bool) {
    self.candidates = candidates.map(\.values)
    traits = SituationTrait.all(places, hasProse: hasProse)
    func isUntouched(_ feature: Feature) -> Bool {
      !candidates.contains { $0[feature].value > 0 }
    }
    func most(_ feature: Feature) -> Double { candidates.map { $0[feature].value }.max() ?? 0 }
    var none = [Double](repeating: 0, count: NoneFeature.allCases.count)
    func note(_ feature: NoneFeature, _ value: Double = 1) { none[feature.rawValue] = value }
    note(.always)
    note(.candidates, logarithm(Double(candidates.count + 1)) / 4)
    let top = places.filter { $0.frame != nil && $0.rank == 0 }
    if !top.isEmpty {
      note(.hasFrames)
      if isUntouched(.topFile) { note(.topFileUntouched) }
      let hasFunction = top.contains { $0.function != nil || $0.name != nil }
      if hasFunction, isUntouched(.crashFunction) { note(.functionUntouched) }
      if top.contains(where: { $0.line != nil }) { note(.lineUntouched, 1 - most(.nearCrash)) }
    }
    if hasProse {
      note(.hasProse)
      note(.wordsUnmatched, 1 - most(.words))
    }
    self.none = none
  }

  /// The scores of the candidates.
  func scores(_ weights: Weights) -> [Double] {
    let all = weights.all(in: traits)
    return candidates.map { Self.product($0, all) }
  }

  /// The confidence in a candidate of a probability.
  func confidence(in candidate: Int, _ probability: Double, _ weights: Weights) -> Double {
    let values = candidates[candidate]
    let evidence = ConfidenceFeature.allCases.map { feature -> Double in
      switch feature {
      case .nearCrash: values[Feature.nearCrash.rawValue]
      case .crashFunction: values[Feature.crashFunction.rawValue]
      case .words:
        max(values[Feature.words.rawValue], values[Feature.messageWords.rawValue])
      case .wordsAlone: traits.contains(.words) ? 1 : 0
      case .filesAlone: traits.contains(.files) ? 1 : 0
      }
    }
    return weights.confidence(probability, evidence)
  }

  /// The probability of each candidate and, last, of none.
  func probabilities(_ weights: Weights) -> [Double] {
    let scores = scores(weights) + [Self.product(none, weights.none)]
    let most = scores.max() ?? 0
    let powers = scores.map { exponential($0 - most) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  static func product(_ one: [Double], _ two: [Double]) -> Double {
    zip(one, two).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

/// The natural logarithm.
func logarithm(_ value: Double) -> Double { log(value) }
/// e to the power of a number.
func exponential(_ value: Double) -> Double { exp(value) }
