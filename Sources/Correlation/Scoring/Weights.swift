/// What each feature counts, and the curve that makes a confidence of a probability.
///
/// A merge request's score is the sum of its features, each times its weight. The probability that it broke it is in
/// proportion to the exponential of that, beside the one that none of the window did.
struct Weights: Sendable {
  /// One for each ``Feature``.
  var features: [Double]
  /// What is added to them, one for each ``Feature``, by the traits of the situation.
  var adjustments: [SituationTrait: [Double]]
  /// One for each ``NoneFeature``.
  var none: [Double]
  /// The log-odds of a probability are multiplied by this.
  var slope = 1.0
  /// And this is added to them.
  var offset = 0.0
  /// And these, one for each ``ConfidenceFeature``.
  var confidence: [Double]
  /// The calibrated probability that an answer needs to be worth telling.
  var leastSure: Double

  /// Makes weights from those that are not 0.
  init(
    _ features: [Feature: Double],
    adjustments: [SituationTrait: [Feature: Double]] = standardAdjustments,
    none: [NoneFeature: Double], slope: Double = 1, offset: Double = 0,
    confidence: [ConfidenceFeature: Double] = standardConfidence,
    leastSure: Double = standardLeastSure
  ) {
    self.features = Feature.allCases.map { features[$0] ?? 0 }
    self.adjustments = adjustments.mapValues { added in
      Feature.allCases.map { added[$0] ?? 0 }
    }
    self.none = NoneFeature.allCases.map { none[$0] ?? 0 }
    self.slope = slope
    self.offset = offset
    self.confidence = ConfidenceFeature.allCases.map { confidence[$0] ?? 0 }
    self.leastSure = leastSure
  }

  /// What a feature counts in a situation of some traits.
  func weight(of feature: Feature, in traits: [SituationTrait]) -> Double {
    traits.reduce(features[feature.rawValue]) {
      $0 + (adjustments[$1]?[feature.rawValue] ?? 0)
    }
  }

  /// The weights of all features in a situation of some traits.
  func all(in traits: [SituationTrait]) -> [Double] {
    traits.compactMap { adjustments[$0] }.reduce(features) { zip($0, $1).map(+) }
  }

  /// The confidence in a probability.
  ///
  /// - Parameter evidence: A value for each ``ConfidenceFeature``.
  func confidence(_ probability: Double, _ evidence: [Double] = []) -> Double {
    let bounded = min(max(probability, 1e-9), 1 - 1e-9)
    let odds =
      slope * logarithm(bounded / (1 - bounded)) + offset
      + Situation.product(evidence, confidence)
    return min(Self.mostSure, told(1 / (1 + exponential(-odds))))
  }

  /// No evidence makes an answer certain.
  private static let mostSure = 0.99
  /// Below this a calibrated probability is told as it is.
  private static let doubt = 0.25
  /// So far above ``leastSure`` it is told as it is again.
  private static let ramp = 0.12

  /// What of a calibrated probability is told: short of ``leastSure`` it stays under ``Analyzer/threshold``.
  private func told(_ sure: Double) -> Double {
    let full = leastSure + Self.ramp
    if sure < Self.doubt || sure >= full || leastSure <= Analyzer.threshold { return sure }
    let threshold = Analyzer.threshold
    if sure < leastSure {
      return Self.doubt + (threshold - Self.doubt) * (sure - Self.doubt) / (leastSure - Self.doubt)
    }
    return threshold + (full - threshold) * (sure - leastSure) / Self.ramp
  }
}

/// What speaks for or against trusting the first of an answer, beside its probability.
enum ConfidenceFeature: Int, CaseIterable, Sendable {
  /// How near it came to the line where it broke.
  case nearCrash
  /// It changed the function where it broke.
  case crashFunction
  /// How well its words fit those of the symptom.
  case words
  /// The symptom has nothing but words.
  case wordsAlone
  /// The symptom has files, but no frames.
  case filesAlone
}

/// What speaks for "none of the window".
enum NoneFeature: Int, CaseIterable, Sendable {
  /// Always 1.
  case always
  /// The logarithm of the number of candidates.
  case candidates
  /// The symptom has a frame in a file of the repository.
  case hasFrames
  /// No candidate changed the file where it broke.
  case topFileUntouched
  /// No candidate changed the function where it broke, though it is known.
  case functionUntouched
  /// How far all candidates stayed from the line where it broke, where that is known.
  case lineUntouched
  /// The symptom has words of prose.
  case hasProse
  /// How little these fit the words of any candidate.
  case wordsUnmatched
}
