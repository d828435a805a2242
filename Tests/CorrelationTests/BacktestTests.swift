import Cache
import Foundation
import TestSupport
import Testing

@testable import Correlation

/// A cached project whose history says of itself what broke.
private final class PastFixture {
  static let now = Date(timeIntervalSince1970: 1_760_000_000)

  let upstream: GitFixture
  let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("backtest-\(UUID().uuidString)")
  let cache: CacheStore
  private var time = 1_750_000_000
  private var merged: [LandedMergeRequest] = []

  init() throws {
    upstream = try GitFixture()
    cache = try CacheStore(directory: directory.path, access: .readWrite)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  /// Commits a file on main, some hours after the commit before, and returns the commit.
  @discardableResult
  func commit(_ path: String, _ text: String, _ message: String, hours: Int = 6) throws -> String {
    time += hours * 3600
    var stream = "commit refs/heads/main\ncommitter Ada <ada@example.com> \(time) +0000\n"
    stream += "data \(message.utf8.count)\n\(message)\n"
    if try !upstream.gitText("for-each-ref", "refs/heads/main").isEmpty {
      stream += "from refs/heads/main^0\n"
    }
    stream += "M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n"
    try upstream.git("fast-import", "--quiet", "--force", input: Array(stream.utf8))
    return try upstream.gitText("rev-parse", "refs/heads/main")
  }

  /// Lands a merge request that changes a file, and returns its head.
  @discardableResult
  func merge(
    _ title: String, _ path: String, _ text: String, message: String? = nil,
    description: String = "", hours: Int = 6
  ) throws -> String {
    let base = try upstream.gitText("rev-parse", "refs/heads/main")
    let head = try commit(path, text, message ?? title, hours: hours)
    let at = Date(timeIntervalSince1970: Double(time))
    let iid = Int64(merged.count + 1)
    merged.append(
      LandedMergeRequest(
        request: CachedMergeRequest(
          iid: iid, gitlabID: iid, title: title, description: description, state: "merged",
          isDraft: false, authorName: "Ada", authorUsername: "ada",
          createdAt: at.addingTimeInterval(-60), updatedAt: at,
          mergedAt: at, closedAt: nil, targetBranch: "main", sourceBranch: "b\(iid)",
          sourceProjectID: 1, labels: [], webURL: nil, mergeCommitSHA: nil, squashCommitSHA: nil),
        base: base, head: head))
    return head
  }

  func project() throws -> CachedProject {
    try cache.add(merged, of: upstream, lookbackDays: 365, at: Self.now)
  }

  func cases(_ project: CachedProject, days: Int = 30) throws -> [PastCase] {
    try PastCaseFinder(cache: cache, project: project).find(
      branch: "main", since: .distantPast, lookbackDays: days, most: 100)
  }
}

private func module(_ name: String, _ value: Int) -> String {
  "int\n\(name)_run (void)\n{\n  int value = \(value);\n  return value;\n}\n"
}

@Suite struct BacktestTests {
  private func fixture() throws -> PastFixture {
    let fixture = try PastFixture()
    for name in ["pool", "door", "cart", "mail"] {
      try fixture.commit("src/\(name).c", module(name, 1), "Add \(name)")
    }
    return fixture
  }

  @Test func `reverts, trailers and sentences name past culprits`() throws {
    let fixture = try fixture()
    let pool = try fixture.merge("Take more from the pool", "src/pool.c", module("pool", 2))
    try fixture.merge(
      "Revert the pool", "src/pool.c", module("pool", 1),
      message:
        "Revert \"Take more from the pool\"\n\nIt made the shop run dry on every Monday morning.\n\nThis reverts commit \(pool).\n"
    )
    let door = try fixture.merge("Paint the door", "src/door.c", module("door", 2))
    try fixture.merge(
      "Open the door", "src/door.c", module("door", 3),
      message:
        "Open the door again\n\nNobody could come into the shop any more.\n\nFixes: \(door.prefix(12)) (\"Paint the door\")\n"
    )
    try fixture.merge("Fill the cart", "src/cart.c", module("cart", 2))
    try fixture.commit(
      "src/cart.c", module("cart", 3),
      "Empty the cart\n\nCustomers found goods of others in theirs. Regression from !5.\n")
    try fixture.merge("Send mail", "src/mail.c", module("mail", 2))
    try fixture.merge(
      "Hold the mail", "src/mail.c", module("mail", 3),
      description: "Every customer got ten letters. This regressed in !6.")
    let project = try fixture.project()
    let cases = try fixture.cases(project)
    #expect(cases.map(\.culprit) == [6, 5, 3, 1])
    for past in cases {
      let texts = past.symptoms.map(\.text).joined()
      for word in [
        "!", String(pool.prefix(7)), String(door.prefix(7)), "Take more", "Paint the door",
      ] {
        #expect(!texts.contains(word), "\(word) in \(texts)")
      }
      #expect(past.at <= fixture.now(of: past.fix), "nothing of the repair's time or later counts")
    }
    #expect(cases[3].symptoms.map(\.form) == PastCase.Form.allCases)
    #expect(cases[3].symptoms[0].text == "#0  pool_run () at src/pool.c:4\n")
    #expect(
      cases[3].symptoms[2].text == "It made the shop run dry on every Monday morning.")

