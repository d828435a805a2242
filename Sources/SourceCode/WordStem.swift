/// The stem of an English word by Porter's algorithm (M. F. Porter, "An algorithm for suffix stripping", 1980), as
/// SQLite's FTS5 takes it: `connected`, `connecting` and `connection` have one.
public struct WordStem {
  private var word: [UInt8]

  /// The stem of a word in lower-case ASCII letters; other words are their own stem.
  public static func of(_ word: [UInt8]) -> [UInt8] {
    guard word.count > 2, word.count <= CodeTokens.longest,
      word.allSatisfy({ $0 &- 0x61 < 26 || $0.isDigit })
    else { return word }
    var stem = WordStem(word: word)
    stem.dropPlural()
    stem.dropPast()
    stem.turnY()
    stem.replace(Self.doubleSuffixes, measure: 0)
    stem.replace(Self.fullSuffixes, measure: 0)
    stem.dropSuffix()
    stem.dropE()
    return stem.word
  }

  // MARK: Letters

  private func isConsonant(_ index: Int) -> Bool {
    switch word[index] {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
      UInt8(ascii: "u"):
      false
    case UInt8(ascii: "y"): index == 0 || !isConsonant(index - 1)
    default: true
    }
  }

  /// How often vowels are followed by consonants in the first letters.
  private func measure(_ count: Int) -> Int {
    var measure = 0
    var wasVowel = false
    for index in 0..<count {
      let isVowel = !isConsonant(index)
      if wasVowel, !isVowel { measure += 1 }
      wasVowel = isVowel
    }
    return measure
  }

  private func hasVowel(_ count: Int) -> Bool { (0..<count).contains { !isConsonant($0) } }

  private func endsInDouble(_ count: Int) -> Bool {
    count > 1 && word[count - 1] == word[count - 2] && isConsonant(count - 1)
  }

  /// Whether the first letters end in consonant, vowel, consonant, and the last is none of w, x and y.
  private func endsShort(_ count: Int) -> Bool {
    guard count > 2, isConsonant(count - 1), !isConsonant(count - 2), isConsonant(count - 3) else {
      return false
    }
    let last = word[count - 1]
    return last != UInt8(ascii: "w") && last != UInt8(ascii: "x") && last != UInt8(ascii: "y")
  }

  /// How many letters stand before a suffix; `nil` where the word does not end in it.
  private func rest(before suffix: StaticString) -> Int? {
    let rest = word.count - suffix.utf8CodeUnitCount
    guard rest >= 0 else { return nil }
    for index in 0..<suffix.utf8CodeUnitCount where word[rest + index] != suffix.utf8Start[index] {
      return nil
    }
    return rest
  }

  private mutating func cut(to count: Int, adding suffix: StaticString = "") {
    word.removeLast(word.count - count)
    for index in 0..<suffix.utf8CodeUnitCount { word.append(suffix.utf8Start[index]) }
  }

  // MARK: Steps

  private mutating func dropPlural() {
    if let rest = rest(before: "sses") ?? rest(before: "ies") {
      cut(to: rest, adding: word[rest] == UInt8(ascii: "i") ? "i" : "ss")
    } else if rest(before: "ss") == nil, let rest = rest(before: "s") {
      cut(to: rest)
    }
  }

  private mutating func dropPast() {
    if let rest = rest(before: "eed") {
      if measure(rest) > 0 { cut(to: rest, adding: "ee") }
      return
    }
    guard let rest = rest(before: "ed") ?? rest(before: "ing"), hasVowel(rest) else { return }
    cut(to: rest)
    if let rest = self.rest(before: "at") ?? self.rest(before: "bl") ?? self.rest(before: "iz") {
      cut(to: rest + 2, adding: "e")
    } else if endsInDouble(word.count) {
      let last = word[word.count - 1]
      if last != UInt8(ascii: "l"), last != UInt8(ascii: "s"), last != UInt8(ascii: "z") {
        word.removeLast()
      }
    } else if measure(word.count) == 1, endsShort(word.count) {
      word.append(UInt8(ascii: "e"))
    }
  }

  private mutating func turnY() {
    if let rest = rest(before: "y"), hasVowel(rest) { cut(to: rest, adding: "i") }
  }

  private static let doubleSuffixes: [(StaticString, StaticString)] = [
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("abli", "able"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
    ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"),
    ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
  ]
  private static let fullSuffixes: [(StaticString, StaticString)] = [
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
  ]
  private static let lastSuffixes: [StaticString] = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou",
    "ism", "ate", "iti", "ous", "ive", "ize",
  ]

  /// Replaces the first suffix that the word ends in, where enough stands before it.
  private mutating func replace(_ suffixes: [(StaticString, StaticString)], measure least: Int) {
    for (suffix, new) in suffixes {
      guard let rest = rest(before: suffix) else { continue }
      if measure(rest) > least { cut(to: rest, adding: new) }
      return
    }
  }

  private mutating func dropSuffix() {
    for suffix in Self.lastSuffixes {
      guard let rest = rest(before: suffix) else { continue }
      let isIon =
        suffix.utf8CodeUnitCount == 3 && suffix.utf8Start[1] == UInt8(ascii: "o")
        && suffix.utf8Start[0] == UInt8(ascii: "i")
      if isIon {
        guard rest > 0, word[rest - 1] == UInt8(ascii: "s") || word[rest - 1] == UInt8(ascii: "t")
        else { return }
      }
      if measure(rest) > 1 { cut(to: rest) }
      return
    }
  }

  private mutating func dropE() {
    if let rest = rest(before: "e") {
      let measure = measure(rest)
      if measure > 1 || measure == 1 && !endsShort(rest) { cut(to: rest) }
    }
    if measure(word.count) > 1, endsInDouble(word.count), word.last == UInt8(ascii: "l") {
      word.removeLast()
    }
  }
}
