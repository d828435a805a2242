import Crypto
import Foundation
import TestSupport
import Testing

@testable import Mirror

@Suite struct PackIndexerTests {
  /// A repository with everything that git can store, and a file whose versions make a tree of differences.
  private func history() throws -> GitFixture {
    let fixture = try GitFixture()
    try fixture.fastImport(RandomHistory.stream(seed: 5, commits: 40))
    var stream = FastImport()
    var lines = numberedLines("deep", 0..<4000)
    for version in 0..<40 {
      lines += numberedLines("more \(version)", 0..<3)
      stream.commit(on: "refs/heads/deep", [.file("deep", lines)])
    }
    try fixture.fastImport(stream)
    return fixture
  }

  private func pack(
    of fixture: GitFixture, _ options: [String] = ["--delta-base-offset"],
    revisions: [String] = ["deep", "main"]
  ) throws -> [UInt8] {
    try fixture.git(
      ["pack-objects", "--revs", "--stdout", "-q", "--window=30"] + options,
      input: Array(revisions.joined(separator: "\n").utf8) + [10])
  }

  @discardableResult
  private func store(
    _ pack: [UInt8], in repository: Repository, pieces: Int = 4096,
    keptByteCount: Int = DeltaWorker.keptByteCount
  ) throws -> FetchProgress {
    var indexer = try PackIndexer(into: repository, keptByteCount: keptByteCount)
    for start in stride(from: 0, to: pack.count, by: pieces) {
      try indexer.append(Array(pack[start..<min(start + pieces, pack.count)]))
    }
    try indexer.finish()
    try indexer.commit()
    return indexer.progress
  }

