import Foundation
import TestSupport
import Testing

@testable import Mirror

@Suite struct PackTests {
  private static let commits = 30

  private func history() throws -> GitFixture {
    let fixture = try GitFixture()
    try fixture.fastImport(RandomHistory.stream(seed: 31, commits: Self.commits))
    return fixture
  }

  private func expectSame(_ comparison: DiffComparison) throws {
    for index in stride(from: 0, to: Self.commits - 1, by: 4) {
      try comparison.expectSame("main~\(index + 1)", "main~\(index)")
    }
  }

  private func packNames(_ fixture: GitFixture) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(fixture.path)/objects/pack")
      .filter { $0.hasSuffix(".pack") }.map { String($0.dropLast(5)) }.sorted()
  }

  @Test func `packs with deep chains, with bases by id, several packs and loose objects`() throws {
    let fixture = try history()
    try fixture.git("repack", "-adfq", "--depth=200", "--window=200")
    try expectSame(DiffComparison(fixture))
    try fixture.git("-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--window=50")
    try expectSame(DiffComparison(fixture))
    let old = try fixture.git(
      "pack-objects", "--revs", "-q", "objects/pack/pack", input: Array("main~15\n".utf8))
    #expect(!old.isEmpty)
    try expectSame(DiffComparison(fixture))
    #expect(try packNames(fixture).count == 2)
    let packs = try packNames(fixture)
    for name in packs {
      let content = try Data(
        contentsOf: URL(fileURLWithPath: "\(fixture.path)/objects/pack/\(name).pack"))
      for ending in ["pack", "idx"] {
        try FileManager.default.removeItem(
          atPath: "\(fixture.path)/objects/pack/\(name).\(ending)")
      }
      try fixture.git("unpack-objects", "-q", input: [UInt8](content))
    }
    #expect(try packNames(fixture).isEmpty)
    try expectSame(DiffComparison(fixture))
  }

  @Test func `packs that come and go while an engine is open`() throws {
    let fixture = try history()
    try fixture.git("repack", "-adq")
    let comparison = try DiffComparison(fixture)
    try expectSame(comparison)
    var stream = FastImport()
    stream.commit(
      on: "refs/heads/late", parents: ["refs/heads/main"],
      (0..<200).map { .file("late/\($0)", numberedLines("late\($0)", 0..<5)) })
    try fixture.fastImport(stream)
    #expect(try packNames(fixture).count == 2)
    try comparison.expectSame("main", "late")
    try fixture.git("repack", "-adfq", "--depth=5")
    #expect(try packNames(fixture).count == 1)
    var more = FastImport()
    more.commit(
      on: "refs/heads/later", parents: ["refs/heads/late"],
      (0..<200).map { .file("late/\($0)", numberedLines("late\($0)", 1..<7)) })
    try fixture.fastImport(more)
    try comparison.expectSame("late", "later")
    try expectSame(comparison)
  }

  /// Makes a pack writable, changes it and keeps its checksum, which is not checked at each start.
  private func change(
    _ fixture: GitFixture, _ ending: String, _ body: (inout [UInt8]) -> Void
  ) throws {
    for name in try packNames(fixture) {
      let path = "\(fixture.path)/objects/pack/\(name).\(ending)"
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      body(&bytes)
      try FileManager.default.removeItem(atPath: path)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
  }

  @Test(arguments: ["pack", "idx"])
  func `damaged packs and indexes give errors and no crash`(ending: String) throws {
    let fixture = try history()
    try fixture.git("repack", "-adfq", "--depth=50", "--window=50")
    let healthy = try DiffComparison(fixture)
    let trees = try (0..<6).map { try healthy.tree("main~\($0 * 5)") }
    let name = try #require(try packNames(fixture).first)
    let path = "\(fixture.path)/objects/pack/\(name).\(ending)"
    let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var generator = SeededGenerator(seed: 41)
    for round in 0..<60 {
      var bytes = original
      for _ in 0...(round % 4) {
        let position = Int.random(in: 0..<(bytes.count - 20), using: &generator)
        bytes[position] = UInt8.random(in: 0...255, using: &generator)
      }
      if round % 15 == 14 {
        bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator))
      }
      try FileManager.default.removeItem(atPath: path)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let engine = DiffEngine(try Repository(bareAt: fixture.path))
      for (old, new) in zip(trees.dropFirst(), trees) {
        do throws(DiffError) {
          _ = try engine.changes(from: old, to: new)
        } catch {
          #expect(!error.description.isEmpty)
        }
      }
    }
  }

  @Test func `entries with impossible sizes and bases are not followed`() throws {
    let fixture = try GitFixture()
    let content = (0..<4000).map { _ in UInt8.random(in: 1...255) }
    var stream = FastImport()
    stream.commit([.file("a", content)])
    try fixture.fastImport(stream)
    try fixture.git("repack", "-adfq")
    let name = try #require(try packNames(fixture).first)
    let directory = "\(fixture.path)/objects/pack"
    let pack = try #require(Pack(directory: directory, name: name, number: 0))
    let id = try #require(ObjectID(hex: fixture.gitText("rev-parse", "main:a")))
    let offset = try #require(pack.index.offset(of: id))
    let heads: [[UInt8]] = [
      [0xbf] + [UInt8](repeating: 0xff, count: 6) + [0x7f],
      [0xbf] + [UInt8](repeating: 0xff, count: 12),
      [0xb0, 0xff, 0xff, 0x7f], [0x30], [0x00], [0x50, 0x01], [0x60, 0x00], [0x60, 0x01],
      [0x60, UInt8(offset)], [0x60] + [UInt8](repeating: 0xff, count: 12),
      [0x70] + id.bytes, [0x70] + ObjectID.emptyTree.bytes,
    ]
    for head in heads {
      try change(fixture, "pack") { $0.replaceSubrange(offset..<(offset + head.count), with: head) }
      let damaged = try #require(Pack(directory: directory, name: name, number: 1))
      let outcome = PackReader().read(damaged, at: offset, limit: 1 << 20)
      if case .object = outcome { Issue.record("\(head) was read") }
      #expect(!PackReader().stream(damaged, at: offset) { _ in })
    }
    #expect(pack.entry(at: 0) == nil)
    #expect(pack.entry(at: -1) == nil)
    #expect(pack.entry(at: 1 << 40) == nil)
  }

  @Test func `differences of random bytes stay within their bounds`() {
    var generator = SeededGenerator(seed: 43)
    let base = [UInt8](repeating: 7, count: 300)
    for _ in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0..<24, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) { bytes = [0xac, 0x02, 0x40] + bytes }
      bytes.withUnsafeBytes { bytes in
        guard let delta = Delta(bytes), delta.resultCount <= 1 << 16 else { return }
        let guarded = UnsafeMutableRawBufferPointer.allocate(
          byteCount: delta.resultCount + 16, alignment: 8)
        defer { guarded.deallocate() }
        guarded.initializeMemory(as: UInt8.self, repeating: 0xee)
        base.withUnsafeBytes { base in
          guard let start = guarded.baseAddress else { return }
          _ = delta.apply(to: base, into: start)
        }
        #expect(guarded.suffix(16).allSatisfy { $0 == 0xee })
      }
    }
  }

  @Test func `the cache keeps to its bytes and gives the objects of their keys`() throws {
    let cache = ObjectCache(limit: 64 << 10)
    var generator = SeededGenerator(seed: 47)
    var kept: Set<Int> = []
    for _ in 0..<5000 {
      let offset = Int.random(in: 0..<300, using: &generator)
      let key = ObjectCache.Key(pack: offset % 3, offset: offset)
      if let found = cache[key] {
        #expect(found.bytes.first == UInt8(offset & 255))
        #expect(found.count == offset * 8 + 1)
      } else {
        let content = [UInt8](repeating: UInt8(offset & 255), count: offset * 8 + 1)
        cache.insert(try #require(ObjectBytes.copy(of: content, kind: .blob)), for: key)
        kept.insert(offset)
      }
    }
    let left = kept.filter { cache[ObjectCache.Key(pack: $0 % 3, offset: $0)] != nil }
    #expect(!left.isEmpty)
    #expect(left.reduce(0) { $0 + $1 * 8 + 1 } <= 64 << 10)
    cache.removeAll()
    #expect(kept.allSatisfy { cache[ObjectCache.Key(pack: $0 % 3, offset: $0)] == nil })
  }
}
