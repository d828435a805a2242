import Cache

extension MergeRequestRow {
  /// The row of a cached merge request.
  package init(_ request: CachedMergeRequest) {
    self.init(
      iid: request.iid, title: request.title, state: request.state, isDraft: request.isDraft,
      author: request.authorName, updatedAt: request.updatedAt, mergedAt: request.mergedAt,
      targetBranch: request.targetBranch, files: request.totals?.files,
      additions: request.totals?.additions ?? 0, deletions: request.totals?.deletions ?? 0,
      incomplete: request.incomplete)
  }
}

extension FileRow {
  /// The row of a cached file.
  package init(_ file: CachedFile) {
    self.init(
      path: String(decoding: file.path, as: UTF8.self),
      oldPath: file.oldPath.map { String(decoding: $0, as: UTF8.self) },
      status: file.status.rawValue, additions: file.additions, deletions: file.deletions,
      isEstimate: file.precision != nil)
  }
}

extension ChurnRow {
  /// The row of a place or an author.
  package init(_ hotspot: CacheStore.Hotspot) {
    self.init(
      name: String(decoding: hotspot.name, as: UTF8.self), mergeRequests: hotspot.mergeRequests,
      additions: hotspot.additions, deletions: hotspot.deletions)
  }
}

extension ChurnDay {
  /// Sums up merge requests by the day on which they were merged; those that were not are left out.
  package static func days(of requests: [MergeRequestRow]) -> [ChurnDay] {
    var days: [Int: ChurnDay] = [:]
    for request in requests {
      guard let merged = request.mergedAt else { continue }
      let day = ChurnTimeline.day(of: merged)
      days[
        day,
        default: ChurnDay(day: merged, mergeRequests: 0, additions: 0, deletions: 0)
      ].add(request)
    }
    return days.sorted { $0.key < $1.key }.map(\.value)
  }

  private mutating func add(_ request: MergeRequestRow) {
    mergeRequests += 1
    additions += request.additions
    deletions += request.deletions
  }
}
