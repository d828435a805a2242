import Foundation
import GRDB
import Testing

@testable import Cache

@Suite struct WindowQueryTests {
  private let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("window-\(UUID().uuidString)").path
  private let now = Date(timeIntervalSince1970: 1_760_000_000)

  private func makeStore() throws -> (CacheStore, CachedProject) {
    let store = try CacheStore(directory: directory, access: .readWrite)
    return (store, try project(7, in: store))
  }

  private func project(_ id: Int64, in store: CacheStore) throws -> CachedProject {
    try store.beginSync(
      CacheStore.ProjectFacts(
        host: "h", projectID: id, baseURL: "https://h", path: "a/p\(id)", defaultBranch: "main",
        webURL: nil, lookbackDays: 30), at: now)
  }

  private func file(_ path: String, _ additions: Int = 1, old: String? = nil) -> CachedFile {
    CachedFile(
      path: Array(path.utf8), oldPath: old.map { Array($0.utf8) },
      status: old == nil ? .modified : .renamed, additions: additions, deletions: 0)
  }

  private func store(
    _ iid: Int64, hoursAgo: Double, _ files: [CachedFile], in cache: CacheStore,
    _ project: CachedProject
  ) throws {
    let time = now.addingTimeInterval(-hoursAgo * 3600)
    _ = try cache.storeMergeRequests(
      [
        CachedMergeRequest(
          iid: iid, gitlabID: iid, title: "t\(iid)", description: "", state: "merged",
          isDraft: false, authorName: "Ada", authorUsername: nil, createdAt: time, updatedAt: time,
          mergedAt: time, closedAt: nil, targetBranch: "main", sourceBranch: "s",
          sourceProjectID: nil, labels: [], webURL: nil, mergeCommitSHA: nil, squashCommitSHA: nil)
      ], project: project.id)
    let key = DiffKey(oldTree: "o\(project.id)-\(iid)", newTree: "n\(iid)", algorithm: 1)
    try cache.storeDiffs(
      [
        (
          .mergeRequest(iid: iid, base: "b", head: "h\(iid)", start: nil),
          .computed(key, files)
        )
      ], project: project.id, at: now)
    let sha = "c\(iid)"
    try cache.storeCommits(
      [
        CachedCommit(
          sha: sha, parentSHA: nil, isMerge: false, authorName: "Ada", authorEmail: "",
          authoredAt: time, committedAt: time, title: "t\(iid)")
      ], project: project.id)
    try cache.storeDiffs(
      [(.commit(sha: sha), .computed(key, files))], project: project.id, at: now)
  }

  /// What the window holds of a path, newest first: each merge request with its files' names.
  private func history(
    _ path: String?, hours: Double? = nil, of project: CachedProject, in cache: CacheStore
  ) throws -> [String] {
    var found: [String] = []
    let since = hours.map { now.addingTimeInterval(-$0 * 3600) }
    try cache.forEachMergeRequest(
      project: project.id, since: since, path: path.map { Array($0.utf8) }
    ) { request, files in
      let names = files.map { String(decoding: $0.path, as: UTF8.self) }
      found.append("!\(request.iid) " + names.joined(separator: " "))
    }
    var commits: [String] = []
    try cache.forEachCommit(
      project: project.id, since: since, path: path.map { Array($0.utf8) }
    ) { commit, files in
      let names = files.map { String(decoding: $0.path, as: UTF8.self) }
      commits.append(
        commit.sha.replacingOccurrences(of: "c", with: "!") + " " + names.joined(separator: " "))
    }
    #expect(commits == found)
    return found
  }

