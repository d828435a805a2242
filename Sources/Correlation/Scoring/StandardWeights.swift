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
      .nearLine: 0.459,
      .nearCrash: 0.848,
      .newestAtLine: 0.555,
      .function: 0.093,
      .crashFunction: 0.652,
      .functionShare: 0.382,
      .functionHunks: 0.513,
      .functionPart: 0.495,
      .topFile: 1.406,
      .newestInFile: 0.258,
      .mention: 0.164,
      .newestMention: 0.162,
      .mentionHunks: 0.701,
      .calledByMentioned: 0.809,
      .share: 0.597,
      .rarity: 1.005,
      .directory: 0.753,
      .coChange: 0.539,
      .functionElsewhere: 0.465,
      .callee: 3.918,
      .titleWords: 0.918,
      .descriptionWords: 0.365,
      .changeWords: 1.037,
      .words: 0.800,
      .commitWords: 0.458,
      .commitTitles: 0.375,
      .messageWords: 0.259,
      .functionWords: 0.530,
      .phrases: 1.044,
      .codeNames: 0.862,
      .codeMentions: 0.403,
      .focus: 0.431,
      .recency: 0.171,
      .age: -1.069,
      .size: 0.018,
      .spread: -0.445,
      .noProgram: -0.354,
      .configuration: -0.320,
      .repair: -0.205,
      .addition: -0.367,
      .removal: -0.591,
      .named: 0.794,
    ],
    none: [
      .always: 1.424,
      .candidates: 1.585,
      .hasFrames: 0.683,
      .topFileUntouched: 0.444,
      .functionUntouched: 0.167,
      .lineUntouched: 0.517,
      .hasProse: 1.193,
      .wordsUnmatched: -0.125,
    ], slope: 0.602, offset: 0.432)

  /// What the traits of a situation add to them, from the same fit.
  static let standardAdjustments: [SituationTrait: [Feature: Double]] = [
    .lines: [
      .age: -0.116,
      .recency: -0.035,
      .size: -0.222,
      .spread: -0.389,
      .removal: -0.278,
      .addition: -0.139,
      .repair: 0.150,
      .focus: 0.010,
      .share: -0.345,
      .rarity: -0.056,
    ],
    .functions: [
      .age: -0.168,
      .recency: -0.081,
      .size: -0.121,
      .spread: -0.133,
      .removal: -0.131,
      .addition: -0.110,
      .repair: 0.004,
      .focus: 0.222,
      .share: 0.296,
      .rarity: 0.429,
    ],
    .files: [
      .age: -0.597,
      .recency: -0.101,
      .size: -0.177,
      .spread: -0.176,
      .removal: -0.127,
      .addition: -0.145,
      .repair: -0.104,
      .focus: 0.113,
      .share: 0.526,
      .rarity: 0.431,
    ],
    .words: [
      .age: 0.025,
      .recency: 0.354,
      .size: 0.534,
      .spread: 0.343,
      .removal: 0.063,
      .addition: 0.100,
      .repair: -0.214,
    ],
    .prose: [
      .titleWords: 0.169,
      .descriptionWords: 0.009,
      .pathWords: -0.045,
      .changeWords: 0.186,
      .words: 0.086,
      .identifiers: -0.126,
      .commitWords: 0.236,
      .commitTitles: 0.260,
      .messageWords: 0.152,
      .functionWords: 0.097,
      .phrases: 0.785,
    ],
  ]

  /// The curve of confidence: a logistic one, fitted on halves of the cases that the weights of the other half had not
  /// seen.
  static let standardConfidence: [ConfidenceFeature: Double] = [
    .nearCrash: 0.855,
    .crashFunction: 0.167,
    .words: -1.260,
    .wordsAlone: 1.129,
  ]

  /// Of the cases without a culprit, 81 of 100 stay below it.
  static let standardLeastSure = 0.576
}
