import SourceCode

/// The words that a symptom is sought by.
struct WordQuery {
  /// Tokens of prose, of messages, and of code-like words in them.
  private(set) var prose: [String] = []
  /// Tokens of code-like words in prose alone.
  private(set) var identifiers: [String] = []
  /// Tokens of the names of functions and files in the trace.
  private(set) var code: [String] = []

  /// Tokens of prose that stand near each other.
  private(set) var pairs: Set<Pair> = []

  /// Two different tokens, in the order of the alphabet.
  struct Pair: Hashable {
    let one: String
    let other: String

    init(_ one: String, _ other: String) {
      self.one = min(one, other)
      self.other = max(one, other)
    }
  }

  /// Tokens so far apart are near each other.
  static let reach = 3
  /// The most pairs.
  private static let mostPairs = 2_000
  /// The most tokens of either.
  private static let most = 200

  init(symptom: Symptom, places: [Place]) {
    var seen: Set<String> = []
    func add(_ text: String, to tokens: inout [String]) {
      CodeTokens.forEach(in: text.utf8.prefix(2_000)) { token in
        let token = String(decoding: token, as: UTF8.self)
        guard tokens.count < Self.most, token.utf8.count > 2, !Self.common.contains(token),
          seen.insert(token).inserted
        else { return }
        tokens.append(token)
      }
    }
    for term in symptom.identifiers.prefix(100) { add(term.text, to: &prose) }
    identifiers = prose
    for term in symptom.words.prefix(200) { add(term.text, to: &prose) }
    for message in symptom.errorMessages.prefix(20) { add(message, to: &prose) }
    pairs = Self.pairs(symptom.sequence, of: seen)
    seen.removeAll()
    for place in places where place.rank < 8 {
      if let name = place.name { add(name, to: &code) }
      let file = place.path.split(separator: 0x2F).last ?? []
      let stem = file.split(separator: 0x2E).first ?? []
      add(String(decoding: stem, as: UTF8.self), to: &code)
    }
  }

  private static func pairs(_ sequence: [String], of wanted: Set<String>) -> Set<Pair> {
    var pairs: Set<Pair> = []
    var last: [String] = []
    for word in sequence {
      func take(_ token: String) {
        if wanted.contains(token) {
          for other in last where other != token && wanted.contains(other) {
            if pairs.count < mostPairs { pairs.insert(Pair(token, other)) }
          }
        }
        last.append(token)
        if last.count > reach { last.removeFirst() }
      }
      if word.isEmpty { take(word) }
      CodeTokens.forEach(in: word.utf8) { token in
        if token.count > 2 { take(String(decoding: token, as: UTF8.self)) }
      }
    }
    return pairs
  }

  /// Words of reports that say nothing of the code.
  private static let common: Set<String> = [
    "thread", "received", "signal", "program", "terminated", "segmentation", "fault", "aborted",
    "trace", "breakpoint", "trap", "traceback", "recent", "call", "last", "goroutine", "running",
    "panic", "exception", "main", "commit", "reverts", "revert", "this", "that", "the", "and",
    "merge", "request", "change", "changes",
  ]
}
