import Cache
import Foundation
import Mirror
import Synchronization
import TestSupport
import Testing

@testable import Correlation

@Suite struct PrecedentTests {
  private let fixture: AnalyzerFixture
  private let symptom = "Since today nothing arrives when users paste pictures from the clipboard."

  /// Work on the clipboard long before the window, and merge requests that say nothing of it.
  init() throws {
    fixture = try AnalyzerFixture()
    let past = Int(AnalyzerFixture.now.timeIntervalSince1970) - 90 * 86400
    try fixture.commit(["src/main.c": "int main;\n"], message: "Begin", at: past)
    for number in 1...8 {
      try fixture.commit(
        ["src/door\(number).c": "int door;\n"], message: "Paint door \(number)",
        at: past + 60 * number)
    }
    try fixture.commit(
      ["src/transfer.c": "int transfer;\n", "src/offer.c": "int offer;\n"],
      message: "Paste pictures of the clipboard once", at: past + 3600)
    try fixture.commit(
      ["src/transfer.c": "int transfer = 1;\n"],
      message: "Keep what users paste from the clipboard",
      at: past + 7200)
    // Every file at once tells of none.
    try fixture.commit(
      Dictionary(uniqueKeysWithValues: (1...40).map { ("src/door\($0).c", "int paste;\n") }),
      message: "Paste users pictures clipboard", at: past + 10800)
  }

  private func evidence(_ analysis: Analysis, _ iid: Int64) -> Evidence? {
    analysis.suspects.first { $0.mergeRequest.iid == iid }?.evidence.first {
      $0.kind == "precedents"
    }
  }

  @Test func `older commits that speak of the same lead to the files that they changed`() throws {
    let culprit = try fixture.merge("Simplify", ["src/transfer.c": "int transfer = 2;\n"])
    let half = try fixture.merge("Tidy", ["src/offer.c": "int offer = 2;\n"])
    var others: [Int64] = []
    for number in 1...6 {
      others.append(
        try fixture.merge("Wax", ["src/door\(number).c": "int wax = \(number);\n"]))
    }
    let analysis = try fixture.analyze(symptom)
    #expect(analysis.suspects.first?.mergeRequest.iid == culprit)
    let found = try #require(evidence(analysis, culprit))
    #expect(found.file == "src/transfer.c")
    #expect(
      found.text
        == "changed src/transfer.c, as did older commits that speak of the same, such as \"Paste pictures of the clipboard once\""
    )
    #expect(try #require(evidence(analysis, half)).weight < found.weight)
    for other in others { #expect(evidence(analysis, other) == nil) }
  }

  @Test func `a long title is cut between its letters`() throws {
    let past = Int(AnalyzerFixture.now.timeIntervalSince1970) - 80 * 86400
    let long = "Paste clipboard \(String(repeating: "€", count: 40))"
    try fixture.commit(["src/cut.c": "int cut;\n"], message: long, at: past)
    let tip = try fixture.upstream.gitText("rev-parse", "refs/heads/main")
    let found = Precedents(
      HistoryReader(try Repository(bareAt: fixture.upstream.path)),
      behind: try #require(ObjectID(hex: tip)),
      before: Int64(AnalyzerFixture.now.timeIntervalSince1970), tokens: ["paste", "clipboard"],
      projects: 1)
    #expect(
      found.titles[Array("src/cut.c".utf8)]
        == "Paste clipboard \(String(repeating: "€", count: 21))")
  }

  @Test func `commits of the window are no precedents`() throws {
    let worded = try fixture.merge(
      "Paste pictures from the clipboard", ["src/late.c": "int late = 1;\n"])
    let later = try fixture.merge("Simplify", ["src/late.c": "int late = 2;\n"])
    let analysis = try fixture.analyze(symptom)
    #expect(evidence(analysis, worded) == nil)
    #expect(evidence(analysis, later) == nil)
  }

  @Test func `a file that was renamed since is known by its old path`() throws {
    let culprit = try fixture.merge(
      "Move", ["src/moved.c": "int transfer = 1;\n"], removing: ["src/transfer.c"])
    try fixture.merge("Wax", ["src/door1.c": "int wax;\n"])
    #expect(evidence(try fixture.analyze(symptom), culprit)?.file == "src/moved.c")
  }

  @Test func `of many projects less of each is looked through`() {
    #expect(
      [0, 1, 4, 10, 500].map { Precedents.commits(of: $0) } == [5000, 5000, 5000, 2000, 200])
  }

  @Test func `a search beside other work finds what one by itself does, however many wait for it`()
    throws
  {
    let path = fixture.upstream.path
    let tip = try fixture.upstream.gitText("rev-parse", "refs/heads/main")
    let revision = try #require(ObjectID(hex: tip))
    let time = Int64(AnalyzerFixture.now.timeIntervalSince1970)
    let tokens = ["paste", "clipboard"]
    let alone = Precedents(
      HistoryReader(try Repository(bareAt: path)), behind: revision, before: time,
      tokens: tokens, projects: 1)
    #expect(!alone.shares.isEmpty)
    // More than there are threads to run them: who waits for one that nobody runs makes it.
    let found = Mutex<[[[UInt8]: Double]]>([])
    DispatchQueue.concurrentPerform(iterations: 64) { _ in
      let search = PrecedentSearch(
        bareAt: path, behind: revision, before: time, tokens: tokens, projects: 1)
      search.abandon()
      for _ in 0..<2 {
        if let shares = try? search.precedents().shares { found.withLock { $0.append(shares) } }
      }
    }
    #expect(found.withLock { $0.count } == 128)
    #expect(found.withLock { $0.allSatisfy { $0 == alone.shares } })
  }

  @Test func `a search in a repository that is gone says so`() throws {
    let search = PrecedentSearch(
      bareAt: fixture.directory.appendingPathComponent("gone").path, behind: .emptyTree, before: 0,
      tokens: ["paste"], projects: 1)
    #expect(throws: GitError.self) { try search.precedents() }
  }

  @Test func `a trace without prose asks for none`() throws {
    let culprit = try fixture.merge("Simplify", ["src/transfer.c": "int transfer = 2;\n"])
    let analysis = try fixture.analyze("#0  transfer () at src/transfer.c:1\n")
    #expect(evidence(analysis, culprit) == nil)
  }
}
