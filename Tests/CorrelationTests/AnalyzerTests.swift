import Cache
import Correlation
import Foundation
import TestSupport
import Testing

private let pool = """
  #include "pool.h"

  static int
  pool_take (Pool *pool)
  {
    int size = 1;
    return size;
  }

  static int
  pool_free (Pool *pool)
  {
    int left = 2;
    return left;
  }
  """

private let trace =
  "#0  pool_take (pool=0x0) at /builds/acme/shop/src/pool.c:6\n#1  main () at src/main.c:3\n"

@Suite struct AnalyzerTests {
  private let fixture: AnalyzerFixture

  init() throws {
    fixture = try AnalyzerFixture()
    try fixture.commit([
      "src/pool.c": pool, "src/main.c": "int main () {\n  return 0;\n}\n", "README.md": "x",
    ])
  }

  @Test func `an incident that lasted longer than the usual window is looked at as a whole`() {
    let end = Date(timeIntervalSince1970: 1_700_000_000)
    for (days, expected) in [(0.0, 30), (29.5, 30), (30.5, 31), (182, 182), (4000, 365), (-5, 30)] {
      let start = end.addingTimeInterval(-days * 86400)
      #expect(AnalysisQuery.lookbackDays(usual: 30, from: start, until: end) == expected)
    }
  }

  @Test func `who wrote the line comes before who changed the file later`() throws {
    let culprit = try fixture.merge(
      "Take more", ["src/pool.c": pool.replacingOccurrences(of: "size = 1", with: "size = pool->n")]
    )
    let later = pool.replacingOccurrences(of: "size = 1", with: "size = pool->n")
      .replacingOccurrences(of: "left = 2", with: "left = 3")
    try fixture.merge("Free more", ["src/pool.c": "/* first */\n" + later])
    let analysis = try fixture.analyze(
      trace.replacingOccurrences(of: "pool.c:6", with: "pool.c:7"))
    let best = try #require(analysis.suspects.first)
    #expect(best.mergeRequest.iid == culprit)
    #expect(best.function == "pool_take")
    #expect(best.lines == 7...7)
    #expect(best.snippet.contains { $0.isNamed && $0.isChanged && $0.number == 7 })
    #expect(analysis.hasGoodSuspect)
    #expect(best.evidence.contains { $0.kind == "line" })
  }

  @Test func `a long line is cut between its letters`() throws {
    let long = "size = pool->n; //" + String(repeating: "€", count: 90)
    try fixture.merge(
      "Take more", ["src/pool.c": pool.replacingOccurrences(of: "size = 1", with: long)])
    let lines = try #require(try fixture.analyze(trace).suspects.first).snippet
    let line = try #require(lines.first { $0.text.contains("€") }).text
    #expect(line.utf8.count == 198)
    #expect(line.hasSuffix("€"))
  }

