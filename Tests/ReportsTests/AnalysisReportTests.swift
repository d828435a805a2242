import Cache
import Foundation
import Testing

@testable import Correlation
@testable import Reports

private let hostile = "\u{1B}]0;owned\u{7}<script>alert(1)</script>\u{202E}\u{9B}31m&\"'"

private func suspect(
  _ iid: Int64 = 12, title: String = "Take from the pool", confidence: Double = 0.7,
  url: String? = "https://gitlab.example/acme/shop/-/merge_requests/12",
  evidence: [Evidence]? = nil, code: String = "int size = pool->n;"
) -> Suspect {
  let at = Date(timeIntervalSince1970: 1_760_000_000)
  let request = CachedMergeRequest(
    iid: iid, gitlabID: iid, title: title, description: "", state: "merged", isDraft: false,
    authorName: "Ada", authorUsername: "ada", createdAt: at, updatedAt: at, mergedAt: at,
    closedAt: nil, targetBranch: "main", sourceBranch: "b", sourceProjectID: 1, labels: [],
    webURL: url, mergeCommitSHA: nil, squashCommitSHA: nil)
  return Suspect(
    repository: "acme/shop", mergeRequest: request, file: "src/pool.c", function: "pool_take",
    lines: 7...7, score: confidence, confidence: confidence,
    evidence: evidence ?? [
      Evidence(
        kind: "line", frame: 0, file: "src/pool.c", line: 7, weight: 1,
        text: "wrote line 7 of src/pool.c")
    ],
    snippet: [
      SnippetLine(number: 6, text: "{", isChanged: false, isNamed: false),
      SnippetLine(number: 7, text: code, isChanged: true, isNamed: true),
    ])
}

private func analysis(_ suspects: [Suspect], explanation: String? = nil) -> Analysis {
  var analysis = Analysis(
    AnalysisQuery(
      symptom: Symptom.parse("x"), scopes: [],
      at: Date(timeIntervalSince1970: 1_760_086_400), lookbackDays: 30))
  analysis.repositories = ["acme/shop"]
  analysis.revisions = ["acme/shop": String(repeating: "a", count: 40)]
  analysis.references = [
    Reference(
      repository: "acme/shop", name: "refs/heads/main", sha: String(repeating: "b", count: 40))
  ]
  analysis.suspects = suspects
  analysis.candidates = 57
  analysis.explanation = explanation
  return analysis
}

@Suite struct AnalysisReportTests {
  private func report(_ analysis: Analysis, notes: [String] = []) -> AnalysisReport {
    AnalysisReport(analysis, notes: notes, answeredOffline: true)
  }

  @Test func `of hundreds of repositories only those of the suspects are named`() {
    var many = analysis([suspect()])
    many.repositories += (1..<500).map { "acme/other\($0)" }
    for path in many.repositories { many.revisions[path] = String(repeating: "c", count: 40) }
    let text = report(many).text
    #expect(text.contains("in 500 repositories\nare candidates."))
    #expect(text.contains("Read acme/shop at cccccccccccc"))
    #expect(text.contains("Read 499 repositories more, at commits that the JSON lists."))
    #expect(!text.contains("acme/other"))
  }

  @Test func `directories that alone were looked at stand beside their repository`() {
    var narrow = analysis([suspect()])
    #expect(!String(decoding: report(narrow).json.line, as: UTF8.self).contains("pathPrefixes"))
    narrow.pathPrefixes = ["acme/shop": ["src/x11"]]
    #expect(report(narrow).headline.hasSuffix(" in acme/shop below src/x11 are candidates."))
    #expect(report(narrow).html.contains("in acme/shop below src/x11 are candidates."))
    #expect(
      String(decoding: report(narrow).json.line, as: UTF8.self)
        .contains(#""repositories":["acme/shop"],"pathPrefixes":{"acme/shop":["src/x11"]},"#))
    narrow.pathPrefixes = ["acme/shop": ["a", "b"]]
    narrow.repositories.append("acme/web")
    #expect(report(narrow).headline.contains("in acme/shop below a and b, acme/web are"))
    narrow.pathPrefixes = ["acme/shop": ["a", "b", "c", "d", "e"]]
    #expect(report(narrow).headline.contains("in acme/shop below a, b, c and 2 more, acme/web are"))
    narrow.repositories += (1..<9).map { "acme/other\($0)" }
    #expect(
      report(narrow).headline.contains("in 10 repositories (in parts alone of 1 of them) are"))
  }

