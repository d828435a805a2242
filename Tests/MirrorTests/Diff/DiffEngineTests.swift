import Mirror
import TestSupport
import Testing

@Suite struct DiffEngineTests {
  private static let commitID = String(repeating: "1", count: 40)
  private static let otherCommitID = String(repeating: "2", count: 40)

  @Test func `types, modes, links and submodules`() throws {
    let binary: [UInt8] = [1, 0, 2]
    let changes = try DiffComparison.expectSame(
      old: [
        .file("mode", "x\n"), .file("binary mode", binary),
        .file("link", "to/here", mode: "120000"),
        .file("becomes link", "to/here"), .file("becomes submodule", "one\ntwo\n"),
        .submodule(Array("sub".utf8), commit: commitID),
        .submodule(Array("moved sub".utf8), commit: otherCommitID),
        .submodule(Array("becomes file".utf8), commit: commitID),
        .file("becomes directory", "x\n"), .file("directory/file", "y\n"), .file("empty", ""),
        .file("empty mode", ""), .file("binary move", binary), .file("gone", [9, 0]),
      ],
      new: [
        .file("mode", "x\n", mode: "100755"), .file("binary mode", binary, mode: "100755"),
        .file("link", "to/there", mode: "120000"), .file("becomes link", "to/here", mode: "120000"),
        .submodule(Array("becomes submodule".utf8), commit: commitID),
        .submodule(Array("sub".utf8), commit: otherCommitID),
        .submodule(Array("sub moved".utf8), commit: otherCommitID),
        .file("becomes file", "text\n"), .file("becomes directory/file", "x\n"),
        .file("directory", "z\n"), .file("empty2", ""), .file("empty mode", "", mode: "100755"),
        .file("move binary", binary), .file("new", binary),
      ])
    let status = Dictionary(
      uniqueKeysWithValues: changes.map { (String(decoding: $0.path, as: UTF8.self), $0.status) })
    #expect(status["becomes link"] == .typeChanged)
    #expect(status["mode"] == .modified)
    #expect(status["sub moved"] == .renamed)
    #expect(status["gone"] == .deleted)
    #expect(changes.first { $0.status == .deleted }?.newBlob == nil)
  }

  private var commitID: String { Self.commitID }
  private var otherCommitID: String { Self.otherCommitID }

  @Test func `a NUL at the edge of git's probe`() throws {
    for position in [0, 7998, 7999, 8000, 8001] {
      var content = [UInt8](repeating: 0x61, count: 9000)
      content[position] = 0
      try DiffComparison.expectSame(
        old: [.file("changed", "text\n"), .file("gone", content)],
        new: [.file("changed", content), .file("new", content + [0x0a])])
    }
  }

