/// How many lines a text gained and lost.
struct LineCount: Equatable {
  var additions: Int
  var deletions: Int
}