  @Test func `a terminal gets the suspect, why, and the line that broke`() {
    let text = report(analysis([suspect()]), notes: ["Mind the gap."]).text
    #expect(
      text == """
        57 merge requests of the 30 days before 2025-10-10T08:53:20Z in acme/shop are
        candidates.
        Note: Mind the gap.

        1. !12 Take from the pool
           Ada, merged 2025-10-09T08:53:20Z (24 hours before), confidence 70 %
           https://gitlab.example/acme/shop/-/merge_requests/12
           It wrote line 7 of pool.c, which the trace passes through in frame 0.

           src/pool.c, pool_take
              6  {
           >+ 7  int size = pool->n;

        Read acme/shop at aaaaaaaaaaaa, where refs/heads/main is bbbbbbbbbbbb.
        The symptom has no frames.
        Rules of version \(Analyzer.algorithmVersion), standard weights.

        """)
  }

  @Test func `no good suspect is said plainly, with the nearest`() {
    let age = Evidence(
      kind: "recency", frame: nil, file: "a", line: nil, weight: 1, text: "was merged just now")
    let text = report(
      analysis(
        [suspect(confidence: 0.1), suspect(13, confidence: 0.1, evidence: [age])],
        explanation: "Nothing stands out.")
    ).text
    #expect(text.contains("No good suspect. Nothing stands out.\n"))
    #expect(text.contains("10 %  !12 Take from the pool\n"))
    // Its age alone does not bring a merge request near.
    #expect(!text.contains("!13"))
  }

  @Test func `no line but an address is wider than a terminal`() {
    let long = String(repeating: "漢字 wide 🙂 ", count: 30) + String(repeating: "x", count: 300)
    let all = (1...6).map {
      suspect($0, title: long, confidence: 0.8 / Double($0), code: "\t\t" + long)
    }
    for analysis in [
      analysis(all),
      analysis(all.map { suspect($0.mergeRequest.iid, title: long, confidence: 0.1) }),
    ] {
      let text = report(analysis, notes: [long]).text
      for line in text.split(separator: "\n") where !line.contains("https://") {
        #expect(TerminalText.width(line) <= 80, "\(line)")
      }
    }
  }

  @Test func `escapes and markup from outside are harmless`() {
    var hostileAnalysis = analysis([
      suspect(title: hostile, url: "javascript:alert(1)", code: hostile)
    ])
    hostileAnalysis.services = [hostile]
    hostileAnalysis.repositories = [hostile]
    let report = report(hostileAnalysis, notes: [hostile])
    #expect(!report.text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(!report.text.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{9B}" })
    let page = report.html
    #expect(!page.contains("<script"))
    #expect(!page.contains("href=\"javascript"))
    #expect(!page.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(!page.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{9B}" })
  }

  @Test func `the page shows what hides in text or turns it around`() {
    let page = report(analysis([suspect(title: "a\u{202E}b\u{61C}c\u{200B}d\u{2067}é 漢 🙂 &'")]))
      .html
    #expect(page.contains(#"a\u{202e}b\u{61c}c\u{200b}d\u{2067}é 漢 🙂 &amp;&#39;</a>"#))
  }

  @Test func `the page needs nothing from elsewhere`() {
    let page = report(analysis([suspect()])).html
    for word in ["<script", " src=", "url(", "@import", "<link", "<img", "<iframe"] {
      #expect(!page.contains(word), "\(word)")
    }
    #expect(page.contains("default-src 'none'"))
    #expect(page.contains("<span class=\"changed named\">&gt;+ 7  int size = pool-&gt;n;</span>"))
    #expect(page.contains("href=\"https://gitlab.example/acme/shop/-/merge_requests/12\""))
  }

  @Test func `JSON has the keys of the design`() throws {
    let json = report(analysis([suspect()])).json
    guard case .object(let members) = json else {
      Issue.record("no object")
      return
    }
    #expect(
      members.map(\.0) == [
        "at", "lookbackDays", "repositories", "revision", "codeCorrelation", "suspects",
        "candidates", "symptom", "exonerated", "refs", "algorithm", "weights", "notes",
        "answeredOffline",
      ])
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(json.line)) as? [String: Any])
    let correlation = try #require(object["codeCorrelation"] as? [String: Any])
    #expect(correlation["available"] as? Bool == true)
    let code = try #require(correlation["suspectedCode"] as? [String: Any])
    #expect(Set(code.keys) == ["repo", "filePath", "functionName", "lineRange", "snippet"])
    let cause = try #require(correlation["causalPR"] as? [String: Any])
    #expect(
      Set(cause.keys)
        == ["id", "title", "author", "mergedAt", "url", "confidence", "explanation"])
    let first = try #require((object["suspects"] as? [[String: Any]])?.first)
    #expect(
      Set(first.keys) == [
        "repository", "mergeRequest", "sha", "title", "author", "mergedAt", "url", "score",
        "confidence", "file", "function", "lines", "evidence",
      ])
  }

  @Test func `fitted weights are named`() throws {
    let weights = FittedWeights(
      .standard, cases: 31, at: Date(timeIntervalSince1970: 1_760_000_000))
    let report = AnalysisReport(
      analysis([suspect()]), weights: weights, answeredOffline: true)
    #expect(report.text.contains("weights fitted to 31 past regressions of this repository."))
    #expect(
      String(decoding: report.json.line, as: UTF8.self).contains(
        #""weights":{"kind":"fitted","cases":31,"fittedAt":"2025-10-09T08:53:20Z"}"#))
  }
}

