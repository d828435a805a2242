import Mirror
import TestSupport
import Testing

@Suite struct RenameTests {
  @Test func `many files of the same content pair as git pairs them`() throws {
    for count in [3, 101, 150, 205, 206] {
      try DiffComparison.expectSame(
        old: (0..<count).map { .file("old/\($0)", "same\n") }
          + [.file("old/other/7", "same\n"), .file("link", "same\n", mode: "120000")],
        new: (0..<(count - 1)).map { .file("new/\(($0 * 7) % count)", "same\n") }
          + [.file("moved", "same\n", mode: "120000"), .file("x/y", "same\n", mode: "100755")])
    }
  }

  @Test func `the table that turns around at 205 sources`() throws {
    try DiffComparison.expectSame(
      old: (0..<205).map { .file("old/\($0)", "\($0 % 40)\n") },
      new: (0..<100).map { .file("new/n\($0)", "\($0 % 40)\n") })
  }

  @Test func `a name that is alone wins over a more similar file`() throws {
    let base = numberedLines("base", 0..<100)
    try DiffComparison.expectSame(
      old: [.file("a/one.c", base), .file("a/two.c", base + "tail\n")],
      new: [
        .file("b/one.c", numberedLines("base", 0..<85) + numberedLines("new", 0..<12)),
        .file("b/three.c", base + "t\n"),
      ])
  }

  @Test func `four candidates and their places decide between equal pairs`() throws {
    var generator = SeededGenerator(seed: 21)
    for _ in 0..<4 {
      let make = { (name: String, generator: inout SeededGenerator) -> [FastImport.Edit] in
        (0..<14).map { index in
          let start = Int.random(in: 0..<8, using: &generator) * 5
          let length = 30 + Int.random(in: 0..<3, using: &generator) * 10
          return .file(
            "\(name)\(index)/\(Int.random(in: 0..<5, using: &generator)).txt",
            numberedLines("shared", start..<(start + length)))
        }
      }
      try DiffComparison.expectSame(
        old: make("old", &generator), new: make("new", &generator))
    }
  }

  @Test func `above the rename limit only exact and same-name renames are left`() throws {
    let count = 1001
    let changes = try DiffComparison.expectSame(
      old: (0..<count).map { .file("old/o\($0)", numberedLines("f\($0)", 0..<4)) }
        + [.file("old/exact", "exact\n"), .file("old/same", numberedLines("same", 0..<20))],
      new: (0..<count).map { .file("new/n\($0)", numberedLines("f\($0)", 0..<5)) }
        + [.file("new/moved", "exact\n"), .file("new/same", numberedLines("same", 0..<21))])
    #expect(changes.filter { $0.status == .renamed }.count == 2)
  }

  @Test func `at the rename limit similar files are found`() throws {
    let changes = try DiffComparison.expectSame(
      old: (0..<40).map { .file("old/o\($0)", numberedLines("f\($0)", 0..<8)) },
      new: (0..<40).map { .file("new/n\($0)", numberedLines("f\($0)", 0..<9)) })
    #expect(changes.filter { $0.status == .renamed }.count == 40)
  }

  @Test func `sizes just within and beyond reach of a rename`() throws {
    let base = String(repeating: "0123456789abcde\n", count: 100)
    for length in [795, 799, 800, 801, 805, 1190, 1199, 1200, 1201, 1595, 1600] {
      try DiffComparison.expectSame(
        old: [.file("old", base), .file("d/name", base)],
        new: [
          .file("new", String(base.prefix(length))),
          .file("e/name", String(base.prefix(length)) + "x"),
        ])
    }
  }

  @Test func `returns before newlines do not count for similarity in text`() throws {
    let unix = numberedLines("text", 0..<50)
    let dos = unix.split(separator: "\n").joined(separator: "\r\n") + "\r\n"
    let binary = [UInt8](unix.utf8) + [0]
    try DiffComparison.expectSame(
      old: [.file("a", unix), .file("b", binary)],
      new: [.file("c", dos), .file("d", [UInt8](dos.utf8) + [0])])
  }
}
