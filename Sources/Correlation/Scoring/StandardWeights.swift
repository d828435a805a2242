extension Weights {
  /// The weights for repositories that nothing is known of.
  ///
  /// Fitted by conditional logistic regression (L2 penalty 0.008, a tenth of it on callees; the weights of evidence kept from going below 0) on
  /// 176 regressions and 40 cases without a culprit, from the histories of four projects on GitLab, each told in up
  /// to seven ways: with a whole trace, without lines, with shifted lines, by files alone, by prose alone, without
  /// the frame that broke, and by prose with a trace. The curve of confidence is a logistic one, fitted on the halves
  /// of the cases that the weights of the other half had not seen, and lowered by 0.4: a false accusation
  /// costs more than a hint withheld.
  static let standard = Weights(
    [
      .line: 0.328,
      .nearLine: 0.382,
      .nearCrash: 0.857,
      .newestAtLine: 0.460,
      .function: 0.112,
      .crashFunction: 1.017,
      .functionShare: 0.585,
      .newestInFunction: 0.013,
      .topFile: 1.473,
      .files: 0.000,
      .newestInFile: 0.137,
      .mention: 0.518,
      .newestMention: 0.510,
      .share: 0.828,
      .rarity: 1.166,
      .directory: 0.611,
      .functionElsewhere: 0.565,
      .callee: 4.438,
      .calleeNearby: 0.000,
      .titleWords: 0.692,
      .descriptionWords: 0.663,
      .pathWords: 0.503,
      .changeWords: 1.732,
      .words: 1.721,
      .identifiers: 0.646,
      .codeNames: 0.738,
      .codeMentions: 0.340,
      .focus: 0.805,
      .recency: 0.301,
      .age: -1.125,
      .size: 0.425,
      .spread: -0.211,
      .noProgram: -0.425,
      .configuration: -0.340,
      .repair: -0.153,
    ],
    none: [
      .always: 1.446,
      .candidates: 1.504,
      .hasFrames: 0.866,
      .topFileUntouched: 0.630,
      .functionUntouched: 0.246,
      .lineUntouched: 0.753,
      .hasProse: 0.704,
      .wordsUnmatched: -0.080,
    ], slope: 0.669, offset: -0.074)
}
