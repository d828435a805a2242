extension Weights {
  /// The weights for repositories that nothing is known of.
  ///
  /// Fitted by conditional logistic regression on 176 regressions and 40 cases without a culprit, from the histories of
  /// four projects on GitLab, each told in up to seven ways: with a whole trace, without lines, with shifted lines, by
  /// files alone, by prose alone, without the frame that broke, and by prose with a trace. The regressions count again,
  /// a tenth each, with their culprit left out and no right answer. The L2 penalty is 0.008, a tenth of it on callees,
  /// three tenths on words and 0.01 on adjustments; weights of evidence are kept from going below 0.
  static let standard = Weights(
    [
      .line: 0.231,
      .nearLine: 0.460,
      .nearCrash: 0.850,
      .newestAtLine: 0.553,
      .function: 0.090,
      .crashFunction: 0.654,
      .functionShare: 0.381,
      .functionHunks: 0.513,
      .functionPart: 0.497,
      .topFile: 1.378,
      .newestInFile: 0.249,
      .mention: 0.160,
      .newestMention: 0.159,
      .mentionHunks: 0.697,
      .calledByMentioned: 0.809,
      .share: 0.584,
      .rarity: 0.981,
      .directory: 0.775,
      .functionElsewhere: 0.464,
      .callee: 3.957,
      .titleWords: 0.925,
      .descriptionWords: 0.365,
      .changeWords: 1.043,
      .words: 0.811,
      .commitWords: 0.457,
      .commitTitles: 0.372,
      .messageWords: 0.260,
      .functionWords: 0.527,
      .phrases: 1.043,
      .codeNames: 0.871,
      .codeMentions: 0.409,
      .focus: 0.436,
      .recency: 0.177,
      .age: -1.067,
      .size: 0.027,
      .spread: -0.442,
      .noProgram: -0.358,
      .configuration: -0.318,
      .repair: -0.200,
      .addition: -0.367,
      .removal: -0.591,
      .named: 0.794,
    ],
    none: [
      .always: 1.416,
      .candidates: 1.582,
      .hasFrames: 0.675,
      .topFileUntouched: 0.449,
      .functionUntouched: 0.163,
      .lineUntouched: 0.515,
      .hasProse: 1.199,
      .wordsUnmatched: -0.125,
    ], slope: 0.606, offset: 0.428)

  /// What the traits of a situation add to them, from the same fit.
  static let standardAdjustments: [SituationTrait: [Feature: Double]] = [
    .lines: [
      .age: -0.116,
      .recency: -0.030,
      .size: -0.217,
      .spread: -0.387,
      .removal: -0.278,
      .addition: -0.139,
      .repair: 0.155,
      .focus: 0.012,
      .share: -0.350,
      .rarity: -0.064,
    ],
    .functions: [
      .age: -0.168,
      .recency: -0.080,
      .size: -0.119,
      .spread: -0.133,
      .removal: -0.131,
      .addition: -0.110,
      .repair: 0.005,
      .focus: 0.223,
      .share: 0.294,
      .rarity: 0.426,
    ],
    .files: [
      .age: -0.591,
      .recency: -0.098,
      .size: -0.169,
      .spread: -0.172,
      .removal: -0.126,
      .addition: -0.143,
      .repair: -0.104,
      .focus: 0.114,
      .share: 0.523,
      .rarity: 0.423,
    ],
    .words: [
      .age: 0.021,
      .recency: 0.350,
      .size: 0.527,
      .spread: 0.339,
      .removal: 0.063,
      .addition: 0.099,
      .repair: -0.216,
    ],
    .prose: [
      .titleWords: 0.167,
      .descriptionWords: 0.007,
      .pathWords: -0.047,
      .changeWords: 0.183,
      .words: 0.082,
      .identifiers: -0.128,
      .commitWords: 0.235,
      .commitTitles: 0.259,
      .messageWords: 0.152,
      .functionWords: 0.095,
      .phrases: 0.785,
    ],
  ]

  /// The curve of confidence: a logistic one, fitted on halves of the cases that the weights of the other half had not
  /// seen.
  static let standardConfidence: [ConfidenceFeature: Double] = [
    .nearCrash: 0.846,
    .crashFunction: 0.181,
    .words: -1.296,
    .wordsAlone: 1.164,
  ]

  /// Of the cases without a culprit, 82 of 100 stay below it.
  static let standardLeastSure = 0.582
}
