/// The lines of what differs between two texts as numbers, equal ones by the same, and those among them that a search for
/// common lines is to look at. Keeps memory from one pair to the next.
struct NumberedLines: ~Copyable {
  /// Elements that are kept from one pair to the next.
  static let mostKept = 1 << 18

  private(set) var classes = LineClasses()
  private var oldNumbers = Scratch<Int32>()
  private var newNumbers = Scratch<Int32>()
  private var oldKept = Scratch<Int32>()
  private var newKept = Scratch<Int32>()
  private var frontier = Scratch<Int32>()

  /// The numbers of all old lines, and of all new ones.
  var old: UnsafeMutablePointer<Int32> { oldNumbers.pointer }
  var new: UnsafeMutablePointer<Int32> { newNumbers.pointer }
  /// The numbers of the lines to be searched, room for as many as there are.
  var keptOld: UnsafeMutablePointer<Int32> { oldKept.pointer }
  var keptNew: UnsafeMutablePointer<Int32> { newKept.pointer }

  /// Numbers the lines that two texts do not share at their ends.
  mutating func number(_ texts: TrimmedTexts, oldCount: Int, newCount: Int) {
    classes.reset(lineCount: oldCount + newCount)
    oldNumbers.reserve(oldCount)
    newNumbers.reserve(newCount)
    oldKept.reserve(oldCount)
    newKept.reserve(newCount)
    classes.classify(texts.old, as: .old, into: oldNumbers.pointer)
    classes.classify(texts.new, as: .new, into: newNumbers.pointer)
  }

  /// Counts the lines of a text that both sides have besides; returns the number of all.
  mutating func countShared(_ text: UnsafeRawBufferPointer) -> Int { classes.countShared(text) }

  /// Git's search over so many lines of ``keptOld`` and ``keptNew``.
  mutating func search(_ oldCount: Int, _ newCount: Int) -> GitSearch {
    frontier.reserve(GitSearch.frontierCapacity(oldCount, newCount))
    return GitSearch(
      old: oldKept.pointer, oldCount, new: newKept.pointer, newCount, frontier: frontier.pointer)
  }

  /// How far these are apart, if that is no more than a limit.
  mutating func distance(_ oldCount: Int, _ newCount: Int, limit: Int) -> Int? {
    frontier.reserve(EditDistance.frontierCapacity(limit: limit))
    return EditDistance.between(
      oldKept.pointer, oldCount, newKept.pointer, newCount, limit: limit,
      frontier: frontier.pointer)
  }

  /// Gives memory back after unusually large texts.
  mutating func shrink() {
    classes.shrink(to: Self.mostKept)
    oldNumbers.shrink(to: Self.mostKept)
    newNumbers.shrink(to: Self.mostKept)
    oldKept.shrink(to: Self.mostKept)
    newKept.shrink(to: Self.mostKept)
    frontier.shrink(to: 4 * Self.mostKept)
  }
}
