import Foundation
import Testing

@testable import sigsentry

@Suite struct TimeExpressionTests {
  private let now: Date
  private let calendar: Calendar

  init() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    self.calendar = calendar
    now = try Date("2026-04-25T10:30:00Z", strategy: .iso8601)
  }

  private func read(_ text: String) throws -> (start: String?, end: String) {
    let expression = try TimeExpression(text, now: now, calendar: calendar)
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
    "2026-04-20T9:5", "2026-04-20 25:00", "20261320",
    "2026-04-20T09:00+99:99", "yesterdayish", "today!", "12", "1200", "last", "2026-04-20 9:00 Z+1",
  ])
  func `anything else is refused with its words`(text: String) {
    #expect(throws: TimeExpression.Invalid(text: text)) { try read(text) }
  }
}
