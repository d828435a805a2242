/// Finds which deleted and added files are renames, by the rules of git 2.39.5: equal contents first, then files that
/// are alone in having their name, then the most similar pairs.
struct RenamePass {
  /// The memory for sketches of sources and of destinations, in bytes.
  private static let sourceSketchBytes = 16 << 20
  private static let destinationSketchBytes = 8 << 20

  private let blobs: BlobSource
  private let spans: SpanTable
  private let changes: TreeChanges
  private let recollection: Recollection?
  private let isCancelled: () -> Bool
  /// Indices into the changes; sources that are used up leave.
  private var sources: [Int] = []
  private var destinations: [Int] = []
  private var names: FileNames
  /// For each change that is the destination of a rename, the index of its source.
  private(set) var sourceOfDestination: [Int: Int] = [:]
  private var usedSources: Set<Int> = []
  /// Whether similarities are few enough to be remembered.
  private var keepsSimilarities = false

  init(
    _ changes: TreeChanges, blobs: BlobSource, spans: SpanTable, recollection: Recollection? = nil,
    isCancelled: @escaping () -> Bool
  ) {
    self.isCancelled = isCancelled
    self.recollection = recollection
    self.blobs = blobs
    self.spans = spans
    self.changes = changes
    names = FileNames()
    for (index, change) in changes.changes.enumerated() {
      if change.newMode.isNone {
        sources.append(index)
      } else if change.oldMode.isNone {
        destinations.append(index)
      }
    }
  }

  /// Whether a change is the deletion of a file that was found again elsewhere.
  func isUsedSource(_ index: Int) -> Bool { usedSources.contains(index) }

  /// The pairs of different contents that were found to be renames.
  var contentPairs: [ContentPair] {
    sourceOfDestination.compactMap { destination, source in
      let (old, new) = (changes.changes[source].oldID, changes.changes[destination].newID)
      return old == new ? nil : ContentPair(old: old, new: new)
    }
  }

  mutating func run() throws(DiffError) {
    guard !sources.isEmpty, !destinations.isEmpty else { return }
    keepsSimilarities =
      recollection != nil
      && sources.count * destinations.count <= Recollection.similarities
    names = FileNames(changes, sources + destinations)
    pairExactly()
    dropUsed()
    try pairByName()
    dropUsed()
    guard !sources.isEmpty, !destinations.isEmpty,
      destinations.count * sources.count <= DiffLimits.renames * DiffLimits.renames
    else { return }
    try pairBySimilarity()
  }

  private mutating func record(source: Int, destination: Int) {
    sourceOfDestination[destination] = source
    usedSources.insert(source)
  }

  private mutating func dropUsed() {
    guard !usedSources.isEmpty else { return }
    sources.removeAll { usedSources.contains($0) }
    destinations.removeAll { sourceOfDestination[$0] != nil }
  }

  private mutating func pairExactly() {
    var exact = ExactRenames(sources: sources, of: changes.changes)
    for destination in destinations {
      let name = names[destination]
      let found = exact.takeSource(for: changes.changes[destination]) { index in
        names[sources[index]] == name
      }
      if let found { record(source: sources[found], destination: destination) }
    }
  }

  /// Pairs the files that are the only source and the only destination with their name.
  private mutating func pairByName() throws(DiffError) {
    let destinationOfName = names.unique(among: destinations)
    let sourceOfName = names.unique(among: sources)
    for source in sources {
      let name = names[source]
      guard case .only(let destination)? = destinationOfName[name],
        case .only? = sourceOfName[name],
        try isReachable(Similarity.sameName, source, destination)
      else { continue }
      let similarity: Int
      if let known = knownSimilarity(source, destination) {
        similarity = known
      } else {
        let old = try sketch(ofSource: source)
        let new = try sketch(ofDestination: destination)
        var compared = 0
        spans.comparing(new) { compared = $0(old) }
        try note(compared, source, destination)
        similarity = compared
      }
      if similarity >= Similarity.sameName { record(source: source, destination: destination) }
    }
  }

  /// The similarity of two files as an earlier comparison found it.
  private func knownSimilarity(_ source: Int, _ destination: Int) -> Int? {
    guard keepsSimilarities else { return nil }
    return recollection?[pair(source, destination)]?.similarity
  }

  private func note(
    _ similarity: Int, _ source: Int, _ destination: Int
  ) throws(DiffError) {
    guard keepsSimilarities else { return }
    // Of larger ones it depends on how they are stored.
    for (id, index) in [
      (changes.changes[source].oldID, source), (changes.changes[destination].newID, destination),
    ] where try blobs.byteCount(of: id, at: changes.path(index)) > DiffLimits.comparedBytes {
      return
    }
    recollection?.note(pair(source, destination), similarity: similarity)
  }

  private func pair(_ source: Int, _ destination: Int) -> ContentPair {
    ContentPair(old: changes.changes[source].oldID, new: changes.changes[destination].newID)
  }

  /// The similarities of all sources to each destination, where they are all known.
  private func knownSimilarities() throws(DiffError) -> [[Int]]? {
    guard keepsSimilarities else { return nil }
    var rows: [[Int]] = []
    for destination in destinations {
      var row: [Int] = []
      for source in sources {
        if try !isReachable(Similarity.rename, source, destination) {
          row.append(0)
        } else if let known = knownSimilarity(source, destination) {
          row.append(known)
        } else {
          return nil
        }
      }
      rows.append(row)
    }
    return rows
  }

