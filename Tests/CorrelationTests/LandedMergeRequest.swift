import Cache
import Foundation
import Mirror
import Sync
import TestSupport

/// A merge request that was merged into a made repository.
struct LandedMergeRequest {
  var request: CachedMergeRequest
  var base: String
  var head: String
}

extension CacheStore {
  /// Mirrors a made repository, stores what was merged with its diffs, and looks into it.
  func add(
    _ merged: [LandedMergeRequest], of upstream: GitFixture, as path: String = "acme/shop",
    id: Int64 = 1, lookbackDays: Int, at now: Date
  ) throws -> CachedProject {
    let mirror = MirrorDirectory(cache: directory, host: "test", projectID: id)
    try FileManager.default.createDirectory(
      atPath: directory + "/mirrors/test", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: upstream.path, toPath: mirror.path)
    let project = try beginSync(
      .init(
        host: "test", projectID: id, baseURL: "https://test", path: path,
        defaultBranch: "main", webURL: nil, lookbackDays: lookbackDays), at: now)
    _ = try storeMergeRequests(merged.map(\.request), project: project.id)
    let engine = DiffEngine(try Repository(bareAt: mirror.path))
    for item in merged {
      let trees = try [item.base, item.head].map {
        try engine.tree(of: ObjectID(hex: $0) ?? .emptyTree)
      }
      let files = try engine.changes(from: trees[0], to: trees[1]).map { CachedFile($0) }
      let key = DiffKey(
        oldTree: "\(trees[0])", newTree: "\(trees[1])", algorithm: DiffEngine.algorithmVersion)
      try storeDiffs(
        [
          (
            .mergeRequest(iid: item.request.iid, base: item.base, head: item.head, start: nil),
            .computed(key, files)
          )
        ], project: project.id, at: now)
    }
    try MergeRequestIndexer(cache: self, project: project, workers: 1).run(
      isCancelled: { false }, progress: { _, _ in })
    return project
  }
}
