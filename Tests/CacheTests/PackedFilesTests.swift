import Foundation
import GRDB
import TestSupport
import Testing

@testable import Cache

@Suite final class PackedFilesTests {
  private let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("packed-\(UUID().uuidString)").path

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  private func unpack(_ bytes: [UInt8]) -> [CachedFile]? {
    bytes.withUnsafeBytes { PackedFiles.unpack($0) }
  }

  /// Files with odd names, long common beginnings, every status and the largest counts.
  private func files(_ count: Int, _ random: inout SeededGenerator) -> [CachedFile] {
    var path: [UInt8] = []
    return (0..<count).map { _ in
      path.removeLast(Int.random(in: 0...path.count, using: &random))
      path += (0..<Int.random(in: 0...300, using: &random)).map { _ in
        UInt8.random(in: 1...255, using: &random)
      }
      let isText = Bool.random(using: &random)
      return CachedFile(
        path: path, oldPath: Bool.random(using: &random) ? Array(path.reversed()) : nil,
        status: FileStatus.allCases.randomElement(using: &random) ?? .added,
        additions: isText ? [0, 1, 127, 128, 70_000, .max].randomElement(using: &random) : nil,
        deletions: isText ? Int.random(in: 0...1000, using: &random) : nil,
        precision: [nil, .totals, .uncounted].randomElement(using: &random) ?? nil)
    }
  }

  @Test(arguments: 0..<20) func `files come back as they were packed`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for count in [0, 1, 2, 50] {
      let files = files(count, &random)
      #expect(unpack(PackedFiles.pack(files)) == files)
    }
  }

  @Test func `bytes that are cut short, too long or made up are refused`() {
    var random = SeededGenerator(seed: 7)
    let packed = PackedFiles.pack(files(5, &random))
    for count in packed.indices { #expect(unpack(Array(packed[..<count])) == nil) }
    #expect(unpack(packed + [0]) == nil)
    // A path that shares more than there is, more bytes than follow, a status that is none, a number without end, and
    // files without number.
    let three = PackedFiles.pack([
      CachedFile(path: [97], oldPath: nil, status: .added, additions: nil, deletions: nil)
    ])
    #expect(three == [1, 0, 0, 1, 97])
    #expect(unpack([1, 0, 1, 1, 97]) == nil)
    #expect(unpack([1, 0, 0, 0x7F, 97]) == nil)
    #expect(unpack([1, 7, 0, 1, 97]) == nil)
    #expect(unpack([1, 0, 0] + [UInt8](repeating: 0xFF, count: 12)) == nil)
    #expect(unpack([UInt8](repeating: 0xFF, count: 8) + [0x7F, 0, 0, 1, 97]) == nil)
    for _ in 0..<2000 {
      var damaged = packed
      damaged[Int.random(in: damaged.indices, using: &random)] = .random(
        in: 0...255, using: &random)
      _ = unpack(damaged)
    }
  }

  @Test func `paths that grow beyond all bounds are refused`() {
    // One path of a million bytes, which a hundred more repeat in five bytes each.
    let path = CachedFile(
      path: [UInt8](repeating: 97, count: 1_000_000), oldPath: nil, status: .added, additions: nil,
      deletions: nil)
    #expect(unpack(PackedFiles.pack(Array(repeating: path, count: 60)))?.count == 60)
    #expect(unpack(PackedFiles.pack(Array(repeating: path, count: 100))) == nil)
  }

  /// Makes a cache as it was before lists of files were packed, and gives its path.
  @discardableResult
  private func makeOlderCache(_ sql: String) throws -> String {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let path = directory + "/cache.sqlite"
    let old = try DatabaseQueue(path: path)
    try CacheSchema.migrator.migrate(old, upTo: "4 words of commits and functions")
    try old.write { try $0.execute(sql: sql) }
    try old.close()
    return path
  }

  @Test func `a cache of before gets the files of each diff at once from its rows`() throws {
    try makeOlderCache(
      """
      INSERT INTO diff VALUES (1, 'a', 'b', 1, 2, 7, 1), (2, 'b', 'b', 1, 0, 0, 0),
        (3, 'b', 'c', 1, 1, 0, 0);
      INSERT INTO path VALUES (1, x'612f62'), (2, x'612f63'), (3, x'ff');
      INSERT INTO diffFile VALUES (1, 0, 1, 3, 'renamed', 3, 1, NULL),
        (1, 1, 2, NULL, 'modified', 4, 0, 'totals'), (3, 0, 3, NULL, 'added', NULL, NULL, NULL);
      """)
    let cache = try CacheStore(directory: directory, access: .readWrite)
    #expect(
      try cache.files(diff: 1) == [
        CachedFile(
          path: Array("a/b".utf8), oldPath: [0xFF], status: .renamed, additions: 3, deletions: 1),
        CachedFile(
          path: Array("a/c".utf8), oldPath: nil, status: .modified, additions: 4, deletions: 0,
          precision: .totals),
      ])
    #expect(try cache.files(diff: 2) == [])
    #expect(
      try cache.files(diff: 3) == [
        CachedFile(path: [0xFF], oldPath: nil, status: .added, additions: nil, deletions: nil)
      ])
  }

  @Test func `a cache of before that cannot be written is told from none`() throws {
    let path = try makeOlderCache(
      """
      CREATE TRIGGER refusal BEFORE INSERT ON grdb_migrations
      BEGIN SELECT raise(ABORT, 'not here'); END
      """)
    #expect(throws: CacheError.older(path: path, reason: "not here")) {
      try CacheStore(directory: directory, access: .readOnly)
    }
  }

  @Test(arguments: ["INSERT INTO packedFiles VALUES (1, x'0100')", "SELECT 1"])
  func `a damaged or missing list of files is named, and is not an empty diff`(
    sql: String
  ) throws {
    let cache = try CacheStore(directory: directory, access: .readWrite)
    try cache.write {
      try $0.execute(sql: "INSERT INTO diff VALUES (1, 'a', 'b', 1, 1, 0, 0)")
      try $0.execute(sql: sql)
    }
    #expect(
      throws: CacheError.corrupt(path: cache.path, detail: "the files of diff 1 cannot be read")
    ) { try cache.files(diff: 1) }
    #expect(try cache.files(diff: 2) == [])
  }
}
