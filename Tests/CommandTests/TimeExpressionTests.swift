import Foundation
import TestSupport
import Testing

@testable import sigsentry

@Suite struct TimeExpressionTests {
  private let now: Date

  init() throws { now = try Date("2026-04-25T10:30:00Z", strategy: .iso8601) }

  private func read(_ text: String) throws -> (start: String?, end: String) {
    let expression = try TimeExpression(text, now: now, clock: .ahead(seconds: 0))
    return (expression.start?.formatted(.iso8601), expression.end.formatted(.iso8601))
  }

  @Test(arguments: [
    ("now", "2026-04-25T10:30:00Z"), ("2h ago", "2026-04-25T08:30:00Z"),
    ("90 minutes ago", "2026-04-25T09:00:00Z"), ("2026-04-20", "2026-04-20T00:00:00Z"),
    ("2026-04-20 09:05", "2026-04-20T09:05:00Z"), ("2026-04-20T09:05:07Z", "2026-04-20T09:05:07Z"),
    ("2026-04-20T09:05:07.250+02:00", "2026-04-20T07:05:07Z"), ("9am", "2026-04-25T09:00:00Z"),
    ("11:00", "2026-04-24T11:00:00Z"), ("12am", "2026-04-25T00:00:00Z"),
    ("yesterday", "2026-04-24T00:00:00Z"), ("yesterday 14:00", "2026-04-24T14:00:00Z"),
    ("yesterday at 2pm", "2026-04-24T14:00:00Z"), ("today 9:15", "2026-04-25T09:15:00Z"),
    ("9 am", "2026-04-25T09:00:00Z"), ("09:00:30", "2026-04-25T09:00:30Z"),
    ("2026-04-20T09:05Z", "2026-04-20T09:05:00Z"), ("2026-04-20T09Z", "2026-04-20T09:00:00Z"),
    ("2026-04-20T09:05+02:00", "2026-04-20T07:05:00Z"),
    ("2026-04-20T09:05:00-03", "2026-04-20T12:05:00Z"),
    ("2026-04-20 09:05:00 +0200", "2026-04-20T07:05:00Z"),
    ("20260420T090507Z", "2026-04-20T09:05:07Z"), ("20260420", "2026-04-20T00:00:00Z"),
    ("2026-04-20T09:05:07,25Z", "2026-04-20T09:05:07Z"),
    ("2026-04-20T24:00:00Z", "2026-04-21T00:00:00Z"), ("2026-04-20 9am", "2026-04-20T09:00:00Z"),
    ("  NOW ", "2026-04-25T10:30:00Z"),
  ])
  func `a moment is read`(text: String, moment: String) throws {
    let found = try read(text)
    #expect(found.start == nil)
    #expect(found.end == moment)
  }

  @Test(arguments: [
    ("last 30m", "2026-04-25T10:00:00Z", "2026-04-25T10:30:00Z"),
    ("last hour", "2026-04-25T09:30:00Z", "2026-04-25T10:30:00Z"),
    ("since 2026-04-25T09:00Z", "2026-04-25T09:00:00Z", "2026-04-25T10:30:00Z"),
    ("since 9am", "2026-04-25T09:00:00Z", "2026-04-25T10:30:00Z"),
    ("since yesterday", "2026-04-24T00:00:00Z", "2026-04-25T10:30:00Z"),
    (
      "between 2026-04-25 09:00 and 2026-04-25 10:00", "2026-04-25T09:00:00Z",
      "2026-04-25T10:00:00Z"
    ),
  ])
  func `a span is read`(text: String, start: String, end: String) throws {
    let found = try read(text)
    #expect(found.start == start)
    #expect(found.end == end)
  }

