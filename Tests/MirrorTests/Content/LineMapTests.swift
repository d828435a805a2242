import Mirror
import TestSupport
import Testing

@Suite struct LineMapTests {
  /// Lines 2 and 3 became one, two were added before line 6, line 8 is gone.
  private let map = LineMap([
    LineHunk(old: 2..<4, new: 2..<3), LineHunk(old: 6..<6, new: 5..<7),
    LineHunk(old: 8..<9, new: 9..<9),
  ])

  @Test func `a line moves by what was added and removed before it`() {
    #expect((0..<11).map { map.line($0) } == [0, 1, nil, nil, 3, 4, 7, 8, nil, 9, 10])
  }

  @Test func `a gap has a place even where its lines are gone`() {
    #expect(map.gap(before: 0) == 0)
    #expect(map.gap(before: 3) == 2)
    #expect(map.gap(before: 6) == 7)
    #expect(map.gap(before: 8) == 9)
    #expect(map.gap(before: 20) == 20)
  }

  @Test func `a run of lines becomes the runs that are left of it`() {
    #expect(map.lines(0..<11) == [0..<2, 3..<5, 7..<9, 9..<11])
    #expect(map.lines(2..<4) == [])
    #expect(map.lines(3..<5) == [3..<4])
    #expect(map.lines(5..<5) == [])
  }

  @Test func `no hunks move nothing`() {
    let map = LineMap([])
    #expect(map.line(7) == 7)
    #expect(map.gap(before: 7) == 7)
    #expect(map.lines(3..<9) == [3..<9])
  }
}

@Suite struct LineMatcherTests {
  private func hunks(_ old: String, _ new: String, _ matcher: LineMatcher = LineMatcher())
    -> [LineHunk]
  {
    matcher.hunks(old: Array(old.utf8).span, new: Array(new.utf8).span)
  }

  @Test func `equal texts have no hunk`() {
    #expect(hunks("a\nb\n", "a\nb\n") == [])
    #expect(hunks("", "") == [])
  }

  @Test func `added, removed and changed lines are told apart`() {
    #expect(hunks("", "a\nb\n") == [LineHunk(old: 0..<0, new: 0..<2)])
    #expect(hunks("a\nb\n", "") == [LineHunk(old: 0..<2, new: 0..<0)])
    #expect(hunks("a\nb\nc\n", "a\nx\nc\n") == [LineHunk(old: 1..<2, new: 1..<2)])
    #expect(hunks("a\nc\n", "a\nb\nc\n") == [LineHunk(old: 1..<1, new: 1..<2)])
  }

  @Test func `a missing newline at the end is a difference`() {
    #expect(hunks("a\nb\n", "a\nb") == [LineHunk(old: 1..<2, new: 1..<2)])
  }

  @Test func `what lies outside of hunks is equal, whatever the texts`() {
    var generator = SeededGenerator(seed: 7)
    let matcher = LineMatcher()
    for _ in 0..<300 {
      let old = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
        "\(Int.random(in: 0..<8, using: &generator))"
      }
      var new = old
      for _ in 0..<Int.random(in: 0..<8, using: &generator) {
        let at = Int.random(in: 0...new.count, using: &generator)
        if Bool.random(using: &generator) || at == new.count {
          new.insert("\(Int.random(in: 0..<10, using: &generator))", at: at)
        } else {
          new.remove(at: at)
        }
      }
      let text: ([String]) -> String = { $0.map { $0 + "\n" }.joined() }
      let found = hunks(text(old), text(new), matcher)
      var rebuilt: [String] = []
      var next = 0
      for hunk in found {
        #expect(hunk.old.lowerBound >= next)
        guard hunk.old.lowerBound >= next else { return }
        rebuilt += old[next..<hunk.old.lowerBound]
        #expect(rebuilt.count == hunk.new.lowerBound)
        rebuilt += new[hunk.new]
        next = hunk.old.upperBound
      }
      rebuilt += old[next...]
      #expect(rebuilt == new)
      let map = LineMap(found)
      for line in old.indices {
        if let moved = map.line(line) { #expect(new[moved] == old[line]) }
      }
    }
  }
}
