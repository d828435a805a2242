import Cache

/// The words of a symptom in the merge requests of a window, counted, and how well each fits, by BM25.
///
/// How rare a word is counts among the candidates alone, so that an answer stays the same when others join the cache.
struct WordTable {
  /// The words of one text that are sought, by their numbers.
  struct Text {
    private(set) var counts: [Int: Int] = [:]
    /// All its words.
    private(set) var length = 0

    mutating func add(_ number: Int?) {
      length += 1
      if let number { counts[number, default: 0] += 1 }
    }
  }

  /// The texts of one merge request.
  struct Document {
    var title = Text()
    var description = Text()
    var paths = Text()
    var changes = Text()
    var functions = Text()
    var commits: [(title: Text, message: Text)] = []
    /// The pairs of words that stand near each other in one of them.
    var pairs: Set<Int> = []

    /// What counts as its length, beside the names of functions and the commits.
    var length: Int { title.length + description.length + paths.length + changes.length }

    func contains(_ word: Int) -> Bool {
      title.counts[word] != nil || description.counts[word] != nil || paths.counts[word] != nil
        || changes.counts[word] != nil || functions.counts[word] != nil
        || commits.contains { $0.message.counts[word] != nil }
    }
  }

  /// The documents, in the order of the candidates.
  let documents: [Document]
  private let fit: BM25
  private let pairRarity: [Int: Double]
  private let numbers: [String: Int]

  /// - Parameters:
  ///   - words: What ``CacheStore/words(project:iids:matching:)`` found.
  ///   - iids: The candidates.
  init(_ query: WordQuery, _ words: [Int64: IndexedWords], iids: [Int64]) {
    var reader = WordReader(query)
    let documents = iids.map { iid in words[iid].map { reader.document($0) } ?? Document() }
    self.documents = documents
    numbers = reader.words.numbers
    fit = BM25(
      holders: (0..<reader.words.count).map { word in documents.count { $0.contains(word) } },
      of: documents.count)
    var holders: [Int: Int] = [:]
    for document in documents { for pair in document.pairs { holders[pair, default: 0] += 1 } }
    pairRarity = holders.mapValues { BM25.rarity($0, of: documents.count) }
  }

  /// The numbers of tokens, each once, in their order.
  func numbers(of tokens: [String]) -> [Int] {
    var seen: Set<Int> = []
    return tokens.compactMap { numbers[$0] }.filter { seen.insert($0).inserted }
  }

  /// How well a part of each document fits some words.
  ///
  /// - Parameters:
  ///   - count: How often a word stands in the part.
  ///   - length: The length that it is measured against.
  func scores(
    _ words: [Int], count: (Document, Int) -> Double, length: (Document) -> Int
  ) -> [Double] {
    let lengths = documents.map(length)
    let mean = Self.mean(lengths)
    return zip(documents, lengths).map { document, length in
      length == 0 ? 0 : fit.score(words, { count(document, $0) }, length: length, mean: mean)
    }
  }

  /// How well the commits of each document fit some words: the best message, the best title, and all messages together.
  func commitScores(_ words: [Int]) -> (messages: [Double], titles: [Double], all: [Double]) {
    let mean = Self.mean(documents.flatMap { $0.commits.map(\.message.length) })
    var (messages, titles, all) = ([Double](), [Double](), [Double]())
    for document in documents {
      var (message, title, sum) = (0.0, 0.0, 0.0)
      for commit in document.commits {
        let length = commit.message.length
        let whole = fit.score(
          words, { Double(commit.message.counts[$0] ?? 0) }, length: length, mean: mean)
        message = max(message, whole)
        sum += whole
        title = max(
          title,
          fit.score(
            words, { Double(commit.title.counts[$0] ?? 0) }, length: length, mean: mean))
      }
      messages.append(message)
      titles.append(title)
      all.append(sum)
    }
    return (messages, titles, all)
  }

  /// How many pairs of words each document has, the rare ones counting more.
  func pairScores() -> [Double] {
    documents.map { $0.pairs.sorted().reduce(0) { $0 + (pairRarity[$1] ?? 0) } }
  }

  private static func mean(_ lengths: [Int]) -> Double {
    let known = lengths.filter { $0 > 0 }
    return known.isEmpty ? 1 : Double(known.reduce(0, +)) / Double(known.count)
  }
}

/// Finds the words of a query in stored words, whatever their endings.
private struct WordReader {
  private(set) var words: SoughtWords
  /// The pairs, as numbers.
  private var pairs: Set<Int> = []

  init(_ query: WordQuery) {
    words = SoughtWords(query.prose + query.code)
    for pair in query.pairs {
      guard let one = words.numbers[pair.one], let other = words.numbers[pair.other], one != other
      else {
        continue
      }
      pairs.insert(Self.pair(one, other))
    }
  }

  private static func pair(_ one: Int, _ other: Int) -> Int {
    min(one, other) << 16 | max(one, other)
  }

  mutating func document(_ texts: IndexedWords) -> WordTable.Document {
    var found = WordTable.Document()
    found.title = read(texts.title, &found.pairs)
    found.description = read(texts.description, &found.pairs)
    found.paths = read(texts.paths, &found.pairs)
    found.changes = read(texts.changes, &found.pairs)
    found.functions = read(texts.functions, &found.pairs)
    for commit in texts.commits {
      let title = read(commit.title, &found.pairs)
      let message = read("\(commit.title) \(commit.body)", &found.pairs)
      found.commits.append((title, message))
    }
    return found
  }

  private mutating func read(_ text: String, _ found: inout Set<Int>) -> WordTable.Text {
    var result = WordTable.Text()
    var text = text
    text.withUTF8 { bytes in
      // The last of the words that are sought, with their places.
      var last: [(number: Int, place: Int)] = []
      var start = 0
      while start < bytes.count {
        let end = bytes[start...].firstIndex(of: 0x20) ?? bytes.count
        defer { start = end + 1 }
        guard end > start else { continue }
        let number = words.number(of: bytes[start..<end])
        result.add(number)
        guard let number else { continue }
        last.removeAll { result.length - $0.place > WordQuery.reach }
        for (other, _) in last where other != number {
          let pair = Self.pair(number, other)
          if pairs.contains(pair) { found.insert(pair) }
        }
        last.append((number, result.length))
      }
    }
    return result
  }
}