    let report = try Backtest(directory: fixture.directory.path, project: project, workers: 2)
      .run(lookbackDays: 30, fits: true, at: PastFixture.now, progress: { _, _ in })
    #expect(report.cases == 4)
    #expect(report.olderCases == 0)
    #expect(report.forms.map(\.form) == ["trace", "files", "words", "wordsAndTrace"])
    #expect(report.forms[0].top1 == Backtest.Share(count: 4, total: 4))
    #expect(report.fit == .tooFew(needed: Backtest.fewestCases))
    let again = try Backtest(directory: fixture.directory.path, project: project, workers: 1)
      .run(lookbackDays: 30, fits: true, at: PastFixture.now, progress: { _, _ in })
    #expect(again == report)
  }

  @Test func `an older culprit, and what is brought back, are no hits`() throws {
    let fixture = try fixture()
    let pool = try fixture.merge("Take more from the pool", "src/pool.c", module("pool", 2))
    let revert = try fixture.merge(
      "Revert the pool", "src/pool.c", module("pool", 1),
      message: "Revert \"Take more from the pool\"\n\nThis reverts commit \(pool).\n", hours: 960)
    try fixture.merge(
      "Again", "src/pool.c", module("pool", 2),
      message:
        "Revert \"Revert \"Take more from the pool\"\"\n\nThis reverts commit \(revert).\n")
    let project = try fixture.project()
    let report = try Backtest(directory: fixture.directory.path, project: project, workers: 1)
      .run(lookbackDays: 30, fits: false, at: PastFixture.now, progress: { _, _ in })
    #expect(report.cases == 0)
    #expect(report.olderCases == 1)
    #expect(report.forms[0].top1.total == 0)
    #expect(report.forms[0].abstained.total == 1)
    #expect(report.fit == nil)
  }

  @Test func `a history without regressions has no cases`() throws {
    let fixture = try fixture()
    try fixture.merge("Take more from the pool", "src/pool.c", module("pool", 2))
    let report = try Backtest(
      directory: fixture.directory.path, project: fixture.project(), workers: 2
    ).run(lookbackDays: 30, fits: true, at: PastFixture.now, progress: { _, _ in })
    #expect(report.cases == 0)
    #expect(report.forms.isEmpty)
  }

  @Test(arguments: [
    (8, 10, 0.4902, 0.9433), (0, 5, 0.0, 0.4345), (5, 5, 0.5655, 1.0), (0, 0, 0.0, 1.0),
  ])
  func `intervals are Wilson's`(count: Int, total: Int, lower: Double, upper: Double) {
    let interval = Backtest.Share(count: count, total: total).interval
    #expect(abs(interval.lowerBound - lower) < 0.0005)
    #expect(abs(interval.upperBound - upper) < 0.0005)
  }
}

extension PastFixture {
  fileprivate func now(of commit: String) -> Date {
    let seconds = (try? upstream.gitText("log", "-1", "--format=%ct", commit)).flatMap {
      Double($0)
    }
    return Date(timeIntervalSince1970: seconds ?? 0)
  }
}

@Suite struct PastProseTests {
  private func words(_ message: String, titles: String...) -> String {
    PastProse(titles: titles).words(message)
  }

  @Test func `the answer is taken out, and the rest is left`() {
    #expect(
      words(
        """
        pool: Give back what was taken

        The shop ran dry on Mondays, because "Take more
        from the pool" forgot to give back. It was broken by 0bace8dbde49 in May. See
        https://example.com/x and #12 for more.

        This is a regression from acme/shop!12.
        Fixes: 0bace8dbde49 ("Take more
        from the pool")
        Part-of: <https://gitlab.example/acme/shop/-/merge_requests/13>
        """, titles: "Take more from the pool")
        == "pool: Give back what was taken\n\nThe shop ran dry on Mondays, because \"\" forgot to give back. See and for more."
    )
  }

  @Test func `templates and hostile messages end`() {
    #expect(words("Revert \"X\"\n\n/label ~bug\n- [ ] tested\n<!-- hint -->\n## What\n") == "")
    let long = String(repeating: "a b! ", count: 100_000)
    #expect(words(long, titles: "a b! a b!").utf8.count < 20_000)
    // Words that look like ids are words; numbers alone are no ids.
    #expect(
      words("The facade was defaced 20251010 times.") == "The facade was defaced 20251010 times.")
  }
}

@Suite struct FittedWeightsTests {
  private func trial(_ index: Int, _ candidates: [Observations], _ answer: Int?) -> Backtest.Trial {
    Backtest.Trial(
      form: .trace, situation: Situation(candidates: candidates, places: [], hasProse: false),
      culprit: Int64(index / 2), answer: answer, isLost: false)
  }

  /// Trials in which size alone tells, which the standard weights give little to.
  private func telling(_ count: Int) -> [Backtest.Trial] {
    (0..<count).map { index in
      let candidates = (0..<6).map { place -> Observations in
        var observations = Observations()
        observations.raise(.size, to: place == index % 6 ? 1 : 0.1)
        return observations
      }
      return trial(index, candidates, index % 6)
    }
  }

