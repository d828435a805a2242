import Cache
import Foundation
import TestSupport
import Testing

@testable import Correlation

private let pool = """
  int
  pool_take (Pool *pool)
  {
    int size = 1;
    int left = 2;
    return size + left;
  }

  int
  pool_free (Pool *pool)
  {
    int used = 3;
    return used;
  }
  """

private let main = """
  int
  main (void)
  {
    return pool_take (0);
  }
  """

private let trace =
  "#0  pool_take (pool=0x0) at src/pool.c:4\n#1  main () at src/main.c:4\n"

@Suite struct EvidenceTests {
  private let fixture: AnalyzerFixture

  init() throws {
    fixture = try AnalyzerFixture()
    try fixture.commit(["src/pool.c": pool, "src/main.c": main, "src/door.c": "int door;\n"])
  }

  @Test func `nothing is told as certain`() {
    let evidence = ConfidenceFeature.allCases.map { _ in 1.0 }
    #expect(Weights.standard.confidence(1, evidence) == 0.99)
  }

  private func changed(_ old: String, _ new: String) -> String {
    pool.replacingOccurrences(of: old, with: new)
  }

  private func evidence(_ analysis: Analysis, _ iid: Int64) throws -> [String: Evidence] {
    let suspect = try #require(analysis.suspects.first { $0.mergeRequest.iid == iid })
    return Dictionary(
      suspect.evidence.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })
  }

  @Test func `a file that often changes together with the one that broke is evidence`() throws {
    let table = "src/table.c"
    for number in 1...3 {
      try fixture.merge(
        "Grow \(number)",
        ["src/pool.c": changed("size = 1", "size = \(number + 1)"), table: "int t = \(number);\n"])
    }
    let iid = try fixture.merge("Shrink", [table: "int t = 9;\n"])
    let other = try fixture.merge("Paint", ["src/door.c": "int door = 2;\n"])
    let analysis = try fixture.analyze(trace)
    let found = try #require(try evidence(analysis, iid)["coChange"])
    #expect(
      found.text
        == "changed src/table.c, which changed together with src/pool.c in 3 of 3 merge requests")
    #expect(found.file == "src/pool.c")
    #expect(try evidence(analysis, other)["coChange"] == nil)
    #expect(try evidence(analysis, 3)["coChange"] == nil)
  }

  /// Merge requests that have nothing to do with it.
  private func others() throws {
    for number in 1...6 {
      try fixture.merge("Other \(number)", ["src/other\(number).c": "int other = \(number);\n"])
    }
  }

  // MARK: Words

  @Test func `a changed function that the prose names is evidence`() throws {
    try others()
    let iid = try fixture.merge("Grow", ["src/pool.c": changed("size = 1", "size = 9")])
    let other = try fixture.merge("Paint", ["src/door.c": "int pool_take_door = 2;\n"])
    for symptom in ["Since yesterday pool_take() returns too much", "Pool::pool_take is wrong now"]
    {
      let analysis = try fixture.analyze(symptom)
      let found = try #require(try evidence(analysis, iid)["functionNamed"])
      #expect(found.text == "changed the function pool_take, which the symptom speaks of")
      #expect(try evidence(analysis, other)["functionNamed"] == nil)
    }
    #expect(
      try evidence(fixture.analyze("The pool takes too much"), iid)["functionNamed"] == nil)
  }

  @Test func `what only the message of a commit says is found`() throws {
    let culprit = try fixture.merge(
      "Various", ["src/door.c": "int door = 2;\n"],
      message: "Round totals of invoices\n\nCustomers saw wrong cents on their invoices.")
    try others()
    let analysis = try fixture.analyze("The totals on invoices are rounded wrongly, cents vanish.")
    #expect(analysis.suspects.first?.mergeRequest.iid == culprit)
    let found = try evidence(analysis, culprit)
    #expect(found["commitWords"] != nil)
    #expect(found["commitTitles"] != nil)
    #expect(found["messageWords"] != nil)
  }

  @Test func `names of changed functions are words of the merge request`() throws {
    let culprit = try fixture.merge("Tidy", ["src/pool.c": changed("used = 3", "used = 4")])
    try others()
    let analysis = try fixture.analyze("Since today the free pool count is wrong after restarts.")
    #expect(try evidence(analysis, culprit)["functionWords"] != nil)
  }

  // MARK: Files that are named without a frame

  @Test func `a changed function that another named file calls is told`() throws {
    let culprit = try fixture.merge("Take more", ["src/pool.c": changed("size = 1", "size = 9")])
    let other = try fixture.merge(
      "Free more",
      [
        "src/pool.c": changed("size = 1", "size = 9").replacingOccurrences(
          of: "used = 3", with: "used = 5")
      ])
    let analysis = try fixture.analyze("src/main.c\nsrc/pool.c\n")
    let found = try #require(try evidence(analysis, culprit)["calledByMentioned"])
    #expect(found.text == "changed pool_take in src/pool.c, which another named file calls")
    #expect(try evidence(analysis, other)["calledByMentioned"] == nil)
    #expect(analysis.suspects.first?.mergeRequest.iid == culprit)
  }

  @Test func `many changed places of a named file count more than one`() throws {
    let many = changed("size = 1", "size = 7").replacingOccurrences(
      of: "used = 3", with: "used = 8")
    let culprit = try fixture.merge("Both", ["src/pool.c": many])
    let other = try fixture.merge(
      "One", ["src/pool.c": many.replacingOccurrences(of: "left = 2", with: "left = 6")])
    let analysis = try fixture.analyze("src/pool.c\n")
    let more = try #require(try evidence(analysis, culprit)["mentionHunks"])
    let less = try #require(try evidence(analysis, other)["mentionHunks"])
    #expect(more.weight > less.weight)
  }

  // MARK: Functions

  @Test func `the part of the function and the places in it are told`() throws {
    let culprit = try fixture.merge(
      "Twice",
      [
        "src/pool.c": changed("size = 1", "size = 7").replacingOccurrences(
          of: "return size + left", with: "return size - left")
      ])
    let analysis = try fixture.analyze(trace)
    let found = try evidence(analysis, culprit)
    #expect(
      found["functionHunks"]?.text.hasPrefix("changed the function pool_take in 2 places") == true)
    #expect(found["functionPart"] != nil)
  }

  // MARK: Later commits

  @Test func `a later commit that names one of its commits speaks against it`() throws {
    let culprit = try fixture.merge("Take more", ["src/pool.c": changed("size = 1", "size = 9")])
    let sha = try fixture.upstream.gitText("rev-parse", "refs/heads/main")
    let repair = try fixture.merge(
      "Open the door", ["src/door.c": "int door = 3;\n"],
      message: "Open the door\n\nIt is shut since \(sha.prefix(10)).")
    let analysis = try fixture.analyze(trace)
    let found = try #require(try evidence(analysis, culprit)["named"])
    #expect(found.text.hasPrefix("is named by a later commit, "))
    #expect(
      !analysis.suspects.contains { suspect in
        suspect.mergeRequest.iid == repair && suspect.evidence.contains { $0.kind == "named" }
      })
  }

  @Test func `commits that a message takes back or was copied from are not named`() {
    let message = """
      Title

      Seen with 0123456789abcdef0123456789abcdef01234567 and ABCDEF12.
      This reverts commit 1111111111111111111111111111111111111111.
      (cherry picked from commit 2222222222222222222222222222222222222222)
      deadbeef and 123456 are none.
      """
    #expect(MessageReader.namedCommits(in: message) == ["0123456", "abcdef1"])
  }

  // MARK: Files that today's tree lacks

  @Test func `a frame in a file that was renamed leads to its new name`() throws {
    let culprit = try fixture.merge(
      "Rename the pool", ["src/tank.c": changed("size = 1", "size = 9")], removing: ["src/pool.c"])
    try others()
    let analysis = try fixture.analyze(
      trace.replacingOccurrences(of: "src/pool.c", with: "/builds/acme/shop/src/pool.c"))
    let best = try #require(analysis.suspects.first)
    #expect(best.mergeRequest.iid == culprit)
    #expect(best.file == "src/tank.c")
    #expect(best.evidence.contains { $0.kind == "crashFunction" })
  }

  @Test func `a frame in a file that was deleted leads to who deleted it`() throws {
    let culprit = try fixture.merge("Drop the pool", [:], removing: ["src/pool.c"])
    try others()
    let analysis = try fixture.analyze(trace)
    let best = try #require(analysis.suspects.first)
    #expect(best.mergeRequest.iid == culprit)
    #expect(best.evidence.contains { $0.kind == "topFile" && $0.file == "src/pool.c" })
  }

  @Test func `a named file that is gone counts, too`() throws {
    let culprit = try fixture.merge("Drop the pool", [:], removing: ["src/pool.c"])
    try others()
    let analysis = try fixture.analyze("No such file: src/pool.c\n")
    #expect(analysis.suspects.first?.mergeRequest.iid == culprit)
  }

  // MARK: Time

  @Test func `a time in the past is judged on the tree of the last merge before it`() throws {
    let culprit = try fixture.merge("Take more", ["src/pool.c": changed("size = 1", "size = 9")])
    let then = try fixture.upstream.gitText("rev-parse", "refs/heads/main")
    let time = try #require(
      Double(try fixture.upstream.gitText("log", "-1", "--format=%ct", then)))
    let later = try fixture.merge("Rewrite", ["src/pool.c": "int nothing;\n"])
    let analysis = try fixture.analyze(trace, at: Date(timeIntervalSince1970: time + 60))
    #expect(analysis.revisions["acme/shop"] == then)
    #expect(!analysis.suspects.contains { $0.mergeRequest.iid == later })
    let best = try #require(analysis.suspects.first)
    #expect(best.mergeRequest.iid == culprit)
    #expect(best.lines == 4...4)
  }
}

