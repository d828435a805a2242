import Cache
import Foundation
import Mirror
import TestSupport
import Testing

@testable import Sync

@Suite struct ArchiveTests {
  private func prepared(_ content: MirrorContent = .full) async throws -> SyncFixture {
    let fixture = try await SyncFixture()
    try fixture.commit("main", ["a.txt": "1\n2\n", "old.txt": "o\n"], daysAgo: 40)
    try fixture.commit("main", ["old.txt": "p\n"], daysAgo: 39)
    for index in 0..<3 {
      try await fixture.open("topic\(index)", ["a.txt": "\(index)\n", "n\(index)": "x\n"])
      var target = fixture.target()
      target.content = content
      _ = try await fixture.sync(target)[0].result.get()
    }
    return fixture
  }

  private func place(_ name: String = "copy") -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("\(name)-\(UUID().uuidString)")
      .path
  }

  private func export(_ fixture: SyncFixture, to file: String) throws -> CacheExport.Summary {
    try CacheExport(cache: fixture.cache).write(
      to: file, at: SyncFixture.now, isCancelled: { false }, progress: { _ in })
  }

  @discardableResult
  private func `import`(
    _ file: String, into directory: String, replaces: Bool = false,
    isCancelled: () -> Bool = { false }
  ) throws -> CacheImport.Summary {
    try CacheImport(directory: directory).read(
      from: file, replaces: replaces, isCancelled: isCancelled, progress: { _ in })
  }

  private func answers(_ cache: CacheStore) throws -> [String] {
    var lines: [String] = []
    for project in try cache.projects() {
      try cache.forEachMergeRequest(project: project.id) { lines.append("\($0) \($1)") }
      try cache.forEachCommit(project: project.id, since: nil) { lines.append("\($0) \($1)") }
    }
    return lines
  }

  @Test(arguments: [MirrorContent.full, .windowOnly])
  func `a cache arrives as it was, answers alike and can be synced on`(content: MirrorContent)
    async throws
  {
    let fixture = try await prepared(content)
    let (file, copy) = (place("archive"), place())
    defer { for path in [file, copy] { try? FileManager.default.removeItem(atPath: path) } }
    let project = try #require(try fixture.cache.projects().first)
    let weights = URL(fileURLWithPath: project.weightsFile(in: fixture.cache.directory))
    try FileManager.default.createDirectory(
      at: weights.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: weights)
    let exported = try export(fixture, to: file)
    #expect(exported.projects == 1)
    #expect(
      try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int == exported.byteCount)
    let summary = try `import`(file, into: copy)
    #expect(summary.projects == 1 && summary.objects > 5)
    #expect(try String(contentsOfFile: project.weightsFile(in: copy), encoding: .utf8) == "{}")
    let cache = try CacheStore(directory: copy, access: .readOnly)
    #expect(try answers(cache) == answers(fixture.cache))
    let mirror = MirrorDirectory(cache: copy, host: "double", projectID: Int64(fixture.project))
    #expect(
      try Repository(bareAt: mirror.path).partialFilter
        == (content == .windowOnly ? .noTrees : nil))
    func references(_ path: String) throws -> [String] {
      try Repository(bareAt: path).references(below: "refs").map { "\($0.id) \($0.name)" }
        .sorted()
    }
    #expect(try references(mirror.path) == references(fixture.mirror.path))
    #expect(mirror.head == "refs/heads/main")
    #expect(
      try CacheVerification(cache: cache).verify(cache.projects()[0]) { _ in true }.problems == [])
    // tar reads it too.
    let listing = try ChildProcess.run(["tar", "tf", file], environment: ["PATH": "/usr/bin:/bin"])
    #expect(listing.status == 0)
    #expect(listing.text.hasPrefix("sigsentry-cache.json\ncache.sqlite\nmirrors/0/refs\n"))
    let left = try FileManager.default.contentsOfDirectory(
      atPath: FileManager.default.temporaryDirectory.path)
    #expect(!left.contains { $0.hasPrefix(URL(fileURLWithPath: file).lastPathComponent + ".part") })
    await fixture.stop()
  }

  @Test func `a cache that is there stays unless it is to be replaced, and notes beside it stay`()
    async throws
  {
    let fixture = try await prepared()
    let (file, copy) = (place("archive"), place())
    defer { for path in [file, copy] { try? FileManager.default.removeItem(atPath: path) } }
    _ = try export(fixture, to: file)
    do {
      let old = try CacheStore(directory: copy, access: .readWrite)
      #expect(try old.projects().isEmpty)
    }
    try Data("note".utf8).write(to: URL(fileURLWithPath: copy + "/README.md"))
    #expect(throws: ArchiveError.occupied(directory: copy)) { try `import`(file, into: copy) }
    try `import`(file, into: copy + "/", replaces: true)
    #expect(try CacheStore(directory: copy, access: .readOnly).projects().count == 1)
    #expect(try String(contentsOfFile: copy + "/README.md", encoding: .utf8) == "note")
    #expect(!FileManager.default.fileExists(atPath: copy + ".importing"))
    // A sync at work on what is to be replaced keeps it in its place.
    let mirror = MirrorDirectory(cache: copy, host: "double", projectID: Int64(fixture.project))
    let lock = try mirror.lock()
    #expect(throws: MirrorError.self) { try `import`(file, into: copy, replaces: true) }
    withExtendedLifetime(lock) {}
    #expect(try CacheStore(directory: copy, access: .readOnly).projects().count == 1)
    await fixture.stop()
  }

  @Test func `a stop leaves nothing`() async throws {
    let fixture = try await prepared()
    let (file, copy) = (place("archive"), place())
    defer { for path in [file, copy] { try? FileManager.default.removeItem(atPath: path) } }
    #expect(throws: ArchiveError.cancelled) {
      try CacheExport(cache: fixture.cache).write(
        to: file, at: SyncFixture.now, isCancelled: { true }, progress: { _ in })
    }
    for suffix in ["", ".part", ".part.sqlite", ".part.packs"] {
      #expect(!FileManager.default.fileExists(atPath: file + suffix))
    }
    _ = try export(fixture, to: file)
    #expect(throws: ArchiveError.cancelled) {
      try `import`(file, into: copy, isCancelled: { true })
    }
    #expect(!FileManager.default.fileExists(atPath: copy))
    #expect(!FileManager.default.fileExists(atPath: copy + ".importing"))
    // What a killed import left is no obstacle.
    try FileManager.default.createDirectory(
      atPath: copy + ".importing/mirrors/x", withIntermediateDirectories: true)
    try `import`(file, into: copy)
    #expect(!FileManager.default.fileExists(atPath: copy + "/mirrors/x"))
    await fixture.stop()
  }

  @Test func `an archive cut short or changed anywhere makes no cache, and never a crash`()
    async throws
  {
    let fixture = try await prepared()
    let (file, bad, copy) = (place("archive"), place("bad"), place())
    defer { for path in [file, bad, copy] { try? FileManager.default.removeItem(atPath: path) } }
    _ = try export(fixture, to: file)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    var random = SeededGenerator(seed: 81)
    func expectRefusal(_ bytes: [UInt8], _ what: String) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: bad))
      #expect(throws: (any Error).self, "\(what)") { try `import`(bad, into: copy) }
      #expect(!FileManager.default.fileExists(atPath: copy), "\(what)")
      #expect(!FileManager.default.fileExists(atPath: copy + ".importing"), "\(what)")
    }
    try expectRefusal([], "empty")
    try expectRefusal((0..<5000).map { _ in UInt8.random(in: 0...255, using: &random) }, "noise")
    for _ in 0..<12 {
      try expectRefusal(Array(whole.prefix(Int.random(in: 1..<whole.count, using: &random))), "cut")
    }
    try expectRefusal(whole + [0], "longer")
    // A flipped bit is met by a sum or a hash, or lies where nothing is kept.
    var refused = 0
    for _ in 0..<30 {
      var bytes = whole
      bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 0x10
      try Data(bytes).write(to: URL(fileURLWithPath: bad))
      do {
        try `import`(bad, into: copy)
        try FileManager.default.removeItem(atPath: copy)
      } catch {
        refused += 1
      }
    }
    #expect(refused > 0)
    await fixture.stop()
  }

  /// Writes an archive of the fixture's parts, with some of them changed.
  private func archive(
    _ fixture: SyncFixture, at file: String, format: Int = 2,
    database: ((String) throws -> Void)? = nil,
    entries: ([(String, [UInt8])]) -> [(String, [UInt8])] = { $0 }
  ) throws {
    let good = place("good")
    defer { try? FileManager.default.removeItem(atPath: good) }
    _ = try export(fixture, to: good)
    let reader = try TarReader(path: good)
    var all: [(String, [UInt8])] = []
    while let entry = try reader.next() {
      var content: [UInt8] = []
      try reader.forEachPiece { content += $0 }
      all.append((entry.name, content))
    }
    all[0].1 = Array("{\"format\":\(format),\"projects\":1}".utf8)
    if let database {
      let path = place("database")
      defer { try? FileManager.default.removeItem(atPath: path) }
      try Data(all[1].1).write(to: URL(fileURLWithPath: path))
      try database(path)
      all[1].1 = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
    let writer = try TarWriter(path: file, time: 0)
    for (name, content) in entries(all) { try writer.add(name, content) }
    try writer.finish()
  }

  private func replacing(
    _ name: String, in entries: [(String, [UInt8])], with text: String
  ) -> [(String, [UInt8])] {
    entries.map { entry in entry.0 == name ? (name, Array(text.utf8)) : entry }
  }

  @Test func `a hostile archive chooses no path and brings no schema of its own`() async throws {
    let fixture = try await prepared()
    let (file, copy) = (place("archive"), place())
    defer { for path in [file, copy] { try? FileManager.default.removeItem(atPath: path) } }
    func refusal() -> String {
      do {
        try `import`(file, into: copy)
        return "taken"
      } catch {
        #expect(!FileManager.default.fileExists(atPath: copy))
        return "\(error)"
      }
    }
    try archive(fixture, at: file)
    #expect(refusal() == "taken")
    try FileManager.default.removeItem(atPath: copy)
    try archive(fixture, at: file, format: 3)
    #expect(refusal().contains("newer version"))
    for name in ["../../evil", "/etc/evil", "mirrors/0/hooks/post-update", "mirrors/1/refs"] {
      try archive(fixture, at: file, entries: { $0 + [(name, [1])] })
      #expect(refusal().contains("no place in it"), "\(name)")
    }
    for line in [
      "HEAD refs/heads/../../config", "HEAD refs/tags/x", "\(ObjectID.emptyTree) refs/heads/../x",
      "\(ObjectID.emptyTree) HEAD", "\(ObjectID.emptyTree) refs/heads/a b", "x refs/heads/a",
      "\(ObjectID.emptyTree) refs/heads/a\n\(ObjectID.emptyTree) refs/heads/a", "\u{0}",
    ] {
      try archive(
        fixture, at: file, entries: { replacing("mirrors/0/refs", in: $0, with: line + "\n") })
      #expect(refusal().contains("refs that no mirror has"), "\(line)")
    }
    try archive(
      fixture, at: file,
      entries: {
        replacing("mirrors/0/refs", in: $0, with: "\(ObjectID.emptyTree) refs/heads/gone\n")
      })
    #expect(refusal().contains("not in it"))
    for (sql, text) in [
      ("UPDATE project SET host = '../../x'", "impossible host"),
      ("UPDATE project SET host = '..'", "impossible host"),
      ("CREATE TRIGGER t AFTER UPDATE ON project BEGIN DELETE FROM path; END", "another schema"),
      ("CREATE VIEW v AS SELECT 1", "another schema"), ("DROP TABLE path", "schema"),
      ("INSERT INTO grdb_migrations VALUES ('9 from the future')", "newer version"),
    ] {
      try archive(
        fixture, at: file,
        database: { path in
          let done = try ChildProcess.run(
            ["sqlite3", path, sql], environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
          #expect(done.status == 0, "\(done.errorText)")
        })
      #expect(refusal().contains(text), "\(sql)")
    }
    await fixture.stop()
  }

  @Test func `sizes beyond eight gibibytes and odd names are read as they are written`() throws {
    let file = place("tar")
    defer { try? FileManager.default.removeItem(atPath: file) }
    let big = TarWriter.header("big", byteCount: 9 << 30, time: 0)
    #expect(big[124] == 0x80)
    try Data(big).write(to: URL(fileURLWithPath: file))
    // The archive is shorter than the file that it announces.
    #expect(throws: ArchiveError.self) { try TarReader(path: file).next() }
    var link = TarWriter.header("x", byteCount: 0, time: 0)
    link[156] = UInt8(ascii: "2")
    try Data(link).write(to: URL(fileURLWithPath: file))
    #expect(throws: ArchiveError.self) { try TarReader(path: file).next() }
  }
}
