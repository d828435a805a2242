/// How many lines a text gained and lost.
struct LineCount: Equatable {
  var additions: Int
  var deletions: Int
  /// Whether the texts were compared; else all lines between their first and last difference count.
  var isCompared = true
  /// Whether the way back has the same counts, swapped. It need not where git gave a costly search up.
  var isReversible = true
}