  /// Trials in which nothing tells, and the standard weights expect as many culprits as there are.
  private func untelling(_ count: Int) -> [Backtest.Trial] {
    let candidates = [Observations](repeating: Observations(), count: 6)
    let none = Situation(candidates: candidates, places: [], hasProse: false)
      .probabilities(.standard).last
    let older = Int((Double(count) * (none ?? 0)).rounded())
    return (0..<count).map { trial($0, candidates, $0 * 7 % count < older ? nil : $0 % 6) }
  }

  @Test func `a fit is kept where it is better on cases that it has not seen`() throws {
    let fixture = try PastFixture()
    try fixture.commit("a.c", "x\n", "Add a")
    let backtest = Backtest(
      directory: fixture.directory.path, project: try fixture.project(), workers: 1)
    guard
      case .judged(let good) = backtest.fit(telling(40), cases: 40, at: .distantPast),
      case .judged(let bad) = backtest.fit(untelling(41), cases: 40, at: .distantPast)
    else {
      Issue.record("not judged")
      return
    }
    #expect(good.weights != nil && good.shortcomings.isEmpty)
    #expect(good.fittedLoss < good.standardLoss)
    #expect(good.forms[0].top1.count == 40)
    #expect(bad.weights == nil)
    #expect(bad.shortcomings.contains(.lowersLossTooLittle(needed: 0.02)))
    #expect(
      backtest.fit(telling(10), cases: 10, at: .distantPast) == .tooFew(needed: 20))
  }

  @Test func `what a trait adds is fitted where enough culprits were sought with it`() throws {
    let fixture = try PastFixture()
    try fixture.commit("a.c", "x\n", "Add a")
    let backtest = Backtest(
      directory: fixture.directory.path, project: try fixture.project(), workers: 1)
    // By words alone the old one is guilty, by files the young one.
    func trials(_ count: Int) -> [Backtest.Trial] {
      (0..<count).map { index in
        let candidates = (0..<6).map { place -> Observations in
          var observations = Observations()
          observations.raise(.age, to: place == index % 6 ? 0.5 : 0.1)
          return observations
        }
        let place = Place(
          path: [0x61], frame: nil, line: nil, name: nil, function: nil, belief: 1, nearness: 1,
          rank: 0)
        let isOld = index / 2 % 2 == 0
        return Backtest.Trial(
          form: .words,
          situation: Situation(
            candidates: isOld
              ? candidates
              : candidates.map { old in
                var young = Observations()
                young.raise(.age, to: 0.6 - old[.age].value)
                return young
              }, places: isOld ? [] : [place], hasProse: false),
          culprit: Int64(index / 2), answer: index % 6, isLost: false)
      }
    }
    guard case .judged(let few) = backtest.fit(trials(80), cases: 40, at: .distantPast),
      case .judged(let many) = backtest.fit(trials(200), cases: 100, at: .distantPast)
    else {
      Issue.record("not judged")
      return
    }
    #expect(few.traits.isEmpty)
    #expect(many.traits == ["files", "words"])
    #expect(many.fittedLoss < few.fittedLoss)
    let kept = try #require(many.weights?.weights)
    #expect(kept.weight(of: .age, in: [.words]) > 0)
    #expect(kept.weight(of: .age, in: [.files]) < 0)
    let standard = Weights.standard
    #expect(kept.adjustments[.lines] == standard.adjustments[.lines])
  }

  @Test func `weights are stored beside the cache, and others' are not believed`() throws {
    let fixture = try PastFixture()
    try fixture.commit("a.c", "x\n", "Add a")
    let file = FittedWeightsFile(
      cache: fixture.directory.path, project: try fixture.project())
    #expect(try file.read() == nil)
    #expect(try file.remove() == false)
    var weights = FittedWeights(.standard, cases: 31, at: PastFixture.now)
    try file.write(weights)
    #expect(file.path.hasSuffix("/weights/test/1.json"))
    #expect(try file.read() == weights)
    #expect(try file.read()?.isUsable == true)
    weights.algorithm += 1
    #expect(!weights.isUsable)
    weights.algorithm -= 1
    weights.features["line"] = 1e9
    #expect(!weights.isUsable)
    weights.features["line"] = 1
    #expect(weights.isUsable)
    weights.adjustments["words"]?["age"] = .infinity
    #expect(!weights.isUsable)
    weights.adjustments["words"] = ["nothing": 1]
    #expect(!weights.isUsable)
    weights.adjustments["words"] = nil
    #expect(weights.isUsable)
    weights.adjustments["nothing"] = [:]
    #expect(!weights.isUsable)
    weights.adjustments["nothing"] = nil
    weights.features["line"] = nil
    #expect(!weights.isUsable)
    try Data("{".utf8).write(to: URL(fileURLWithPath: file.path))
    #expect(throws: FittedWeightsFile.Unreadable.self) { try file.read() }
    #expect(try file.remove())
  }
}