@Suite struct AnalysisCapsuleTests {
  private let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("capsule-\(UUID().uuidString)")

  private func capsule(
    _ symptom: [UInt8] = Array("it broke".utf8), confidence: Double = 0.7, title: String = "Take",
    isRaw: Bool = false
  ) throws -> AnalysisCapsule {
    let cache = try CacheStore(directory: directory.path, access: .readWrite)
    defer { try? FileManager.default.removeItem(at: directory) }
    let analysis = analysis([suspect(title: title, confidence: confidence)])
    let query = AnalysisQuery(
      symptom: Symptom.parse(symptom), scopes: [], at: analysis.at, lookbackDays: 30)
    let answer = AnalysisReport(analysis, answeredOffline: true).json
    return try AnalysisCapsule(
      symptom: symptom, query: query, analysis: analysis,
      basis: AnalysisBasis(query, analysis, in: cache), notes: [], weights: nil,
      answer: isRaw ? answer.digestedLine : answer.line)
  }

  @Test func `a capsule is read back, and the same one is the same bytes`() throws {
    let bytes = try capsule().bytes()
    #expect(try capsule().bytes() == bytes)
    let read = try AnalysisCapsule(bytes: bytes)
    #expect(read.question.symptom == Data("it broke".utf8))
    #expect(read.differences(from: try capsule()).isEmpty)
  }

  @Test func `a changed byte is told`() throws {
    let bytes = try capsule().bytes()
    let text = String(decoding: bytes, as: UTF8.self)
    for (old, new) in [
      ("0.7", "0.8"), ("\"lookbackDays\":30", "\"lookbackDays\":31"), ("{", "{ "),
      ("\"notes\":[]", "\"notes\":[],\"more\":1"),
    ] {
      let range = try #require(text.range(of: old))
      let changed = text.replacingCharacters(in: range, with: new)
      #expect(throws: AnalysisCapsule.Failure.altered) {
        try AnalysisCapsule(bytes: Data(changed.utf8))
      }
    }
    #expect(throws: AnalysisCapsule.Failure.unreadable) {
      try AnalysisCapsule(bytes: bytes.dropLast(9))
    }
    #expect(throws: AnalysisCapsule.Failure.otherVersion(1)) {
      try AnalysisCapsule(bytes: Data(#"{"version":1}"#.utf8))
    }
  }

  @Test func `hostile capsules end in an error`() throws {
    let deep = String(repeating: "[", count: 100_000)
    for text in [
      "", "null", "[]", "{}", deep, #"{"version":3}"#, #"{"version":3,"question":\#(deep)}"#,
      #"{"version":99999999999999999999}"#,
    ] {
      #expect(throws: AnalysisCapsule.Failure.self) {
        try AnalysisCapsule(bytes: Data(text.utf8))
      }
    }
    let text = String(decoding: try capsule().bytes(), as: UTF8.self)
    let at = try #require(text.range(of: "\"at\":"))
    let early = text.replacingCharacters(in: at, with: "\"at\":-9223372036854775808,\"was\":")
    #expect(throws: AnalysisCapsule.Failure.self) {
      try AnalysisCapsule(bytes: Data(early.utf8))
    }
    let large = [UInt8](repeating: 0x61, count: AnalysisCapsule.maximumSymptomBytes + 1)
    #expect(throws: AnalysisCapsule.Failure.tooLarge(bytes: large.count)) {
      try capsule(large)
    }
  }

  @Test func `an answer that escapes less is the same`() throws {
    let title = "Take \u{202E}\u{9B}é"
    let old = try capsule(title: title, isRaw: true)
    let new = try capsule(title: title)
    #expect(old.answer.contains("\u{202E}") && !new.answer.contains("\u{202E}"))
    #expect(old.differences(from: new).isEmpty)
    #expect(try !old.differences(from: capsule(title: "Take é")).isEmpty)
  }

  @Test func `a replay says what differs`() throws {
    #expect(
      try capsule().differences(from: capsule(confidence: 0.6)).last
        == "The suspects and their order are the same; a confidence differs by up to 10.0 points.")
    #expect(
      try capsule().differences(from: capsule(title: "Give")).last
        == "The suspects and their confidence are the same; details differ.")
    #expect(
      try capsule().differences(from: capsule(title: "Give")).first?.hasPrefix("Nothing") == true)
  }
}