  @Test func `comments, bots and what was reverted are not suspected`() throws {
    try fixture.merge("Document", ["src/pool.c": "/* A pool. */\n" + pool])
    try fixture.merge(
      "Bump", ["src/main.c": "int main () {\n  return 1;\n}\n"], author: "renovate-bot")
    try fixture.merge("Bump the door", ["src/door.c": "int door;\n"], author: "renovate-bot")
    let broken = pool.replacingOccurrences(of: "size = 1", with: "size = 0")
    try fixture.merge("Break the pool badly", ["src/pool.c": broken])
    let head = try fixture.upstream.gitText("rev-parse", "refs/heads/main")
    try fixture.merge(
      "Take it back", ["src/pool.c": pool],
      message: "Revert \"Break the pool badly\"\n\nThis reverts commit \(head).\n")
    let analysis = try fixture.analyze(trace)
    let reasons = Dictionary(
      uniqueKeysWithValues: analysis.exonerations.map { ($0.mergeRequest.title, $0.reason) })
    #expect(reasons["Document"] == "it changed comments alone")
    #expect(
      reasons["Bump"]
        == "its author is a bot, though it changed src/main.c, which the symptom names")
    #expect(reasons["Bump the door"] == "its author is a bot")
    #expect(reasons["Break the pool badly"]?.hasPrefix("it was reverted by ") == true)
    #expect(analysis.suspects.map(\.mergeRequest.title) == ["Take it back"])
  }

  @Test func `later merges, and an empty window, give no suspect`() throws {
    try fixture.merge("Change", ["src/pool.c": pool + "\n"])
    for (seconds, reason) in [
      (1_758_000_000.0, "No branch that was looked at has a commit of that time"),
      (1_900_000_000, "No merge request of the window is a candidate"),
    ] {
      let analysis = try fixture.analyze(trace, at: Date(timeIntervalSince1970: seconds))
      #expect(analysis.suspects.isEmpty)
      #expect(!analysis.hasGoodSuspect)
      #expect(analysis.candidates == 0)
      #expect(analysis.explanation?.hasPrefix(reason) == true)
    }
  }

  @Test func `prose finds the merge request that speaks of it`() throws {
    try fixture.merge(
      "Round the totals of invoices", ["src/invoice.c": "int invoice_total (void) { return 1; }\n"])
    try fixture.merge("Paint the door", ["src/door.c": "int door (void) { return 2; }\n"])
    for number in 1...8 {
      try fixture.merge("Other \(number)", ["src/other\(number).c": "int other = \(number);\n"])
    }
    let analysis = try fixture.analyze(
      "Since yesterday the totals on invoices are rounded wrongly.")
    #expect(analysis.suspects.first?.mergeRequest.title == "Round the totals of invoices")
  }

  @Test func `no more than one merge request is to blame in all`() throws {
    for number in 1...10 {
      try fixture.merge("Other \(number)", ["src/other\(number).c": "int other = \(number);\n"])
    }
    let files = (1...8).map { "src/other\($0).c" }
    let analysis = try fixture.analyze(files.joined(separator: " "))
    let confidences = analysis.suspects.map(\.confidence)
    #expect(confidences.count > 5 && confidences == confidences.sorted(by: >))
    #expect(confidences.reduce(0, +) <= 1 + 1e-9, "\(confidences)")
  }

  @Test func `hostile text is answered, twice alike`() throws {
    let named = try fixture.merge(
      "Change", ["src/pool.c": pool.replacingOccurrences(of: "size = 1", with: "size = 2")])
    for number in 1...3 {
      try fixture.merge("Other \(number)", ["src/other\(number).c": "int other = \(number);\n"])
    }
    let text =
      "\u{0}\"' OR * NEAR( src/../../pool.c:99999999999 #0 \(String(repeating: "(", count: 5_000))"
    let one = try fixture.analyze(text)
    let best = try #require(one.suspects.first)
    #expect(best.mergeRequest.iid == named && best.evidence.contains { $0.kind == "mention" })
    let two = try fixture.analyze(text)
    #expect("\(one)" == "\(two)")
  }

  @Test func `a line that the trace quotes is found where it stands now`() throws {
    func code(_ head: [String], _ rate: String) -> String {
      "def total(order):\n" + head.map { "    \($0)\n" }.joined()
        + "    rate = \(rate)\n    return order * rate\n"
    }
    try fixture.commit(["src/bill.py": code(["check(order)"], "rates['DE']")])
    let culprit = try fixture.merge(
      "Rate by country", ["src/bill.py": code(["check(order)"], "rates[country]")])
    try fixture.merge(
      "Log orders",
      ["src/bill.py": code((0..<9).map { "log(\($0))" } + ["check(order)"], "rates[country]")])
    func trace(_ quoted: String) -> String {
      """
      Traceback (most recent call last):
        File "/app/src/bill.py", line 3, in total
          \(quoted)
      KeyError: 'DE'
      """
    }
    let found = try fixture.analyze(trace("rate = rates[country]"))
    #expect(found.suspects.first?.mergeRequest.iid == culprit)
    #expect(found.suspects.first?.snippet.first { $0.isNamed }?.number == 12)
    // What stands nowhere leaves the line where the trace has it.
    let lost = try fixture.analyze(trace("rate = gone[country]"))
    #expect(lost.suspects.first?.mergeRequest.title == "Log orders")
  }

  private func changed(_ old: String, _ new: String) -> String {
    pool.replacingOccurrences(of: old, with: new)
  }

  @Test func `only the newest change is told as the newest`() throws {
    let older = try fixture.merge("Nine", ["src/pool.c": changed("size = 1", "size = 9")])
    let newer = try fixture.merge("Eight", ["src/pool.c": changed("size = 1", "size = 8")])
    let suspects = try fixture.analyze(trace).suspects
    func text(_ iid: Int64) -> String? {
      suspects.first { $0.mergeRequest.iid == iid }?.evidence.first { $0.kind == "newestInFile" }?
        .text
    }
    #expect(text(newer)?.hasPrefix("is the newest change of") == true)
    #expect(text(older).map { $0.hasPrefix("is the 2nd newest change of") } ?? true)
  }

  @Test func `a function is not called by the line that it begins at`() throws {
    let names = try fixture.merge(
      "Rename", ["src/pool.c": changed("int size = 1;", "int size = 4;")])
    let symptom = "#0  pool_take () at src/pool.c:4\n"
    let suspect = try fixture.analyze(symptom).suspects.first { $0.mergeRequest.iid == names }
    #expect(suspect?.evidence.isEmpty == false)
    #expect(suspect?.evidence.contains { $0.kind == "callee" } == false)
  }

  @Test func `the suspect of the highest confidence comes first`() throws {
    for value in 2..<9 {
      try fixture.merge("Size \(value)", ["src/pool.c": changed("size = 1", "size = \(value)")])
    }
    let confidences = try fixture.analyze(trace).suspects.map(\.confidence)
    #expect(confidences == confidences.sorted(by: >))
  }
}
