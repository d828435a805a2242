import Cache
import Foundation
import Testing

@testable import Correlation

@Suite struct ExplanationTests {
  private func explanation(
    lines: ClosedRange<Int>? = 7...7, amount: Int = 1, isMoved: Bool = false,
    snippet: [SnippetLine] = [], _ kinds: (kind: String, frame: Int?, line: Int?)...
  ) -> String {
    let at = Date(timeIntervalSince1970: 1_760_000_000)
    let request = CachedMergeRequest(
      iid: 1, gitlabID: 1, title: "t", description: "", state: "merged", isDraft: false,
      authorName: nil, authorUsername: nil, createdAt: at, updatedAt: at, mergedAt: at,
      closedAt: nil, targetBranch: "main", sourceBranch: "b", sourceProjectID: 1, labels: [],
      webURL: nil, mergeCommitSHA: nil, squashCommitSHA: nil)
    return Suspect(
      repository: "acme/shop", mergeRequest: request, file: "src/pool.c", function: "pool_take",
      lines: lines, score: 0.5, confidence: 0.5,
      evidence: kinds.map {
        Evidence(
          kind: $0.kind, frame: $0.frame, file: "src/pool.c", line: $0.line, weight: 1,
          text: "did \($0.kind)", amount: amount, isMoved: isMoved)
      }, snippet: snippet
    ).explanation
  }

  @Test func `the line comes first, and what follows from it is left out`() {
    #expect(
      explanation(
        ("topFile", 0, 7), ("newestAtLine", 0, 7), ("line", 0, 7), ("share", 0, 7),
        ("words", nil, nil))
        == "It wrote line 7 of pool.c, where the trace breaks. It also changed 1 line of it and did words."
    )
  }

  @Test func `a place near the line is told by its distance`() {
    #expect(
      explanation(lines: 10...12, ("nearCrash", 2, 7))
        == "It changed line 10 of pool.c, 3 lines from line 7, where the trace breaks.")
    #expect(
      explanation(("nearLine", 3, 7))
        == "It took lines out at line 7 of pool.c, which the trace passes through in frame 3.")
  }

  @Test func `functions, files and words have sentences of their own`() {
    #expect(
      explanation(("crashFunction", 0, 7), ("rarity", 0, 7), ("newestInFunction", 0, 7))
        == "It changed pool_take in pool.c, where the trace breaks. No other touched that file in the window, and it is the newest change of that function."
    )
    #expect(
      explanation(amount: 3, ("crashFunction", 0, 7), ("rarity", 0, 7))
        == "It changed pool_take in pool.c, where the trace breaks. Few others touched that file in the window."
    )
    #expect(
      explanation(amount: 9, ("crashFunction", 0, 7), ("rarity", 0, 7), ("newestInFile", 0, 7))
        == "It changed pool_take in pool.c, where the trace breaks. It also did rarity and did newestInFile."
    )
    #expect(explanation(("mention", nil, nil)) == "It changed pool.c, which the symptom names.")
    #expect(
      explanation(("titleWords", nil, nil), ("words", nil, nil), ("recency", nil, nil))
        == "It did titleWords. It also did recency.")
    #expect(explanation() == "It was merged in the window.")
  }

  @Test func `lines that were taken out are not told as changed`() {
    let context = [6, 7, 8].map {
      SnippetLine(number: $0, text: "x", isChanged: false, isNamed: $0 == 7)
    }
    #expect(
      explanation(lines: 6...6, snippet: context, ("nearCrash", 0, 7))
        == "It took lines out at line 6 of pool.c, next to line 7, where the trace breaks.")
  }

  @Test func `a line that the trace does not have is not where it breaks`() {
    #expect(
      explanation(isMoved: true, ("line", 0, 7), ("topFile", 0, 7))
        == "It wrote line 7 of pool.c, in the function where the trace breaks.")
    #expect(
      explanation(isMoved: true, ("nearCrash", 0, 7), ("line", 3, 7))
        == "It wrote line 7 of pool.c, in the function that the trace passes through in frame 3.")
  }
}
