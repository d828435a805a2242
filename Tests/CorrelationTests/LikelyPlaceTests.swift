import Cache
import Foundation
import Mirror
import SourceCode
import TestSupport
import Testing

@testable import Correlation

private let pool = """
  static int
  pool_grow (Pool *pool)
  {
    int step = 1;
    return step;
  }

  int
  pool_take (Pool *pool)
  {
    return pool_grow (pool);
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
  main_loop (void)
  {
    int rounds = 4;
    return pool_take (rounds);
  }
  """

@Suite struct LikelyPlaceTests {
  private let fixture: AnalyzerFixture

  init() throws {
    fixture = try AnalyzerFixture()
    try fixture.commit(["src/pool.c": pool, "src/main.c": main, "src/door.c": "int door;\n"])
  }

  private func files(_ paths: [String]) throws -> [RevisionFile] {
    let tip = try fixture.upstream.gitText("rev-parse", "refs/heads/main")
    let revision = try #require(ObjectID(hex: tip))
    let view = try RevisionView(try Repository(bareAt: fixture.upstream.path), revision: revision)
    return paths.compactMap { view.file(Array($0.utf8)) }
  }

  private func likely(_ paths: String...) throws -> LikelyPlaces { LikelyPlaces(try files(paths)) }

  private func part(_ analysis: Analysis, _ iid: Int64) throws -> Evidence? {
    let suspect = try #require(analysis.suspects.first { $0.mergeRequest.iid == iid })
    return suspect.evidence.first { $0.kind == "likelyPart" }
  }

  @Test func `a file that others call is likelier, in what they call and what that calls`() throws {
    let found = try likely("src/main.c", "src/pool.c", "src/door.c")
    let files = found.files.map { (String(decoding: $0, as: UTF8.self), $1) }
      .sorted { $0.1 > $1.1 }.map(\.0)
    #expect(files == ["src/pool.c", "src/door.c", "src/main.c"])
    #expect(found.functions[Array("src/pool.c".utf8)] == ["pool_take": 0.5, "pool_grow": 0.5])
    #expect(found.functions[Array("src/main.c".utf8)] == [:])
  }

  @Test func `calls in a circle end`() throws {
    try fixture.commit([
      "src/ring.c": """
      int ring_one (void)
      {
        return ring_two ();
      }

      int ring_two (void)
      {
        return ring_one ();
      }
      """, "src/user.c": "int user (void)\n{\n  return ring_one ();\n}\n",
    ])
    let found = try #require(
      try likely("src/ring.c", "src/user.c").functions[Array("src/ring.c".utf8)])
    #expect(Set(found.keys) == ["ring_one", "ring_two"])
    #expect(abs(found.values.reduce(0, +) - 1) < 1e-9)
  }

  @Test func `of very many functions the likeliest are told`() throws {
    let names = (1...3_800).map { "part_\($0)" }
    func body(_ name: String, _ called: some Sequence<String>) -> String {
      "int \(name) (void)\n{\n\(called.map { "  \($0) ();\n" }.joined())}\n"
    }
    try fixture.commit([
      "src/many.c": body("begin_one", names.prefix(1_900)) + body("begin_two", names.suffix(1_900))
        + names.map { body($0, []) }.joined(),
      "src/user.c": body("user", ["begin_one", "begin_two"]),
    ])
    let found = try #require(
      try likely("src/many.c", "src/user.c").functions[Array("src/many.c".utf8)])
    #expect(found.count == 2_000)
    #expect(found["begin_one"] == 0.25)
    #expect(found["begin_two"] == 0.25)
    #expect(found["part_1000"] == 0.25 / 1_900)
  }

  @Test func `functions are found by their names without a look at all others`() throws {
    let names = (1...60_000).map { "part\($0)" }
    try fixture.commit([
      "src/many.js": names.map { "function \($0)() {}\n" }.joined() + "function part7() {}\n"
    ])
    let file = try #require(try files(["src/many.js"]).first)
    #expect(file.functions(named: "part7").map(\.lines) == [6..<7, 60_000..<60_001])
    #expect(names.allSatisfy { !file.functions(named: $0).isEmpty })
    #expect(file.functions(named: "part").isEmpty)
  }

  @Test func `who changed what a called function calls comes before who changed its caller later`()
    throws
  {
    let culprit = try fixture.merge(
      "Grow faster", ["src/pool.c": pool.replacingOccurrences(of: "step = 1", with: "step = 7")])
    let other = try fixture.merge(
      "Free less",
      [
        "src/pool.c": pool.replacingOccurrences(of: "step = 1", with: "step = 7")
          .replacingOccurrences(of: "used = 3", with: "used = 5")
      ])
    let caller = try fixture.merge(
      "Loop more", ["src/main.c": main.replacingOccurrences(of: "rounds = 4", with: "rounds = 6")])
    let analysis = try fixture.analyze("src/main.c\nsrc/pool.c\n")
    #expect(analysis.suspects.first?.mergeRequest.iid == culprit)
    let own = try #require(try part(analysis, culprit))
    #expect(
      own.text
        == "wrote most of what is new in src/pool.c around pool_grow, where the other named files lead"
    )
    #expect(try part(analysis, other) == nil)
    let less = try #require(try part(analysis, caller))
    #expect(less.weight < own.weight)
    #expect(less.text == "wrote a part of what is new in src/main.c")
  }

  @Test func `files beyond the first are told, and say less in a long list`() throws {
    try fixture.commit(
      Dictionary(uniqueKeysWithValues: (1...8).map { ("lib/part\($0).c", "int part;\n") }))
    let both = try fixture.merge(
      "Both",
      [
        "src/pool.c": pool.replacingOccurrences(of: "used = 3", with: "used = 5"),
        "src/main.c": main.replacingOccurrences(of: "rounds = 4", with: "rounds = 6"),
      ])
    let one = try fixture.merge("One", ["src/door.c": "int door = 2;\n"])
    func further(_ symptom: String, _ iid: Int64) throws -> Double {
      let all = try fixture.observe(symptom)
      let own = try #require(all[iid])
      return own[Feature.furtherFiles].value
    }
    #expect(try further("src/main.c\nsrc/pool.c\n", both) == 1)
    #expect(try further("src/main.c\nsrc/pool.c\n", one) == 0)
    #expect(try further("src/pool.c\n", both) == 0)
    let three = try further("src/door.c\nsrc/main.c\nsrc/pool.c\n", both)
    #expect(abs(three - 0.5 * 2.0.squareRoot()) < 1e-9)
    let many = (1...8).map { "lib/part\($0).c\n" }.joined() + "src/main.c\nsrc/pool.c\n"
    let long = try further(many, both)
    #expect(abs(long - 3.0.squareRoot() / 9) < 1e-9)
  }

  @Test func `of one named file the parts are those of what is new in it`() throws {
    let small = try fixture.merge(
      "Use more", ["src/pool.c": pool.replacingOccurrences(of: "used = 3", with: "used = 5")])
    let large = try fixture.merge(
      "Rewrite",
      [
        "src/pool.c": pool.replacingOccurrences(of: "used = 3", with: "used = 5")
          .replacingOccurrences(
            of: "  int step = 1;\n", with: "  int step = 2;\n  step += 3;\n  step += 4;\n")
      ])
    let analysis = try fixture.analyze("src/pool.c\n")
    let (more, less) = (try part(analysis, large), try part(analysis, small))
    #expect(try #require(more).weight > #require(less).weight)
    #expect(more?.text == "wrote most of what is new in src/pool.c")
  }
}
