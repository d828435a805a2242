import Cache
import Foundation
import Testing

@testable import Correlation

@Suite struct ExplanationTests {
  private func explanation(
    lines: ClosedRange<Int>? = 7...7, _ kinds: (kind: String, frame: Int?, line: Int?)...
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
          text: "did \($0.kind)")
      }, snippet: []
    ).explanation
  }

  @Test func `the line comes first, and what follows from it is left out`() {
    #expect(
      explanation(
        ("topFile", 0, 7), ("newestAtLine", 0, 7), ("line", 0, 7), ("share", 0, 7),
        ("words", nil, nil))
        == "It wrote line 7 of pool.c, where the trace breaks. It also changed much of it and did words."
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
        == "It changed pool_take in pool.c, where the trace breaks. Few others touched that file in the window, and it is the newest change of that function."
    )
    #expect(explanation(("mention", nil, nil)) == "It changed pool.c, which the symptom names.")
    #expect(
      explanation(("titleWords", nil, nil), ("words", nil, nil), ("recency", nil, nil))
        == "It did titleWords. It also did recency.")
    #expect(explanation() == "It was merged in the window.")
  }
}
