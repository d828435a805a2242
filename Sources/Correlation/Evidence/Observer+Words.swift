import Cache

extension Observer {
  func observeWords(_ query: WordQuery, _ result: inout [Observations]) throws {
    let iids = candidates.map(\.request.iid)
    let words = try cache.words(
      project: project, iids: Set(iids), matching: query.prose + query.code)
    guard !words.isEmpty else { return }
    let table = WordTable(query, words, iids: iids)
    func fill(_ feature: Feature, _ scores: [Double], _ ground: Double = 4) {
      // A best match that is poor itself is worth less than 1.
      let best = (scores.max() ?? 0) + ground
      for (index, score) in scores.enumerated() where score > 0 {
        result[index].raise(feature, to: score / best)
      }
    }
    func scores(_ words: [Int], _ text: KeyPath<WordTable.Document, WordTable.Text>) -> [Double] {
      table.scores(words) {
        Double($0[keyPath: text].counts[$1] ?? 0)
      } length: {
        $0.length
      }
    }
    /// All texts together: a title is worth more than a changed line.
    func together(_ words: [Int]) -> [Double] {
      table.scores(words) { document, word in
        3 * Double(document.title.counts[word] ?? 0)
          + Double(document.description.counts[word] ?? 0)
          + 2 * Double(document.paths.counts[word] ?? 0)
          + Double(document.changes.counts[word] ?? 0)
      } length: {
        $0.length
      }
    }
    let prose = table.numbers(of: query.prose)
    fill(.titleWords, scores(prose, \.title))
    fill(.descriptionWords, scores(prose, \.description))
    fill(.pathWords, scores(prose, \.paths))
    fill(.changeWords, scores(prose, \.changes))
    fill(.words, together(prose))
    fill(.identifiers, together(table.numbers(of: query.identifiers)))
    fill(
      .functionWords,
      table.scores(prose) {
        Double($0.functions.counts[$1] ?? 0)
      } length: {
        $0.functions.length
      })
    let commits = table.commitScores(prose)
    fill(.commitWords, commits.messages)
    fill(.commitTitles, commits.titles)
    fill(.messageWords, commits.all)
    fill(.phrases, table.pairScores(), 2)
    let code = table.numbers(of: query.code)
    fill(.codeNames, scores(code, \.changes))
    let mentions = zip(
      scores(code, \.title), zip(scores(code, \.description), scores(code, \.paths))
    ).map { title, others in title + 0.5 * others.0 + 0.5 * others.1 }
    fill(.codeMentions, mentions)
  }
}