@Suite struct WeightsTests {
  private let weights = Weights(
    [.line: 1], adjustments: [.words: [.age: 2], .prose: [.age: 3]], none: [:],
    confidence: [.words: 1], leastSure: 0.5)

  @Test func `each trait of a situation adds to the weights of all`() {
    #expect(weights.weight(of: .line, in: [.words]) == 1)
    #expect(weights.weight(of: .age, in: [.words]) == 2)
    #expect(weights.weight(of: .age, in: [.words, .prose]) == 5)
    #expect(weights.weight(of: .age, in: [.lines]) == 0)
    #expect(weights.all(in: [.words, .prose])[Feature.age.rawValue] == 5)
    #expect(weights.all(in: [.files]) == weights.features)
  }

  @Test
  func `confidence rises with the probability, and passes the threshold where it is sure enough`() {
    let told = (1...99).map { weights.confidence(Double($0) / 100) }
    #expect(zip(told, told.dropFirst()).allSatisfy { $0 < $1 })
    #expect(told[48] < Analyzer.threshold)
    #expect(told[50] > Analyzer.threshold)
    #expect(abs(told[9] - 0.1) < 1e-9)
    #expect(abs(told[89] - 0.9) < 1e-9)
    #expect(weights.confidence(0.5, [0, 0, 1, 0]) > weights.confidence(0.5))
  }
}
