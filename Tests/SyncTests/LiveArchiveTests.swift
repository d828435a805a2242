import Cache
import Foundation
import GitLabDouble
import HTTP
import Mirror
import Synchronization
import TestSupport
import Testing

@testable import Sync

/// Exports while others work on the cache.
@Suite struct LiveArchiveTests {
  private func place() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("live-\(UUID().uuidString)").path
  }

  private func export(
    _ cache: CacheStore, to file: String, isCancelled: () -> Bool = { false },
    progress: (String) -> Void = { _ in }
  ) throws {
    _ = try CacheExport(cache: cache).write(
      to: file, at: SyncFixture.now, isCancelled: isCancelled, progress: progress)
  }

  private func `import`(_ file: String, into directory: String) throws -> CacheStore {
    _ = try CacheImport(directory: directory).read(
      from: file, replaces: false, isCancelled: { false }, progress: { _ in })
    return try CacheStore(directory: directory, access: .readWrite)
  }

  private func rows(_ cache: CacheStore) throws -> [String] {
    var rows: [String] = []
    for project in try cache.projects() {
      try cache.forEachMergeRequest(project: project.id) { request, files in
        rows.append("\(request.iid) \(request.headSHA ?? "") \(files)")
      }
      try cache.forEachCommit(project: project.id, since: nil) { commit, files in
        rows.append("\(commit.sha) \(files)")
      }
    }
    return rows.sorted()
  }

  @Test(arguments: [MirrorContent.full, .windowOnly], [true, false])
  func `an export at any moment of a sync arrives sound, and a sync goes on from there`(
    content: MirrorContent, isFirst: Bool
  ) async throws {
    let fixture = try await SyncFixture()
    for index in 0..<3 {
      try fixture.commit("main", ["a.txt": "\(index)\n", "n/\(index).c": "x\n"], daysAgo: 40)
    }
    try await fixture.open("topic", ["a.txt": "t\n"])
    var target = fixture.target()
    target.content = content
    if !isFirst {
      _ = try await fixture.sync(target)[0].result.get()
      try fixture.commit("main", ["b.txt": "b\n"], daysAgo: 1)
      try fixture.commit("topic", ["a.txt": "u\n"], daysAgo: 1)
      try await fixture.open("second", ["n/1.c": "y\n"])
    }
    let folder = place()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let exported = Mutex<[String]>([])
    // The sync waits for each, and holds its lock.
    let report = await fixture.sync(target) { [cache = fixture.cache] event in
      // Diffs are told of by several threads.
      let file = "\(folder)/\(UUID().uuidString).tar"
      do {
        _ = try CacheExport(cache: cache).write(
          to: file, at: SyncFixture.now, isCancelled: { false }, progress: { _ in })
        exported.withLock { $0.append(file) }
      } catch {
        Issue.record("at \(event.kind): \(error)")
      }
    }
    _ = try report[0].result.get()
    let expected = try rows(fixture.cache)
    let files = exported.withLock { $0 }
    #expect(files.count > 4)
    for file in files {
      let copy = try `import`(file, into: file + ".cache")
      for project in try copy.projects() {
        let finding = try CacheVerification(cache: copy).verify(project) { _ in true }
        #expect(finding.problems == [], "\(file)")
      }
      let service = SyncService(
        cache: copy, cancellation: Cancellation(), clock: { SyncFixture.now }, wait: { _ in })
      let again = await service.sync([target], jobs: 1) { _ in }
      _ = try again[0].result.get()
      #expect(try rows(copy) == expected, "\(file)")
    }
    await fixture.stop()
  }

  /// A cache of several packs, an object in a file of its own, and refs both loose and packed.
  private func prepared() async throws -> SyncFixture {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n"], daysAgo: 40)
    for index in 0..<6 {
      try await fixture.open("topic\(index)", ["a.txt": "\(index)\n"])
      try await fixture.syncWell()
    }
    let text = fixture.directory.appendingPathComponent("loose").path
    try Data("loose\n".utf8).write(to: URL(fileURLWithPath: text))
    let made = try ChildProcess.run(
      ["git", "-C", fixture.mirror.path, "hash-object", "-w", text],
      environment: ["PATH": "/usr/bin:/bin"])
    #expect(made.status == 0)
    return fixture
  }

  private func objects(_ path: String) throws -> Set<Substring> {
    let listing = try ChildProcess.run(
      ["git", "-C", path, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"],
      environment: ["PATH": "/usr/bin:/bin"])
    return Set(listing.text.split(separator: "\n"))
  }

  @Test func `upkeep that removes packs and refs takes nothing from an export`() async throws {
    let fixture = try await prepared()
    let (file, copy) = (place(), place())
    defer { for path in [file, copy] { try? FileManager.default.removeItem(atPath: path) } }
    let before = try objects(fixture.mirror.path)
    let project = try fixture.cached()
    var asked = 0
    var joined = 0
    try export(
      fixture.cache, to: file,
      isCancelled: {
        asked += 1
        // The database and then the project were asked for; from now on packs are being read.
        if asked == 3 {
          joined =
            (try? CacheMaintenance(cache: fixture.cache, clock: { SyncFixture.now }).maintain(
              project, keepDays: 365
            ).packs) ?? 0
        }
        return false
      })
    #expect(joined > 3)
    _ = try `import`(file, into: copy)
    let mirror = MirrorDirectory(cache: copy, host: "double", projectID: Int64(fixture.project))
    #expect(try objects(mirror.path) == before)
    await fixture.stop()
  }

  @Test func `nothing of the cache is written, and no lock is needed`() async throws {
    let fixture = try await prepared()
    let file = place()
    defer { try? FileManager.default.removeItem(atPath: file) }
    func names() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: fixture.mirror.path).sorted()
    }
    let before = try names()
    let lock = try fixture.mirror.lock()
    try export(fixture.cache, to: file)
    withExtendedLifetime(lock) {}
    #expect(try names() == before)
    await fixture.stop()
  }

  @Test func `a repository that is cleared meanwhile makes no archive of half of it`() async throws
  {
    let fixture = try await prepared()
    let file = place()
    let error = #expect(throws: ArchiveError.self) {
      try export(
        fixture.cache, to: file,
        progress: { _ in
          try? CacheClearing(cache: fixture.cache).clear(
            host: "double", projectID: Int64(fixture.project))
        })
    }
    #expect(error == .replaced(path: "the cache of acme/shop"))
    #expect(!FileManager.default.fileExists(atPath: file))
    await fixture.stop()
  }

  @Test func `a cache that another takes the place of is not mixed with it`() async throws {
    let fixture = try await prepared()
    let (first, second) = (place(), place())
    defer { for path in [first, second] { try? FileManager.default.removeItem(atPath: path) } }
    try export(fixture.cache, to: first)
    let error = #expect(throws: ArchiveError.self) {
      try export(
        fixture.cache, to: second,
        progress: { _ in
          _ = try? CacheImport(directory: fixture.directory.path).read(
            from: first, replaces: true, isCancelled: { false }, progress: { _ in })
        })
    }
    #expect(error == .replaced(path: fixture.cache.path))
    await fixture.stop()
  }

  @Test func `a damaged pack is told`() async throws {
    let fixture = try await prepared()
    let file = place()
    let packs = fixture.mirror.path + "/objects/pack"
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: packs).first { $0.hasSuffix(".pack") })
    try FileManager.default.removeItem(atPath: "\(packs)/\(name)")
    try Data("cut".utf8).write(to: URL(fileURLWithPath: "\(packs)/\(name)"))
    #expect(throws: ArchiveError.self) { try export(fixture.cache, to: file) }
    #expect(!FileManager.default.fileExists(atPath: file))
    await fixture.stop()
  }
}
