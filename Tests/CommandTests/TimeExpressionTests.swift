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
    ("yesterday", "2026-04-24T00:00:00Z"),
    ("  NOW ", "2026-04-25T10:30:00Z"),
  ])
  func `a moment is read`(text: String, moment: String) throws {
    let found = try read(text)
    #expect(found.start == nil)
    #expect(found.end == moment)
  }

  @Test(arguments: [
    ("last 30m", "2026-04-25T10:00:00Z", "2026-04-25T10:30:00Z"),
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
    "since 2027-01-01", "99999999999999d ago", "2026", "0am", "between",
  ])
  func `anything else is refused with its words`(text: String) {
    #expect(throws: TimeExpression.Invalid(text: text)) { try read(text) }
  }
}
