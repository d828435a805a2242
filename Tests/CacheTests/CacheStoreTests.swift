import Foundation
import GRDB
import Testing

@testable import Cache

@Suite final class CacheStoreTests {
  private let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("cache-\(UUID().uuidString)").path
  private let now = Date(timeIntervalSince1970: 1_760_000_000)

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  private func makeStore() throws -> (CacheStore, CachedProject) {
    let store = try CacheStore(directory: directory, access: .readWrite)
    let project = try store.beginSync(
      CacheStore.ProjectFacts(
        host: "h", projectID: 7, baseURL: "https://h", path: "a/b", defaultBranch: "main",
        webURL: "https://h/a/b", lookbackDays: 30), at: now)
    return (store, project)
  }

  private func request(_ iid: Int64, updated: Double = 0, merged: Double? = nil)
    -> CachedMergeRequest
  {
    CachedMergeRequest(
      iid: iid, gitlabID: iid + 100, title: "t\(iid)", description: "d",
      state: merged == nil ? "opened" : "merged",
      isDraft: false, authorName: "Ada", authorUsername: "ada", createdAt: now,
      updatedAt: now.addingTimeInterval(updated),
      mergedAt: merged.map { now.addingTimeInterval($0) },
      closedAt: nil, targetBranch: "main", sourceBranch: "s", sourceProjectID: 7,
      labels: ["x", "y"],
      webURL: nil, mergeCommitSHA: nil, squashCommitSHA: nil)
  }

  private func store(
    _ files: [CachedFile], for iid: Int64, trees: (String, String) = ("t1", "t2"),
    in store: CacheStore,
    _ project: CachedProject
  ) throws {
    try store.storeDiffs(
      [
        (
          .mergeRequest(iid: iid, base: "b\(iid)", head: "h\(iid)", start: nil),
          .computed(DiffKey(oldTree: trees.0, newTree: trees.1, algorithm: 1), files)
        )
      ], project: project.id, at: now)
  }

  private func file(
    _ path: String, _ additions: Int? = 1, _ deletions: Int? = 0, old: String? = nil
  )
    -> CachedFile
  {
    CachedFile(
      path: Array(path.utf8), oldPath: old.map { Array($0.utf8) },
      status: old == nil ? .modified : .renamed, additions: additions, deletions: deletions)
  }

  @Test func `files come back as they were stored, odd bytes included`() throws {
    let (cache, project) = try makeStore()
    _ = try cache.storeMergeRequests([request(1)], project: project.id)
    let files = [
      file("a.c", 3, 4), file("bin", nil, nil), file("new", 1, 1, old: "old"),
      CachedFile(
        path: [0xFF, 0x0A, 0x22], oldPath: nil, status: .added, additions: 2, deletions: 0),
    ]
    try store(files, for: 1, in: cache, project)
    let found = try #require(try cache.mergeRequest(project: project.id, iid: 1))
    #expect(found.totals == DiffTotals(files))
    #expect(try cache.files(diff: try #require(found.diffID)) == files)
    #expect(found.labels == ["x", "y"])
  }

  @Test func `two owners of the same trees share one diff`() throws {
    let (cache, project) = try makeStore()
    _ = try cache.storeMergeRequests([request(1), request(2)], project: project.id)
    try store([file("a")], for: 1, in: cache, project)
    try store([file("a")], for: 2, in: cache, project)
    let ids = try [1, 2].map { try cache.mergeRequest(project: project.id, iid: $0)?.diffID }
    #expect(ids[0] != nil && ids[0] == ids[1])
  }

