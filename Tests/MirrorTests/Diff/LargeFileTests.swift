import Mirror
import TestSupport
import Testing

@Suite struct LargeFileTests {
  /// A text above the limit of comparison.
  private static let text: [UInt8] = {
    let line = Array("this is a line of a text that is much too large to be compared\n".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(DiffLimits.comparedBytes + 1000)
    while text.count <= DiffLimits.comparedBytes { text += line }
    return text
  }()

  @Test(arguments: [1, 100])
  func `texts beyond the limit are counted in passing, and say so`(unpackLimit: Int) throws {
    let fixture = try GitFixture()
    var stream = FastImport()
    let edited = Array("first\n".utf8) + Array(Self.text.dropLast())
    let marked = Array(Self.text.prefix(9000)) + [0] + Self.text
    stream.commit(
      on: "refs/heads/old",
      [.file("binary", "x\n"), .file("late", "x\n"), .file("text", Self.text)])
    stream.commit(
      on: "refs/heads/new",
      [.file("binary", [0] + Self.text), .file("late", marked), .file("text", edited)])
    try fixture.git(
      "-c", "core.bigFileThreshold=1m", "-c", "fastimport.unpackLimit=\(unpackLimit)",
      "fast-import", "--quiet", input: stream.bytes)
    let comparison = try DiffComparison(fixture)
    let changes = try comparison.engine.changes(
      from: comparison.tree("old"), to: comparison.tree("new"))
    let lines = Self.text.count / 63
    let byPath = Dictionary(
      uniqueKeysWithValues: changes.map { (String(decoding: $0.path, as: UTF8.self), $0) })
    #expect(byPath["text"]?.precision == .totals)
    #expect(byPath["text"]?.additions == lines + 1)
    #expect(byPath["text"]?.deletions == lines)
    #expect(byPath["binary"]?.isBinary == true)
    #expect(byPath["late"]?.isBinary == false)
    #expect(byPath["late"]?.deletions == 1)
    let added = try comparison.engine.changes(from: nil, to: comparison.tree("new"))
    let git = try fixture.git(
      "diff", "--numstat", "-z", "-M", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "new")
    #expect(added.allSatisfy { $0.precision == .exact })
    #expect(Numstat.format(added, nullTerminated: true) == git)
  }

  @Test func `renames of large files are estimated in passing`() throws {
    let fixture = try GitFixture()
    var stream = FastImport()
    let returns = Array(Self.text.prefix(Self.text.count - 63)) + Array("a\r\nb\r\n\r".utf8)
    stream.commit(on: "refs/heads/old", [.file("a", Self.text), .file("b", "x\n")])
    stream.commit(on: "refs/heads/new", [.file("c", returns), .file("b", "x\n")])
    try fixture.git(
      "-c", "core.bigFileThreshold=1m", "-c", "fastimport.unpackLimit=1",
      "fast-import", "--quiet", input: stream.bytes)
    let comparison = try DiffComparison(fixture)
    let changes = try comparison.engine.changes(
      from: comparison.tree("old"), to: comparison.tree("new"))
    #expect(changes.map(\.status) == [.renamed])
    #expect(changes.map(\.precision) == [.totals])
  }

  @Test func `a large text stored as a difference is not counted`() throws {
    let fixture = try GitFixture()
    var stream = FastImport()
    stream.commit(on: "refs/heads/old", [.file("a", Self.text)])
    stream.commit(on: "refs/heads/new", [.file("a", Self.text + Array("end\n".utf8))])
    try fixture.fastImport(stream)
    try fixture.git("repack", "-adfq")
    let comparison = try DiffComparison(fixture)
    let changes = try comparison.engine.changes(
      from: comparison.tree("old"), to: comparison.tree("new"))
    #expect(changes.map(\.precision) == [.uncounted])
    #expect(changes.map(\.isBinary) == [false])
    #expect(Numstat.format(changes, nullTerminated: false) == Array("-\t-\ta\n".utf8))
  }

  @Test func `too many lines are all counted`() throws {
    let fixture = try GitFixture()
    var stream = FastImport()
    let lines = DiffLimits.comparedLines / 2 + 1
    let one = Array(repeating: Array("1\n".utf8), count: lines).flatMap { $0 }
    let two = Array(repeating: Array("2\n".utf8), count: lines).flatMap { $0 }
    stream.commit(on: "refs/heads/old", [.file("a", one + two)])
    stream.commit(on: "refs/heads/new", [.file("a", two + one)])
    try fixture.fastImport(stream)
    let comparison = try DiffComparison(fixture)
    let changes = try comparison.engine.changes(
      from: comparison.tree("old"), to: comparison.tree("new"))
    #expect(changes.map(\.precision) == [.totals])
    #expect(changes.map(\.additions) == [2 * lines])
    #expect(changes.map(\.deletions) == [2 * lines])
  }
}
