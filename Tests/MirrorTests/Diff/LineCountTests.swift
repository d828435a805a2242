import Mirror
import TestSupport
import Testing

@Suite struct LineCountTests {
  /// Compares many pairs of texts in one diff of two commits.
  private func expectSame(_ pairs: [(old: [UInt8], new: [UInt8])]) throws {
    try DiffComparison.expectSame(
      old: pairs.enumerated().map { .file("f\($0)", $1.old) },
      new: pairs.enumerated().map { .file("f\($0)", $1.new) })
  }

  private func text(_ lines: [Int], word: String = "line") -> [UInt8] {
    lines.flatMap { Array("\(word) \($0)\n".utf8) }
  }

  @Test func `short texts over few lines`() throws {
    var generator = SeededGenerator(seed: 11)
    var pairs: [(old: [UInt8], new: [UInt8])] = []
    for index in 0..<500 {
      let alphabet = 2 + index % 9
      let make = { (generator: inout SeededGenerator) in
        (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
          Int.random(in: 0..<alphabet, using: &generator)
        }
      }
      var (old, new) = (text(make(&generator)), text(make(&generator)))
      if index % 5 == 0 { _ = old.popLast() }
      if index % 7 == 0 { _ = new.popLast() }
      pairs.append((old, new))
    }
    try expectSame(pairs)
  }

  @Test func `edited texts with lines that occur very often`() throws {
    var generator = SeededGenerator(seed: 12)
    var pairs: [(old: [UInt8], new: [UInt8])] = []
    for _ in 0..<120 {
      let count = Int.random(in: 50..<400, using: &generator)
      let old = (0..<count).map { index in
        Int.random(in: 0..<3, using: &generator) == 0 ? -1 : index
      }
      var new = old
      for _ in 0..<Int.random(in: 1..<5, using: &generator) {
        let start = Int.random(in: 0..<new.count, using: &generator)
        let end = min(new.count, start + Int.random(in: 0..<60, using: &generator))
        let fresh = (0..<Int.random(in: 0..<60, using: &generator)).map { index in
          Int.random(in: 0..<4, using: &generator) == 0 ? -1 : 10_000 + index
        }
        new.replaceSubrange(start..<end, with: fresh)
        if new.isEmpty { new = [0] }
      }
      pairs.append((text(old), text(new)))
    }
    try expectSame(pairs)
  }

  @Test func `lines far from others without a match`() throws {
    var generator = SeededGenerator(seed: 14)
    var pairs: [(old: [UInt8], new: [UInt8])] = []
    for index in 0..<60 {
      // A block of new lines, every third or so a frequent one, about as long as git looks around a line.
      let context = (0..<40).flatMap { [$0, -1, -1] }
      let length = 90 + index * 4
      let block = (0..<length).map { line in
        let isFrequent = line > length / 2 - 2 && line < length / 2 + 2 + index % 3
        return isFrequent || Int.random(in: 0..<12, using: &generator) == 0 ? -1 : 5000 + line
      }
      let old = context + (0..<(index % 4)).map { 9000 + $0 } + [-1] + context
      let new = context + block + context
      pairs.append((text(old), text(new)))
      pairs.append((text(new), text(old)))
    }
    try expectSame(pairs)
  }

  @Test func `long texts where git gives the search up`() throws {
    var generator = SeededGenerator(seed: 13)
    var pairs: [(old: [UInt8], new: [UInt8])] = []
    for alphabet in [3, 40, 700, 5000] {
      for run in [1, 30] {
        let make = { (generator: inout SeededGenerator) -> [Int] in
          var lines: [Int] = []
          while lines.count < 1500 {
            let start = Int.random(in: 0..<alphabet, using: &generator)
            lines += start..<(start + Int.random(in: 1...run, using: &generator))
          }
          return lines
        }
        pairs.append((text(make(&generator)), text(make(&generator))))
      }
    }
    let lines = Array(0..<2000)
    pairs.append((text(lines), text(lines.shuffled(using: &generator))))
    pairs.append((text(lines), text(lines.reversed())))
    try expectSame(pairs)
  }

  @Test func `line ends, missing newlines and empty files`() throws {
    let texts = [
      "", "\n", "a", "a\n", "a\r\n", "a\nb", "a\nb\n", "a\r\nb\r\n", "b\na", "\n\n", "a\n\nb",
      "a\nb\nc", "c\nb\na", "b", "a\r", "x\na\nb\n", "a\nb\nx",
    ].map { Array($0.utf8) }
    try expectSame(texts.flatMap { old in texts.map { (old, $0) } })
  }

  @Test func `a huge line and very many lines`() throws {
    let wide = [UInt8](repeating: 0x61, count: 3 << 20)
    let many = (0..<30_000).flatMap { Array("\($0 % 977)\n".utf8) }
    var edited = many
    edited.replaceSubrange(50_000..<50_010, with: Array("changed\nhere".utf8))
    edited += Array("end".utf8)
    try expectSame([
      (wide, wide + [0x0a]), (wide + [0x0a], [0x62] + wide + [0x0a]), (many, edited),
      (many, many + many.prefix(1000)), ([], many), (many, []),
    ])
  }
}
