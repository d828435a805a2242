import Glibc

/// How well texts fit the words that are sought: Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance
/// Framework: BM25 and Beyond", 2009), with its usual constants.
struct BM25 {
  /// A word counts so little more the more often it stands in a text.
  private static let saturation = 1.2
  /// How much the length of a text matters.
  private static let normalization = 0.75

  /// How rare each word is.
  let rarity: [Double]

  /// - Parameters:
  ///   - holders: How many texts have each word.
  ///   - texts: How many there are.
  init(holders: [Int], of texts: Int) {
    rarity = holders.map { Self.rarity($0, of: texts) }
  }

  /// How rare it is that so many texts have something.
  static func rarity(_ holders: Int, of texts: Int) -> Double {
    log1p((Double(texts) - Double(holders) + 0.5) / (Double(holders) + 0.5))
  }

  /// How well a text fits some words.
  ///
  /// - Parameters:
  ///   - count: How often a word stands in it.
  ///   - length: The words of the text.
  ///   - mean: The words of a text on average.
  func score(
    _ words: some Sequence<Int>, _ count: (Int) -> Double, length: Int, mean: Double
  ) -> Double {
    let (k, b) = (Self.saturation, Self.normalization)
    let room = k * (1 - b + b * Double(length) / mean)
    return words.reduce(0) { sum, word in
      let count = count(word)
      return count == 0 ? sum : sum + rarity[word] * count * (k + 1) / (count + room)
    }
  }
}
