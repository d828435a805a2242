extension Weights {
  /// The weights for repositories that nothing is known of.
  ///
  /// Fitted by conditional logistic regression (L2 penalty 0.008; the weights of evidence kept from going below 0) on
  /// 176 regressions and 40 cases without a culprit, from the histories of four projects on GitLab, each told in up
  /// to seven ways: with a whole trace, without lines, with shifted lines, by files alone, by prose alone, without
  /// the frame that broke, and by prose with a trace. The curve of confidence is a logistic one, fitted on the halves
  /// of the cases that the weights of the other half had not seen, and lowered by 0.4: a false accusation
  /// costs more than a hint withheld.
  static let standard = Weights(
    [
      .line: 0.347,
      .nearLine: 0.409,
      .nearCrash: 0.889,
      .newestAtLine: 0.397,
      .function: 0.060,
      .crashFunction: 1.020,
      .functionShare: 0.584,
      .newestInFunction: 0.000,
      .topFile: 1.491,
      .files: 0.000,
      .newestInFile: 0.123,
      .mention: 0.509,
      .newestMention: 0.495,
      .share: 0.828,
      .rarity: 1.122,
      .directory: 0.658,
      .functionElsewhere: 0.600,
      .callee: 1.722,
      .calleeNearby: 0.000,
      .titleWords: 0.698,
      .descriptionWords: 0.666,
      .pathWords: 0.491,
      .changeWords: 1.723,
      .words: 1.718,
      .identifiers: 0.642,
      .codeNames: 0.745,
      .codeMentions: 0.343,
      .focus: 0.802,
      .recency: 0.344,
      .age: -1.133,
      .size: 0.437,
      .spread: -0.202,
      .noProgram: -0.438,
      .configuration: -0.362,
      .repair: -0.141,
    ],
    none: [
      .always: 1.443,
      .candidates: 1.500,
      .hasFrames: 0.859,
      .topFileUntouched: 0.637,
      .functionUntouched: 0.215,
      .lineUntouched: 0.647,
      .hasProse: 0.739,
      .wordsUnmatched: -0.073,
    ], slope: 0.691, offset: -0.066)
}