  @Test func `only what is new or changed asks for diff refs`() throws {
    let (cache, project) = try makeStore()
    #expect(try cache.storeMergeRequests([request(1), request(2)], project: project.id) == [1, 2])
    #expect(
      try cache.storeMergeRequests([request(1), request(2, updated: 5)], project: project.id) == [2]
    )
  }

  @Test func `a version that cannot be had does not show the diff of the one before`() throws {
    let (cache, project) = try makeStore()
    _ = try cache.storeMergeRequests([request(1)], project: project.id)
    try store([file("a")], for: 1, in: cache, project)
    try cache.storeDiffs(
      [
        (
          .mergeRequest(iid: 1, base: "b", head: "new", start: nil),
          .failed(reason: "gone", retryAt: nil)
        )
      ],
      project: project.id, at: now)
    let found = try #require(try cache.mergeRequest(project: project.id, iid: 1))
    #expect(found.totals == nil && found.incomplete == "gone" && found.headSHA == "new")
    #expect(try cache.mergeRequestsToCompute(project: project.id, algorithm: 1, at: now) == [])
    #expect(try cache.mergeRequestsToCompute(project: project.id, algorithm: 2, at: now) == [])
  }

  @Test func `diffs of older rules are computed again`() throws {
    let (cache, project) = try makeStore()
    _ = try cache.storeMergeRequests([request(1)], project: project.id)
    try store([file("a")], for: 1, in: cache, project)
    #expect(try cache.mergeRequestsToCompute(project: project.id, algorithm: 1, at: now) == [])
    #expect(try cache.mergeRequestsToCompute(project: project.id, algorithm: 2, at: now) == [1])
  }

  @Test func `hotspots sum up by file, directory and author`() throws {
    let (cache, project) = try makeStore()
    _ = try cache.storeMergeRequests(
      [request(1, merged: -10), request(2, merged: -20)], project: project.id)
    try store([file("d/a", 3, 1), file("d/e/b", 1, 0)], for: 1, in: cache, project)
    try store([file("d/a", 5, 0)], for: 2, trees: ("t3", "t4"), in: cache, project)
    let files = try cache.hotspots(project: project.id, mergedSince: nil, by: .file)
    #expect(files.map { String(decoding: $0.name, as: UTF8.self) } == ["d/a", "d/e/b"])
    #expect(files.first?.churn == 9 && files.first?.mergeRequests == 2)
    let directories = try cache.hotspots(project: project.id, mergedSince: nil, by: .directory)
    #expect(directories.map { String(decoding: $0.name, as: UTF8.self) } == [".", "d", "d/e"])
    #expect(directories.map(\.churn) == [10, 10, 1])
    let recent = try cache.hotspots(
      project: project.id, mergedSince: now.addingTimeInterval(-15), by: .author)
    #expect(recent.map(\.churn) == [5])
  }

  @Test func `a touched path is found under its name of before a rename`() throws {
    let (cache, project) = try makeStore()
    _ = try cache.storeMergeRequests([request(1, merged: -10)], project: project.id)
    try store([file("new", 1, 1, old: "old")], for: 1, in: cache, project)
    for path in ["new", "old"] {
      let found = try cache.touches(
        project: project.id, path: Array(path.utf8), mergedFrom: now.addingTimeInterval(-60),
        until: now)
      #expect(found.map(\.mergeRequest.iid) == [1])
    }
  }

  @Test(arguments: [CacheStore.Access.readOnly, .readWrite])
  func `what is read together agrees, whatever is stored meanwhile`(
    access: CacheStore.Access
  ) throws {
    let (writer, project) = try makeStore()
    _ = try writer.storeMergeRequests([request(1, merged: 1)], project: project.id)
    let reader = try CacheStore(directory: directory, access: access)
    func merged() throws -> [Int64] {
      try reader.merged(project: project.id, from: now, until: now.addingTimeInterval(9)).map(\.iid)
        .sorted()
    }
    try reader.onOneState {
      #expect(try merged() == [1])
      _ = try writer.storeMergeRequests([request(2, merged: 2)], project: project.id)
      #expect(try reader.onOneState(merged) == [1])
      #expect(throws: CacheError.self) {
        _ = try reader.read { try $0.execute(sql: "DELETE FROM project") }
      }
    }
    #expect(try merged() == [1, 2])
  }

  @Test func `removing a project leaves nothing of it behind`() throws {
    let (cache, project) = try makeStore()
    _ = try cache.storeMergeRequests([request(1)], project: project.id)
    try store([file("a")], for: 1, in: cache, project)
    try cache.removeProject(project.id)
    for table in [
      "project", "mergeRequest", "mergeRequestVersion", "diff", "diffFile", "packedFiles", "path",
    ] {
      #expect(
        try cache.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") } == 0,
        "\(table)")
    }
    #expect(try cache.integrityProblems() == [])
  }

  @Test func `a cache of a newer version is refused and stays as it is`() throws {
    let (cache, _) = try makeStore()
    try cache.write {
      try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9 from the future')")
    }
    for access in [CacheStore.Access.readWrite, .readOnly] {
      #expect(throws: CacheError.newer(path: directory + "/cache.sqlite")) {
        try CacheStore(directory: directory, access: access)
      }
    }
  }

  @Test func `reading where there is no cache says so and makes none`() {
    #expect(throws: CacheError.missing(path: directory + "/cache.sqlite")) {
      try CacheStore(directory: directory, access: .readOnly)
    }
    #expect(!FileManager.default.fileExists(atPath: directory))
  }

  @Test func `a file that is no database is named damaged`() throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try Data(repeating: 0x41, count: 4096).write(
      to: URL(fileURLWithPath: directory + "/cache.sqlite"))
    #expect {
      try CacheStore(directory: directory, access: .readWrite)
    } throws: { error in
      if case CacheError.corrupt = error { true } else { false }
    }
  }
}
