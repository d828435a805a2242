extension Weights {
  /// The weights for repositories that nothing is known of.
  ///
  /// Fitted by conditional logistic regression on 176 regressions and 40 cases without a culprit, from the histories of
  /// four projects on GitLab, each told in up to seven ways: with a whole trace, without lines, with shifted lines, by
  /// files alone, by prose alone, without the frame that broke, and by prose with a trace. The regressions count again,
  /// a tenth each, with their culprit left out and no right answer. The L2 penalty is 0.008, a tenth of it on callees
  /// and 0.01 on adjustments; weights of evidence are kept from going below 0.
  static let standard = Weights(
    [
      .line: 0.240,
      .nearLine: 0.455,
      .nearCrash: 0.862,
      .newestAtLine: 0.551,
      .function: 0.105,
      .crashFunction: 0.686,
      .functionShare: 0.367,
      .newestInFunction: 0.002,
      .functionHunks: 0.535,
      .functionPart: 0.471,
      .topFile: 1.392,
      .newestInFile: 0.254,
      .mention: 0.166,
      .newestMention: 0.170,
      .mentionHunks: 0.702,
      .calledByMentioned: 0.805,
      .share: 0.560,
      .rarity: 0.993,
      .directory: 0.741,
      .functionElsewhere: 0.499,
      .callee: 4.109,
      .titleWords: 0.507,
      .descriptionWords: 0.452,
      .pathWords: 0.157,
      .changeWords: 1.030,
      .words: 0.992,
      .identifiers: 0.354,
      .commitWords: 0.878,
      .commitTitles: 0.564,
      .messageWords: 0.665,
      .functionWords: 0.667,
      .codeNames: 0.804,
      .codeMentions: 0.237,
      .focus: 0.467,
      .recency: 0.158,
      .age: -1.082,
      .size: 0.090,
      .spread: -0.380,
      .noProgram: -0.359,
      .configuration: -0.307,
      .repair: -0.202,
      .addition: -0.393,
      .removal: -0.588,
      .named: 0.841,
    ],
    none: [
      .always: 1.477,
      .candidates: 1.552,
      .hasFrames: 0.699,
      .topFileUntouched: 0.451,
      .functionUntouched: 0.169,
      .lineUntouched: 0.512,
      .hasProse: 1.166,
      .wordsUnmatched: -0.043,
    ], slope: 0.596, offset: 0.411)

  /// What the kind of a situation adds to them, from the same fit.
  static let standardAdjustments: [SituationKind: [Feature: Double]] = [
    .lines: [
      .age: -0.113,
      .recency: -0.053,
      .size: -0.229,
      .spread: -0.387,
      .removal: -0.281,
      .addition: -0.137,
      .repair: 0.165,
      .focus: 0.025,
      .share: -0.363,
      .rarity: -0.069,
    ],
    .functions: [
      .age: -0.166,
      .recency: -0.078,
      .size: -0.127,
      .spread: -0.140,
      .removal: -0.135,
      .addition: -0.113,
      .repair: 0.002,
      .focus: 0.232,
      .share: 0.286,
      .rarity: 0.426,
    ],
    .files: [
      .age: -0.596,
      .recency: -0.105,
      .size: -0.187,
      .spread: -0.180,
      .removal: -0.129,
      .addition: -0.135,
      .repair: -0.098,
      .focus: 0.117,
      .share: 0.525,
      .rarity: 0.438,
    ],
    .words: [
      .age: 0.009,
      .recency: 0.361,
      .size: 0.615,
      .spread: 0.404,
      .removal: 0.075,
      .addition: 0.071,
      .repair: -0.230,
    ],
  ]

  /// The curve of confidence: a logistic one, fitted on halves of the cases that the weights of the other half had not
  /// seen.
  static let standardConfidence: [ConfidenceFeature: Double] = [
    .nearCrash: 0.839,
    .crashFunction: 0.191,
    .words: -1.029,
    .wordsAlone: 1.162,
  ]

  /// Of the cases without a culprit, 82 of 100 stay below it.
  static let standardLeastSure = 0.569
}
