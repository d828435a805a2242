/// What each feature counts, and the curve that makes a confidence of a probability.
///
/// A merge request's score is the sum of its features, each times its weight. The probability that it broke it is in
/// proportion to the exponential of that, beside the one that none of the window did.
struct Weights: Sendable {
  /// One for each ``Feature``.
  var features: [Double]
  /// One for each ``NoneFeature``.
  var none: [Double]
  /// The log-odds of a probability are multiplied by this.
  var slope = 1.0
  /// And this is added to them.
  var offset = 0.0

  /// Makes weights from those that are not 0.
  init(
    _ features: [Feature: Double], none: [NoneFeature: Double], slope: Double = 1,
    offset: Double = 0
  ) {
    self.features = Feature.allCases.map { features[$0] ?? 0 }
    self.none = NoneFeature.allCases.map { none[$0] ?? 0 }
    self.slope = slope
    self.offset = offset
  }

  /// The confidence in a probability.
  func confidence(_ probability: Double) -> Double {
    let bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return 1 / (1 + exponential(-(slope * logarithm(bounded / (1 - bounded)) + offset)))
  }
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
