/// Counts words, and forgets those that come after the first `limit` different ones.
struct TermCounter {
  private(set) var terms: [Symptom.Term] = []
  private var places: [String: Int] = [:]
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  mutating func add(_ text: String) {
    if let place = places[text] {
      terms[place].count += 1
    } else if terms.count < limit {
      places[text] = terms.count
      terms.append(Symptom.Term(text: text, count: 1))
    }
  }
}

/// A list of different names in the order of their first mention.
struct NameList {
  private(set) var names: [String] = []
  private var known: Set<String> = []
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  mutating func add(_ name: String?) {
    guard let name, !name.isEmpty, names.count < limit, known.insert(name).inserted else { return }
    names.append(name)
  }
}
