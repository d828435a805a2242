import Cache

extension Observer {
  func observeWords(_ result: inout [Observations]) throws {
    let iids = candidates.map(\.request.iid)
    guard let first = iids.min(), let last = iids.max() else { return }
    let query = WordQuery(symptom: symptom, places: places)
    let prose = try cache.textScores(project: project, iids: first...last, tokens: query.prose)
    let identifiers = try cache.textScores(
      project: project, iids: first...last, tokens: query.identifiers)
    let code = try cache.textScores(project: project, iids: first...last, tokens: query.code)
    let functions = try cache.functionScores(
      project: project, iids: first...last, tokens: query.prose)
    let commits = try cache.commitScores(project: project, iids: first...last, tokens: query.prose)
    func fill(_ feature: Feature, _ score: (Int64) -> Double) {
      let scores = iids.map(score)
      // A best match that is poor itself is worth less than 1.
      let best = (scores.max() ?? 0) + 4
      for (index, score) in scores.enumerated() where score > 0 {
        result[index].raise(feature, to: score / best)
      }
    }
    fill(.titleWords) { prose[$0]?.title ?? 0 }
    fill(.descriptionWords) { prose[$0]?.description ?? 0 }
    fill(.pathWords) { prose[$0]?.paths ?? 0 }
    fill(.changeWords) { prose[$0]?.changes ?? 0 }
    fill(.words) { prose[$0]?.all ?? 0 }
    fill(.identifiers) { identifiers[$0]?.all ?? 0 }
    fill(.functionWords) { functions[$0] ?? 0 }
    fill(.commitWords) { commits[$0]?.message ?? 0 }
    fill(.commitTitles) { commits[$0]?.title ?? 0 }
    fill(.messageWords) { commits[$0]?.all ?? 0 }
    fill(.codeNames) { code[$0]?.changes ?? 0 }
    fill(.codeMentions) { iid in
      guard let score = code[iid] else { return 0 }
      return score.title + 0.5 * score.description + 0.5 * score.paths
    }
  }
}
