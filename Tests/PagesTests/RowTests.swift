import Foundation
import Reports
import Testing

@testable import Pages

@Suite struct RowTests {
  private let rows = SamplePages().mergeRequests(1_000)

  private func query(_ items: [(name: String, value: String)]) -> MergeRequestQuery {
    MergeRequestQuery(items)
  }

  @Test func `a query says again what it was read from`() {
    let items = [
      (name: "state", value: "merged"), (name: "author", value: "Ada & Co"),
      (name: "q", value: "lock pool"), (name: "sort", value: "churn"),
      (name: "order", value: "asc"),
      (name: "page", value: "3"), (name: "dir", value: "src/a b"),
    ]
    #expect(query(query(items).items) == query(items))
    #expect(query(items).items.map(\.value) == items.map(\.value))
    #expect(MergeRequestQuery().items.isEmpty)
  }

  @Test func `what a query does not know is as usual`() {
    let odd = query([
      ("state", "x"), ("sort", "'"), ("page", "-4"), ("q", String(repeating: "a", count: 5_000)),
    ])
    #expect(odd == MergeRequestQuery())
    #expect(query([("page", "99999999999999999999")]).page == 1)
  }

  @Test func `rows are filtered by state, author and words`() {
    #expect(query([("state", "opened")]).apply(to: rows).count == 200)
    #expect(
      query([("author", "Ada Lovelace")]).apply(to: rows).allSatisfy { $0.author == "Ada Lovelace" }
    )
    #expect(query([("q", "!17")]).apply(to: rows).map(\.iid) == [17])
    #expect(query([("q", "LOCK nothing")]).apply(to: rows).isEmpty)
  }

  @Test func `rows without a value come last in either order`() {
    for sort in MergeRequestQuery.Sort.allCases {
      for order in ["asc", "desc"] {
        let found = query([("sort", sort.rawValue), ("order", order)]).apply(to: rows)
        #expect(found.count == rows.count)
        if sort == .churn { #expect(found.suffix(43).allSatisfy { $0.files == nil }) }
        if sort == .merged { #expect(found.suffix(200).allSatisfy { $0.mergedAt == nil }) }
      }
    }
    let churn = query([("sort", "churn")]).apply(to: rows).prefix(957).map(\.churn)
    #expect(churn == churn.sorted(by: >))
  }

  @Test func `an analysis of hundreds of repositories tells how many they are`() {
    func place(_ count: Int) -> String {
      let at = Date(timeIntervalSince1970: 1_760_000_000)
      return AnalysisSummary(
        id: "1", description: "x", status: .complete, createdAt: at, from: at, until: at,
        repositories: (0..<count).map { "acme/p\($0)" }
      ).place
    }
    #expect(place(2) == "acme/p0, acme/p1")
    #expect(place(489) == "489 repositories")
  }

  @Test func `GitLab's limits cut a diff behind the files or the lines that they allow`() {
    let limits = DiffLimits(files: 3, lines: 10)
    func file(_ additions: Int?) -> FileRow {
      FileRow(path: "a", status: "added", additions: additions, deletions: additions.map { _ in 1 })
    }
    #expect(limits.cut([file(1), file(nil), file(2)]) == nil)
    #expect(
      limits.cut([file(1), file(1), file(1), file(4)])
        == .init(kept: 3, files: 1, additions: 4, deletions: 1))
    #expect(
      limits.cut([file(8), file(4), file(nil)])
        == .init(kept: 1, files: 2, additions: 4, deletions: 1))
    #expect(DiffLimits(baseURL: "https://gitlab.com") == .gitlabCom)
    #expect(DiffLimits(baseURL: "https://gitlab.example.com") == .selfManaged)
  }

  @Test func `times are those of the calendar`() {
    let format = Date.ISO8601FormatStyle()
    for seconds in stride(from: -4e9, through: 1.2e10, by: 86_400 * 97.31) {
      let date = Date(timeIntervalSince1970: seconds.rounded(.down))
      #expect(CivilTime(date).iso == format.format(date))
    }
    #expect(CivilTime(.distantFuture).year == 4001)
    #expect(CivilTime(Date(timeIntervalSince1970: 1e18)).iso == "9999-12-31T23:59:59Z")
  }

  @Test func `numbers, sizes and spans read as people write them`() {
    #expect(
      [0, 999, 1_000, -12_345, 1_234_567].map(Words.number) == [
        "0", "999", "1,000", "-12,345", "1,234,567",
      ])
    #expect(
      [0, 999, 1_000, 3_210_000, 812_000_000].map(Words.bytes) == [
        "0 B", "999 B", "1 kB", "3.2 MB", "812 MB",
      ])
    #expect(
      [0.04, 7.25, 65, 3_600, 7_260].map(Words.duration) == [
        "0 s", "7.3 s", "1 min 5 s", "1 h", "2 h 1 min",
      ])
    #expect(Words.percent(.nan) == "0 %" && Words.percent(0.705) == "71 %")
    #expect(
      Words.distance(SamplePages.now, from: SamplePages.now.addingTimeInterval(300)) == "5 min ago")
    #expect(
      Words.distance(SamplePages.now.addingTimeInterval(9 * 86_400), from: SamplePages.now)
        == "in 9 days")
  }

  @Test func `progress tells the same in the page and in its event`() {
    let progress = RepositoryProgress(
      id: 7, path: "a/b", phase: .fetching, done: 50, total: 200, bytes: 2_000,
      bytesPerSecond: 1e3, perSecond: 25, secondsLeft: 5.2)
    let text = String(decoding: progress.json.line, as: UTF8.self)
    #expect(text.contains("\"share\":0.25"))
    for words in ["50 of 200 objects, 2 kB", "1 kB/s, 25/s", "about 6 s", "fetching objects"] {
      #expect(text.contains("\"\(words)\""))
      let page = SyncPage(isRunning: true, repositories: [progress])
      #expect(page.html(in: SamplePages().shell).text.contains(words))
    }
    #expect(RepositoryProgress(id: 1, path: "", phase: .done, done: 5, total: 0).share == nil)
  }

  @Test func `a bar shows the smaller part, too`() {
    #expect(
      Bars.html(additions: 1, deletions: 9_999, largest: 10_000).text
        == "<i class=\"bar a1 d19\"></i>")
    #expect(Bars.html(additions: 0, deletions: 0, largest: 10_000).isEmpty)
    #expect(
      Bars.html(additions: 5, deletions: 0, largest: 1_000_000).text
        == "<i class=\"bar a1 d0\"></i>")
  }
}
