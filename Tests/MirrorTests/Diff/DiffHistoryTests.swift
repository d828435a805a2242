import Mirror
import TestSupport
import Testing

@Suite struct DiffHistoryTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `random histories have git's statistics`(seed: UInt64) throws {
    let fixture = try GitFixture()
    let commits = 40
    try fixture.fastImport(RandomHistory.stream(seed: seed, commits: commits))
    let comparison = try DiffComparison(fixture)
    var generator = SeededGenerator(seed: seed)
    for index in 0..<(commits - 1) {
      try comparison.expectSame("main~\(index + 1)", "main~\(index)")
    }
    for _ in 0..<15 {
      let one = Int.random(in: 0..<commits, using: &generator)
      let two = Int.random(in: 0..<commits, using: &generator)
      try comparison.expectSame("main~\(one)", "main~\(two)")
    }
  }
}