  @Test func `modes that old writers left`() throws {
    let fixture = try GitFixture()
    let blob = try fixture.writeObject(kind: "blob", Array("text\n".utf8))
    let other = try fixture.writeObject(kind: "blob", Array("other\n".utf8))
    let tree = { (modes: [String], blob: String) throws -> String in
      var content: [UInt8] = []
      for mode in modes {
        content += Array("\(mode) f\(mode)".utf8) + [0]
        content += try #require(ObjectID(hex: blob)).bytes
      }
      return try fixture.writeObject(kind: "tree", content)
    }
    let old = try tree(["100600", "100644", "100664", "100700", "100755"], blob)
    let new = try tree(["100600", "100644", "100664", "100700", "100755"], other)
    let renamed = try fixture.writeObject(
      kind: "tree", Array("100664 x".utf8) + [0] + (try #require(ObjectID(hex: blob)).bytes))
    let comparison = try DiffComparison(fixture)
    try comparison.expectSame(old, new)
    try comparison.expectSame(old, renamed)
    let changes = try comparison.engine.changes(
      from: ObjectID(hex: old), to: ObjectID(hex: new))
    #expect(changes.map(\.oldMode) == [0o100644, 0o100644, 0o100644, 0o100755, 0o100755])
  }

  @Test func `the empty tree stands for nothing`() throws {
    let fixture = try GitFixture()
    var stream = FastImport()
    stream.commit([.file("a", "1\n2\n"), .file("d/b", "3")])
    try fixture.fastImport(stream)
    let comparison = try DiffComparison(fixture)
    let tree = try comparison.tree("main")
    let added = try comparison.engine.changes(from: nil, to: tree)
    #expect(added.map(\.additions) == [2, 1])
    #expect(try comparison.engine.changes(from: tree, to: .emptyTree).map(\.deletions) == [2, 1])
    #expect(try comparison.engine.changes(from: tree, to: tree).isEmpty)
    #expect(try comparison.engine.changes(from: nil, to: nil).isEmpty)
    let commit = try #require(ObjectID(hex: fixture.gitText("rev-parse", "main")))
    #expect(try comparison.engine.tree(of: commit) == tree)
    #expect(throws: DiffError.self) { try comparison.engine.tree(of: tree) }
  }

  @Test func `a missing blob, a missing tree and a blob in place of a tree are named`() throws {
    let fixture = try GitFixture()
    let engine = try DiffComparison(fixture).engine
    let missing = try #require(ObjectID(hex: String(repeating: "5", count: 40)))
    let blob = try #require(
      ObjectID(hex: fixture.writeObject(kind: "blob", Array("text\n".utf8))))
    let withFile = try #require(
      ObjectID(
        hex: fixture.writeObject(
          kind: "tree", Array("100644 file".utf8) + [0] + missing.bytes)))
    let withDirectory = try #require(
      ObjectID(
        hex: fixture.writeObject(kind: "tree", Array("40000 dir".utf8) + [0] + missing.bytes)))
    let withBlob = try #require(
      ObjectID(hex: fixture.writeObject(kind: "tree", Array("40000 dir".utf8) + [0] + blob.bytes)))
    let withTree = try #require(
      ObjectID(
        hex: fixture.writeObject(kind: "tree", Array("100644 file".utf8) + [0] + withBlob.bytes)))
    #expect(throws: DiffError.missingObject(missing, expected: .tree, path: [])) {
      try engine.changes(from: nil, to: missing)
    }
    #expect(throws: DiffError.missingObject(missing, expected: .blob, path: Array("file".utf8))) {
      try engine.changes(from: nil, to: withFile)
    }
    #expect(throws: DiffError.missingObject(missing, expected: .tree, path: Array("dir".utf8))) {
      try engine.changes(from: nil, to: withDirectory)
    }
    #expect(
      throws: DiffError.unexpectedKind(
        blob, expected: .tree, found: .blob, path: Array("dir".utf8))
    ) {
      try engine.changes(from: nil, to: withBlob)
    }
    #expect(
      throws: DiffError.unexpectedKind(
        withBlob, expected: .blob, found: .tree, path: Array("file".utf8))
    ) {
      try engine.changes(from: nil, to: withTree)
    }
  }

  @Test func `malformed trees are errors`() throws {
    let fixture = try GitFixture()
    let engine = try DiffComparison(fixture).engine
    let id = [UInt8](repeating: 7, count: 20)
    let bad: [[UInt8]] = [
      [0], Array("100644".utf8), Array("100644 ".utf8), Array("100644 f".utf8),
      Array("100644 f".utf8) + [0], Array("100644 f".utf8) + [0] + id.dropLast(),
      Array(" f".utf8) + [0] + id, Array("100844 f".utf8) + [0] + id,
      Array("100644 ".utf8) + [0] + id, Array("160000 s".utf8) + [0] + id + [0x31],
    ]
    for content in bad {
      let tree = try #require(ObjectID(hex: fixture.writeObject(kind: "tree", content)))
      #expect {
        try engine.changes(from: nil, to: tree)
      } throws: { error in
        guard case .corruptObject(tree, _)? = error as? DiffError else { return false }
        return true
      }
    }
  }

  @Test func `nesting is followed to its limit and refused beyond`() throws {
    let fixture = try GitFixture()
    var marks = "blob\nmark :1\ndata 2\nx\n\n"
    marks += "commit refs/heads/deep\ncommitter C <c@example.com> 1700000000 +0000\ndata 0\n"
    marks += "M 100644 :1 \(String(repeating: "d/", count: 4095))f\n\n"
    try fixture.git("fast-import", "--quiet", input: Array(marks.utf8))
    let engine = try DiffComparison(fixture).engine
    let tree = try #require(ObjectID(hex: fixture.gitText("rev-parse", "deep^{tree}")))
    let changes = try engine.changes(from: nil, to: tree)
    #expect(changes.map(\.path.count) == [2 * 4095 + 1])
    let deeper = try #require(
      ObjectID(hex: fixture.writeObject(kind: "tree", Array("40000 d".utf8) + [0] + tree.bytes)))
    #expect(throws: DiffError.treeTooDeep(limit: 4096)) {
      try engine.changes(from: nil, to: deeper)
    }
  }

  @Test func `trees that would unfold without end are refused`() throws {
    let fixture = try GitFixture()
    let blob = try #require(ObjectID(hex: fixture.writeObject(kind: "blob", [])))
    var id = blob
    var mode = "100644"
    for _ in 0..<24 {
      var entries: [UInt8] = []
      for name in ["a", "b", "c"] { entries += Array("\(mode) \(name)".utf8) + [0] + id.bytes }
      id = try #require(ObjectID(hex: fixture.writeObject(kind: "tree", entries)))
      mode = "40000"
    }
    let engine = try DiffComparison(fixture).engine
    #expect {
      try engine.changes(from: nil, to: id)
    } throws: { error in
      guard case .tooManyChanges? = error as? DiffError else { return false }
      return true
    }
  }
}