  private mutating func pairBySimilarity() throws(DiffError) {
    var candidates = Array(repeating: RenameCandidates(), count: destinations.count)
    if let known = try knownSimilarities() {
      for (place, destination) in destinations.enumerated() {
        offer(sources.indices, to: destination, in: &candidates[place]) { known[place][$0] }
      }
      return choose(candidates)
    }
    var kept: [Int: SpanSketch] = [:]
    var keptByteCount = 0
    var next = 0
    // Sources go in blocks whose sketches fit in memory. Each destination sees all sources in their order.
    while next < sources.count {
      let start = next
      var block: [SpanSketch?] = []
      var blockByteCount = 0
      while next < sources.count, blockByteCount < Self.sourceSketchBytes {
        let source = sources[next]
        let made = try isReachable(fromSource: source) ? sketch(ofSource: source) : nil
        blockByteCount += made?.memoryByteCount ?? 0
        block.append(made)
        next += 1
      }
      for (place, destination) in destinations.enumerated() {
        if isCancelled() { throw .cancelled }
        var reachable: [Bool] = []
        reachable.reserveCapacity(block.count)
        for source in sources[start..<next] {
          reachable.append(try isReachable(Similarity.rename, source, destination))
        }
        guard reachable.contains(true) else {
          offer(start..<next, to: destination, in: &candidates[place]) { _ in 0 }
          continue
        }
        let file: SpanSketch
        if let made = kept[destination] {
          file = made
        } else {
          file = try sketch(ofDestination: destination)
          if next < sources.count,
            keptByteCount + file.memoryByteCount <= Self.destinationSketchBytes
          {
            kept[destination] = file
            keptByteCount += file.memoryByteCount
          }
        }
        var found: [(source: Int, similarity: Int)] = []
        spans.comparing(file) { compare in
          offer(start..<next, to: destination, in: &candidates[place]) { index in
            guard reachable[index], let source = block[index] else { return 0 }
            let similarity = compare(source)
            if keepsSimilarities { found.append((sources[start + index], similarity)) }
            return similarity
          }
        }
        for (source, similarity) in found { try note(similarity, source, destination) }
      }
    }
    choose(candidates)
  }

  /// Offers a block of sources to one destination, with the similarity at each place of the block.
  private func offer(
    _ block: Range<Int>, to destination: Int, in candidates: inout RenameCandidates,
    _ similarity: (_ place: Int) -> Int
  ) {
    let name = names[destination]
    for index in block {
      candidates.offer(
        RenameCandidates.Candidate(
          source: Int32(index), similarity: UInt16(clamping: similarity(index - block.lowerBound)),
          hasSameName: names[sources[index]] == name))
    }
  }

  /// Takes the most similar pairs first; of equal ones those with the same name, then those found first.
  private mutating func choose(_ candidates: [RenameCandidates]) {
    var pairs: [(destination: Int, candidate: RenameCandidates.Candidate)] = []
    for (place, candidates) in candidates.enumerated() {
      for candidate in candidates.all where Int(candidate.similarity) >= Similarity.rename {
        pairs.append((destinations[place], candidate))
      }
    }
    // The standard library's sort is stable in fact, but does not promise it.
    let order = pairs.indices.sorted { one, two in
      let (left, right) = (pairs[one].candidate, pairs[two].candidate)
      if left.isBetter(than: right) { return true }
      if right.isBetter(than: left) { return false }
      return one < two
    }
    for index in order {
      let source = sources[Int(pairs[index].candidate.source)]
      let destination = pairs[index].destination
      guard sourceOfDestination[destination] == nil, !usedSources.contains(source) else {
        continue
      }
      record(source: source, destination: destination)
    }
  }

  /// Whether two files can be as similar as asked for: both regular, with sizes that are not too far apart.
  private func isReachable(
    _ similarity: Int, _ source: Int, _ destination: Int
  ) throws(DiffError) -> Bool {
    let old = changes.changes[source]
    let new = changes.changes[destination]
    guard old.oldMode.isRegular, new.newMode.isRegular else { return false }
    let oldSize = try blobs.byteCount(of: old.oldID, at: changes.path(source))
    let newSize = try blobs.byteCount(of: new.newID, at: changes.path(destination))
    guard max(oldSize, newSize) <= DiffLimits.bigFileBytes else { return false }
    return Similarity.isReachable(similarity, sizes: oldSize, newSize)
  }

  /// Whether a source can become a rename to any destination.
  private func isReachable(fromSource source: Int) throws(DiffError) -> Bool {
    for destination in destinations {
      if try isReachable(Similarity.rename, source, destination) { return true }
    }
    return false
  }

  private func sketch(ofSource index: Int) throws(DiffError) -> SpanSketch {
    try sketch(of: changes.changes[index].oldID, index)
  }

  private func sketch(ofDestination index: Int) throws(DiffError) -> SpanSketch {
    try sketch(of: changes.changes[index].newID, index)
  }

  private func sketch(of id: ObjectID, _ index: Int) throws(DiffError) -> SpanSketch {
    switch try blobs.content(of: id, at: changes.path(index), limit: DiffLimits.comparedBytes) {
    case .bytes(let blob): return spans.sketch(of: blob.bytes)
    case .oversized: return spans.sketch { blobs.stream(id, $0) }
    }
  }
}