  @Test func `a file is followed back through its renames, a directory is what lies below it`()
    throws
  {
    let (cache, project) = try makeStore()
    let other = try self.project(8, in: cache)
    try store(1, hoursAgo: 50, [file("first.c"), file("z.c")], in: cache, project)
    try store(2, hoursAgo: 40, [file("mid.c", old: "first.c")], in: cache, project)
    try store(3, hoursAgo: 30, [file("mid.c"), file("src/x.c")], in: cache, project)
    try store(4, hoursAgo: 20, [file("src/last.c", old: "mid.c"), file("b")], in: cache, project)
    try store(
      5, hoursAgo: 10, [file("src.c"), file("src/last.c"), file("src/d/y")], in: cache, project)
    try store(6, hoursAgo: 9, [file("src/last.c", old: "elsewhere")], in: cache, other)
    #expect(
      try history("src/last.c", of: project, in: cache)
        == ["!5 src/last.c", "!4 src/last.c", "!3 mid.c", "!2 mid.c", "!1 first.c"])
    #expect(
      try history("mid.c", of: project, in: cache)
        == ["!4 src/last.c", "!3 mid.c", "!2 mid.c", "!1 first.c"])
    for directory in ["src", "src/"] {
      #expect(
        try history(directory, of: project, in: cache)
          == ["!5 src/last.c src/d/y", "!4 src/last.c", "!3 src/x.c"])
    }
    // A rename that lies before the window is not known of.
    #expect(
      try history("src/last.c", hours: 15, of: project, in: cache) == ["!5 src/last.c"])
    #expect(try history("sr", of: project, in: cache) == [])
    #expect(try history(nil, hours: 25, of: project, in: cache).count == 2)
  }

  @Test func `an owner without files and one without a diff are in the window`() throws {
    let (cache, project) = try makeStore()
    try store(1, hoursAgo: 2, [], in: cache, project)
    try store(2, hoursAgo: 1, [file("a")], in: cache, project)
    try cache.storeDiffs(
      [
        (
          .mergeRequest(iid: 2, base: "x", head: "y", start: nil),
          .failed(reason: "gone", retryAt: nil)
        )
      ], project: project.id, at: now)
    var reasons: [String?] = []
    try cache.forEachMergeRequest(project: project.id) { request, files in
      #expect(files.isEmpty)
      reasons.append(request.incomplete)
    }
    #expect(reasons == ["gone", nil])
  }

  @Test func `windows, histories, hotspots and what is due are read over indexes`() throws {
    let (cache, project) = try makeStore()
    try fill(cache, project, mergeRequests: 200, files: 20)
    let statements: [String: String] = [
      "merge requests": WindowQuery.mergeRequests, "commits": WindowQuery.commits,
      "path": WindowQuery.mergeRequestsOfPath, "path in commits": WindowQuery.commitsOfPath,
      "files": WindowQuery.hotspots(.file), "directories": WindowQuery.hotspots(.directory),
      "authors": WindowQuery.hotspots(.author),
    ]
    // Tables that a statement makes itself are scanned, and nothing else.
    let own: Set<Substring> = ["name", "place", "hit"]
    for analyzed in [false, true] {
      if analyzed { try cache.write { try $0.execute(sql: "ANALYZE") } }
      for (name, sql) in statements {
        let plan = try cache.read {
          try Row.fetchAll(
            $0, sql: "EXPLAIN QUERY PLAN " + sql,
            arguments: WindowQuery.arguments(project.id, now, Array("a".utf8)))
        }.map { $0["detail"] as String }
        let scans = plan.filter { $0.hasPrefix("SCAN ") }.filter {
          !own.contains($0.dropFirst(5).prefix { $0 != " " })
        }
        #expect(scans == [], "\(name): \(plan)")
        #expect(plan.contains { $0.contains("SEARCH") }, "\(name)")
        guard sql == WindowQuery.mergeRequests || sql == WindowQuery.commits else { continue }
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(name): \(plan)")
        #expect(
          plan.dropFirst().first?.hasPrefix("SEARCH a USING INTEGER PRIMARY KEY") == true, "\(plan)"
        )
      }
    }
  }

  @Test func `what is due is told by old rules, missing diffs and refs not asked for`() throws {
    let (cache, project) = try makeStore()
    for iid in 1...3 { try store(Int64(iid), hoursAgo: 1, [file("a")], in: cache, project) }
    #expect(try cache.mergeRequestsToCompute(project: project.id, algorithm: 1, at: now) == [])
    #expect(
      try cache.mergeRequestsToCompute(project: project.id, algorithm: 2, at: now) == [1, 2, 3])
    #expect(try cache.commitsToCompute(project: project.id, algorithm: 1) == [])
    #expect(try cache.commitsToCompute(project: project.id, algorithm: 2).count == 3)
    try cache.write {
      try $0.execute(sql: "UPDATE mergeRequest SET refsOf = NULL WHERE iid = 2")
      try $0.execute(sql: "UPDATE mergeRequest SET diffId = NULL, incomplete = 'x' WHERE iid = 3")
      try $0.execute(sql: "UPDATE \"commit\" SET diffId = NULL WHERE sha = 'c1'")
    }
    #expect(try cache.mergeRequestsToCompute(project: project.id, algorithm: 1, at: now) == [2, 3])
    #expect(try cache.commitsToCompute(project: project.id, algorithm: 1).map(\.sha) == ["c1"])
    #expect(try cache.incompleteCount(project: project.id) == 1)
    #expect(try cache.counts(project: project.id).incomplete == 1)
  }

  /// Merge requests of many files each, over paths that some share.
  private func fill(
    _ cache: CacheStore, _ project: CachedProject, mergeRequests: Int, files: Int
  ) throws {
    for iid in 1...mergeRequests {
      try store(
        Int64(iid), hoursAgo: Double(iid) / 10,
        (0..<files).map { file("src/d\($0 % 7)/f\((iid * $0) % 300).c", 3) }, in: cache, project)
    }
  }

  @Test func `pairs of contents come back as they were stored, and the oldest leave first`() throws
  {
    let (cache, _) = try makeStore()
    func key(_ number: Int) -> Data {
      Data((0..<40).map { UInt8(truncatingIfNeeded: number + $0) })
    }
    #expect(try !cache.hasPairs())
    let lines = CachedPair.Lines(additions: 3, deletions: 2)
    let pairs = [
      CachedPair(key: key(1), isReversible: true, forward: lines),
      CachedPair(key: key(2), backward: lines, similarity: 60_000),
      CachedPair(key: key(3), isBinary: true),
    ]
    try cache.storePairs(pairs, algorithm: 1, at: now)
    #expect(try cache.hasPairs())
    #expect(
      try cache.pairs([key(3), key(9), key(1), key(2)], algorithm: 1)
        == [pairs[2], nil, pairs[0], pairs[1]])
    #expect(try cache.pairs([key(1)], algorithm: 2) == [nil])
    // More that is learned joins what is known.
    try cache.storePairs([CachedPair(key: key(1), similarity: 7)], algorithm: 1, at: now)
    var joined = pairs[0]
    joined.similarity = 7
    #expect(try cache.pairs([key(1)], algorithm: 1) == [joined])
    try cache.storePairs(
      (10..<18).map { CachedPair(key: key($0), similarity: 1) }, algorithm: 1,
      at: now.addingTimeInterval(86400), limit: 8)
    let left = try cache.pairs([1, 2, 3, 16, 17].map(key), algorithm: 1)
    #expect(left.prefix(3).allSatisfy { $0 == nil } && left[3] != nil)
    try cache.storePairs(
      [CachedPair(key: key(30), similarity: 1)], algorithm: 2,
      at: now.addingTimeInterval(86400), limit: 2)
    #expect(try cache.pairs([key(10), key(17)], algorithm: 1) == [nil, nil])
    #expect(try cache.pairs([key(30)], algorithm: 2)[0] != nil)
  }
}
