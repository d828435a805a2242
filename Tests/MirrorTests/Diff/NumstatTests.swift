import Mirror
import TestSupport
import Testing

@Suite struct NumstatTests {
  @Test func `renames are shortened as git does`() throws {
    let moves = [
      ("a/b/c", "a/x/c"), ("a/b", "a/c"), ("a/b/c", "a/c"), ("a/c", "a/b/c"), ("b/c", "a/b/c"),
      ("a/b/c", "b/c"), ("x", "y"), ("d/a/a/a", "d/a/a"), ("aa/b", "a/b"), ("p/q/r/s", "p/r/q/s"),
      ("q\"/a", "q/a"), ("n/ö", "n/o"), ("s p/a", "s p/b"), ("t/{x => y}/u", "t/z/u"),
      ("m/m", "m/m/m"), ("e/a/b/f", "e/f"), ("g/f", "g/a/b/f"), ("xa", "ya"), ("z/xa", "z/ya"),
    ]
    for (index, (old, new)) in moves.enumerated() {
      let content = numberedLines("file\(index)", 0..<5)
      try DiffComparison.expectSame(old: [.file(old, content)], new: [.file(new, content)])
    }
  }

  @Test func `every byte that a name can have is quoted as git does`() throws {
    let bytes = (1...255).filter { $0 != 0x2f }.map { UInt8($0) }
    try DiffComparison.expectSame(
      old: [],
      new: bytes.map { .write([0x70, $0, 0x71], content: [0x0a]) })
  }

  @Test func `a binary file has dashes`() {
    let change = FileChange(
      path: Array("b".utf8), status: .added, oldMode: 0, newMode: 0o100644, oldBlob: nil,
      newBlob: .emptyBlob, additions: nil, deletions: nil, isBinary: true)
    #expect(Numstat.format([change], nullTerminated: false) == Array("-\t-\tb\n".utf8))
    #expect(Numstat.format([change], nullTerminated: true) == Array("-\t-\tb".utf8) + [0])
  }
}
