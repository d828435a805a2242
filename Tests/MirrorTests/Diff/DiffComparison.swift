import Mirror
import TestSupport
import Testing

/// Compares the engine's text with git's for pairs of revisions of a fixture.
struct DiffComparison {
  let fixture: GitFixture
  let engine: DiffEngine

  init(_ fixture: GitFixture) throws {
    self.fixture = fixture
    engine = DiffEngine(try Repository(bareAt: fixture.path))
  }

  func tree(_ revision: String) throws -> ObjectID {
    try #require(ObjectID(hex: fixture.gitText("rev-parse", "\(revision)^{tree}")))
  }

  /// Expects both forms of numstat to be git's, and returns the changes.
  @discardableResult
  func expectSame(
    _ old: String, _ new: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [FileChange] {
    let changes = try engine.changes(from: tree(old), to: tree(new))
    let raw = try fixture.git("diff", "--numstat", "-z", "-M", old, new)
    #expect(
      show(Numstat.format(changes, nullTerminated: true)) == show(raw),
      "-z \(old) \(new)", sourceLocation: sourceLocation)
    let lines = try fixture.git("diff", "--numstat", "-M", old, new)
    #expect(
      show(Numstat.format(changes, nullTerminated: false)) == show(lines),
      "\(old) \(new)", sourceLocation: sourceLocation)
    return changes
  }

  /// Makes two commits with the given files and expects the comparison of both to be git's.
  @discardableResult
  static func expectSame(
    old: [FastImport.Edit], new: [FastImport.Edit],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [FileChange] {
    let fixture = try GitFixture()
    var stream = FastImport()
    stream.commit(on: "refs/heads/old", old)
    stream.commit(on: "refs/heads/new", new)
    try fixture.fastImport(stream)
    let comparison = try DiffComparison(fixture)
    try comparison.expectSame("new", "old", sourceLocation: sourceLocation)
    return try comparison.expectSame("old", "new", sourceLocation: sourceLocation)
  }

  private func show(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: 0, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}

extension FastImport.Edit {
  static func file(_ path: String, _ content: String, mode: String = "100644") -> Self {
    .write(Array(path.utf8), mode: mode, content: Array(content.utf8))
  }

  static func file(_ path: String, _ content: [UInt8], mode: String = "100644") -> Self {
    .write(Array(path.utf8), mode: mode, content: content)
  }
}

/// Lines that start with a word and a number, for texts that are similar to nothing else.
func numberedLines(_ word: String, _ range: Range<Int>) -> String {
  range.map { "\(word) line \($0) of this text\n" }.joined()
}