@Suite struct BacktestReportTests {
  private func share(_ count: Int, _ total: Int) -> Backtest.Share {
    Backtest.Share(count: count, total: total)
  }

  private func report(_ fit: Backtest.FitResult? = nil, cases: Int = 31) -> Backtest.Report {
    Backtest.Report(
      lookbackDays: 30, cases: cases, olderCases: cases == 0 ? 0 : 10,
      forms: [
        Backtest.FormResult(
          form: "wordsAndTrace", top1: share(27, 31), top3: share(31, 31),
          meanReciprocalRank: 0.9355, abstained: share(6, 10), right: share(0, 0))
      ], fit: fit)
  }

  private func text(
    _ report: Backtest.Report, stored: FittedWeights? = nil
  ) -> String {
    BacktestReport(report, repository: "acme/shop", stored: stored).text
  }

  @Test func `shares have their intervals, in 80 columns`() {
    let text = text(report())
    #expect(
      text.hasPrefix(
        """
        acme/shop: 31 past regressions with the culprit in the 30 days before, 10 with
        an older one.

        symptom         first        in three   MRR      abstains  right
        both     87 % (71-95)  100 % (89-100)  0.94  60 % (31-83)      -

        """))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func `it is said whether a fit is kept`() {
    let weights = FittedWeights(
      .standard, cases: 31, at: Date(timeIntervalSince1970: 1_760_000_000))
    var heldOut = Backtest.HeldOut(
      folds: 5, traits: [], forms: report().forms, standardLoss: 1.2, fittedLoss: 1.25,
      shortcomings: [.lowersLossTooLittle(needed: 0.02)], weights: nil)
    func told() -> String {
      text(report(.judged(heldOut))).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    #expect(told().contains("they do not lower the mean loss. The standard weights stay."))
    heldOut.fittedLoss = 1.19
    #expect(told().contains("they lower the mean loss by less than 2 %. The standard"))
    heldOut.shortcomings = [.ranksLower(fitted: 0.7134, standard: 0.7266)]
    #expect(
      told().contains(
        "They are not kept: they rank the culprits lower (MRR 0.71 instead of 0.73 over all symptoms). The"
      ))
    heldOut.shortcomings = [.ranksLower(fitted: 0.7134, standard: 0.7137)]
    #expect(told().contains("(MRR 0.713 instead of 0.714 over"))
    #expect(!text(report(.judged(heldOut))).contains("weights of their own"))
    heldOut.weights = weights
    heldOut.traits = ["lines", "prose"]
    let words = text(report(.judged(heldOut))).split(whereSeparator: \.isWhitespace)
    #expect(words.joined(separator: " ").contains("where a symptom has lines, prose."))
    #expect(text(report(.judged(heldOut)), stored: weights).contains("and are kept"))
    #expect(text(report(.tooFew(needed: 20))).contains("fewer than 20 regressions"))
    #expect(text(report(), stored: weights).contains("'--reset'"))
    #expect(text(report(cases: 0)).contains("no past regression to try"))
  }

  @Test func `JSON has shares, intervals and what was kept`() {
    let line = String(
      decoding: BacktestReport(
        report(.tooFew(needed: 20)), repository: "acme/shop", stored: nil
      ).json.line, as: UTF8.self)
    #expect(line.contains(#""top1":{"value":0.871,"of":31,"interval":[0.7115,0.9487]}"#))
    #expect(line.contains(#""rightWhenNamed":{"value":null,"of":0,"interval":[0.0,1.0]}"#))
    #expect(line.contains(#""fit":{"kept":false,"casesNeeded":20},"storedWeights":null"#))
  }
}
