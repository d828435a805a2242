import SourceCode

/// The words of a query, each stem with a number, to be found in texts whatever their endings.
struct SoughtWords {
  /// The number of each token's stem.
  private(set) var numbers: [String: Int] = [:]
  /// How many stems there are.
  private(set) var count = 0
  /// The numbers of stems.
  private var stems: [[UInt8]: Int] = [:]
  /// What words met before were.
  private var known: [[UInt8]: Int?] = [:]
  /// Whether a stem begins with two bytes: stems keep those.
  private var beginnings = [Bool](repeating: false, count: 1 << 16)

  init(_ tokens: [String]) {
    for token in tokens {
      let bytes = Array(token.utf8)
      guard bytes.count > 1 else { continue }
      let stem = WordStem.of(bytes)
      if stems[stem] == nil {
        stems[stem] = count
        count += 1
      }
      numbers[token] = stems[stem]
      beginnings[Int(bytes[0]) << 8 | Int(bytes[1])] = true
    }
  }

  /// The number of a word's stem; `nil` where it is not sought.
  mutating func number(of word: some RandomAccessCollection<UInt8>) -> Int? {
    guard word.count > 1, let first = word.first,
      beginnings[Int(first) << 8 | Int(word[word.index(after: word.startIndex)])]
    else { return nil }
    let word = Array(word)
    if let known = known[word] { return known }
    let number = stems[WordStem.of(word)]
    known[word] = .some(number)
    return number
  }
}