  private func files(of fixture: GitFixture) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: fixture.path + "/objects/pack").sorted()
  }

  /// What git's own indexer makes of the same pack.
  private func indexByGit(_ pack: [UInt8]) throws -> [UInt8] {
    let other = try GitFixture()
    let path = other.path + "/a.pack"
    try Data(pack).write(to: URL(fileURLWithPath: path))
    try other.git("index-pack", path)
    return try [UInt8](Data(contentsOf: URL(fileURLWithPath: other.path + "/a.idx")))
  }

  private func index(in fixture: GitFixture) throws -> [UInt8] {
    let name = try #require(try files(of: fixture).first { $0.hasSuffix(".idx") })
    return try [UInt8](
      Data(contentsOf: URL(fileURLWithPath: "\(fixture.path)/objects/pack/\(name)")))
  }

  @Test(arguments: [["--delta-base-offset"], [], ["--delta-base-offset", "--depth=200"]])
  func `an index has the bytes of git's`(_ options: [String]) throws {
    let upstream = try history()
    let pack = try pack(of: upstream, options)
    let expected = try indexByGit(pack)
    for (pieces, kept) in [(4096, DeltaWorker.keptByteCount), (1, 1), (777, 200_000)] {
      let fixture = try GitFixture()
      let repository = try Repository(bareAt: fixture.path)
      let progress = try store(pack, in: repository, pieces: pieces, keptByteCount: kept)
      #expect(progress.receivedBytes == pack.count)
      #expect(try index(in: fixture) == expected)
      #expect(try files(of: fixture).count == 2)
      try fixture.git("fsck", "--no-dangling")
    }
  }

  @Test func `large objects, as they are and as differences`() throws {
    let upstream = try GitFixture()
    var generator = SeededGenerator(seed: 3)
    let noise = (0..<3_000_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    var stream = FastImport()
    let file = Array("noise".utf8)
    stream.commit([.write(file, mode: "100644", content: noise)])
    stream.commit([
      .write(file, mode: "100644", content: noise + noise.prefix(2_000_000).reversed())
    ])
    stream.commit([
      .write(
        Array("plain".utf8), mode: "100644", content: [UInt8](repeating: 10, count: 5_000_000))
    ])
    try upstream.fastImport(stream)
    let pack = try pack(of: upstream, revisions: ["main"])
    for pieces in [16384, pack.count] {
      let fixture = try GitFixture()
      try store(pack, in: try Repository(bareAt: fixture.path), pieces: pieces)
      #expect(try index(in: fixture) == indexByGit(pack))
    }
  }

  @Test func `a thin pack is completed from the repository`() throws {
    let upstream = try history()
    let fixture = try GitFixture()
    let repository = try Repository(bareAt: fixture.path)
    try store(
      try pack(of: upstream, revisions: ["main~20", "deep~30"]),
      in: repository)
    let thin = try pack(
      of: upstream, ["--thin", "--delta-base-offset"],
      revisions: ["main", "deep", "^main~20", "^deep~30"])
    let other = try GitFixture()
    #expect(throws: GitError.self) { try store(thin, in: try Repository(bareAt: other.path)) }
    #expect(try files(of: other).isEmpty)
    try store(thin, in: repository)
    for branch in ["main", "deep"] {
      let tip = try upstream.gitText("rev-parse", branch)
      try fixture.git("update-ref", "refs/heads/\(branch)", tip)
      #expect(
        try fixture.git("rev-list", "--objects", branch)
          == upstream.git("rev-list", "--objects", branch))
    }
    try fixture.git("fsck", "--no-dangling", "--strict")
    for name in try files(of: fixture) where name.hasSuffix(".idx") {
      try fixture.git("verify-pack", "objects/pack/\(name)")
    }
    #expect(try files(of: fixture).allSatisfy { $0.hasPrefix("pack-") })
  }

  @Test func `a pack of nothing, twice the same pack`() throws {
    let upstream = try history()
    let fixture = try GitFixture()
    let repository = try Repository(bareAt: fixture.path)
    let pack = try pack(of: upstream)
    try store(pack, in: repository)
    let names = try files(of: fixture)
    try store(pack, in: repository)
    #expect(try files(of: fixture) == names)
    let empty = try upstream.git("pack-objects", "--stdout", "-q", input: [])
    #expect(try store(empty, in: repository).totalObjects == 0)
    try fixture.git("fsck", "--no-dangling")
  }

  @Test func `a damaged pack stores nothing`() throws {
    let upstream = try history()
    let pack = try pack(of: upstream, revisions: ["deep~37"])
    let fixture = try GitFixture()
    let repository = try Repository(bareAt: fixture.path)
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<60 {
      var damaged = pack
      damaged[Int.random(in: 0..<pack.count, using: &generator)] ^=
        UInt8.random(in: 1...255, using: &generator)
      #expect(throws: GitError.self) { try store(damaged, in: repository) }
    }
    for count in [1, 11, 12, 40, pack.count / 2, pack.count - 21, pack.count - 1] {
      #expect(throws: GitError.self) { try store(Array(pack[..<count]), in: repository) }
    }
    #expect(throws: GitError.self) { try store(pack + [0], in: repository) }
    #expect(throws: GitError.self) { try store(Array("<html>not a pack".utf8), in: repository) }
    #expect(try files(of: fixture).isEmpty)
  }

  @Test func `heads of objects that lie are refused without taking memory`() throws {
    let fixture = try GitFixture()
    let repository = try Repository(bareAt: fixture.path)
    func pack(_ objects: [UInt8], count: UInt32 = 1) -> [UInt8] {
      Array("PACK".utf8) + [0, 0, 0, 2] + withUnsafeBytes(of: count.bigEndian) { Array($0) }
        + objects
    }
    // A blob that says it has 2^55 bytes, a difference to what comes later, an unknown kind.
    let huge: [UInt8] = [0xb0] + [UInt8](repeating: 0x80, count: 6) + [0x7f]
    for objects in [huge + [0x78, 0x9c, 1, 0, 0, 0xff, 0xff], [0x61, 0x7f, 0x78], [0x51], [0x01]] {
      let filled = objects + [UInt8](repeating: 0, count: 64)
      #expect(throws: GitError.self) {
        try store(pack(filled, count: 0x7fff_ffff), in: repository)
      }
    }
  }

  @Test func `an object that is there twice, with differences to it and to itself`() throws {
    func object(_ head: [UInt8], _ content: [UInt8]) -> [UInt8] {
      var bytes = head
      let isCompressed = content.withUnsafeBytes {
        Compressor().compress($0, appendingTo: &bytes)
      }
      #expect(isCompressed)
      return bytes
    }
    func id(_ text: String) -> ObjectID {
      Array(text.utf8).withUnsafeBytes { ObjectHash.id(.blob, $0) }
    }
    let whole = object([0x34], Array("four".utf8))
    // Copies all of its base and adds a letter.
    func difference(to base: ObjectID, _ count: UInt8, _ letter: Character) -> [UInt8] {
      let delta = [count, count + 1, 0x90, count, 1, letter.asciiValue ?? 0]
      return object([0x70 | UInt8(delta.count)] + base.bytes, delta)
    }
    let objects = [
      difference(to: id("four!"), 5, "?"), whole, whole, difference(to: id("four"), 4, "!"),
    ]
    let body =
      Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, UInt8(objects.count)] + objects.flatMap { $0 }
    let pack = body + ObjectID(Insecure.SHA1.hash(data: body)).bytes
    let fixture = try GitFixture()
    try store(pack, in: try Repository(bareAt: fixture.path))
    #expect(try fixture.gitText("cat-file", "blob", "\(id("four!?"))") == "four!?")
  }

  @Test func `a fetch that is called off while differences are applied stores nothing`() throws {
    struct CalledOff: Error {}
    let upstream = try GitFixture()
    var stream = FastImport()
    for version in 0..<700 {
      stream.commit([.file("a", numberedLines("line", 0..<40) + "\(version)\n")])
    }
    try upstream.fastImport(stream)
    let pack = try pack(of: upstream, revisions: ["main"])
    let fixture = try GitFixture()
    #expect(throws: CalledOff.self) {
      var indexer = try PackIndexer(into: try Repository(bareAt: fixture.path))
      try indexer.append(pack)
      try indexer.finish()
      try indexer.commit { _ in throw CalledOff() }
    }
    #expect(try files(of: fixture).isEmpty)
  }
}