  @Test(arguments: [
    "", "soon", "25:00", "13pm", "2026-02-31", "2026-13-01", "last week or so",
    "between now and 2h ago",
    "since 2027-01-01", "99999999999999d ago", "2026", "0am", "between", "2026-04-20T",
    "2026-04-20T9:5", "2026-04-20 25:00", "2026-02-30 24:00", "2025-02-29", "20261320",
    "2026-04-20T09:00+99:99", "yesterdayish", "today!", "12", "1200", "last", "2026-04-20 9:00 Z+1",
  ])
  func `anything else is refused with its words`(text: String) {
    #expect(throws: TimeExpression.Invalid(text: text)) { try read(text) }
  }

  @Test(arguments: [
    ("last 30m", "2026-04-25T10:00:00Z"), ("between 2h ago and now", "2026-04-25T08:30:00Z"),
    ("2h ago", "2026-04-25T08:30:00Z"), ("since 2026-04-25T09:00Z", "2026-04-25T09:00:00Z"),
  ])
  func `a span has a beginning, and a moment is one`(text: String, beginning: String) throws {
    #expect(try TimeExpression(text, now: now).beginning.formatted(.iso8601) == beginning)
  }
}

@Suite struct LocalTimeTests {
  @Test func `that the end of a span does not count is said`() async throws {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 1)
    try await fixture.run("sync")
    for command in [["mrs"], ["stats", "--mrs"], ["hotspots"], ["sync"]] {
      let spans = [
        ("between 2020-01-01 and 2020-01-02", true), ("between 2020-01-01 and now", false),
      ]
      for (span, isSaid) in spans {
        let result = try await fixture.start(command + ["acme/shop", "--since", span]).ended()
        #expect(result.status == 0)
        #expect(result.errorText.contains("the beginning alone counts") == isSaid)
      }
    }
    await fixture.stop()
  }

  /// Zones as `TZ` may have them, with what is meant by a local time in winter and in summer.
  @Test(arguments: [
    ("UTC", "12:00", "12:00"), ("CET-1CEST", "11:00", "10:00"),
    (":Europe/Berlin", "11:00", "10:00"), ("Europe/Berlin", "11:00", "10:00"),
    ("<+0330>-3:30", "08:30", "08:30"), ("EST5EDT,M3.2.0,M11.1.0", "17:00", "16:00"),
  ])
  func `a time without a zone is that of TZ`(zone: String, winter: String, summer: String)
    async throws
  {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 1)
    try await fixture.run("sync")
    for (local, utc) in [
      ("2025-01-15 12:00", "2025-01-15T\(winter):00Z"),
      ("2025-07-15 12:00", "2025-07-15T\(summer):00Z"),
    ] {
      let answer = try await fixture.run(
        "analyze", "--description", "a.txt", "--at", local, "--json", variables: ["TZ": zone])
      #expect(answer.text.contains("\"at\":\"\(utc)\""), "\(answer.text) \(answer.errorText)")
    }
    await fixture.stop()
  }

  @Test func `a minute that the clocks skip is refused, and a day that begins late is not`()
    async throws
  {
    let fixture = try await CommandFixture()
    try await fixture.prepare(mergeRequests: 1)
    try await fixture.run("sync")
    func at(_ time: String, _ zone: String) async throws -> ChildProcess.Result {
      try await fixture.run(
        "analyze", "--description", "a.txt", "--at", time, "--json", variables: ["TZ": zone])
    }
    #expect(try await at("2025-03-30 02:30", "CET-1CEST,M3.5.0,M10.5.0/3").status == 64)
    #expect(try await at("2025-03-30 25:00", "CET-1CEST,M3.5.0,M10.5.0/3").status == 64)
    #expect(try await at("2025-02-30", "CET-1CEST,M3.5.0,M10.5.0/3").status == 64)
    // Midnight of the first Sunday in April is one o'clock there.
    let late = try await at("2025-04-06", "ABC4DEF,M4.1.0/0,M10.1.0/0")
    #expect(late.text.contains(#""at":"2025-04-06T04:00:00Z""#), "\(late.text)\(late.errorText)")
    await fixture.stop()
  }
}
