import Foundation

/// A time in UTC by the calendar, found by arithmetic: a formatter takes as long as all the rest of a table's row.
struct CivilTime: Equatable {
  let year: Int
  let month: Int
  let dayOfMonth: Int
  let hour: Int
  let minuteOfHour: Int
  let second: Int

  /// The years 0001 to 9999; what lies outside is taken for their ends.
  init(_ date: Date) {
    let seconds = min(max(date.timeIntervalSince1970, -62_135_596_800), 253_402_300_799)
    let whole = seconds.isFinite ? Int(seconds.rounded(.down)) : 0
    let days = Int((Double(whole) / 86_400).rounded(.down))
    self.init(day: days, secondOfDay: whole - days * 86_400)
  }

  /// - Parameter day: Days since 1970-01-01.
  init(day: Int, secondOfDay: Int = 0) {
    // Days are counted from 0000-03-01, so that the leap day ends a year; an era is 400 years.
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = secondOfDay / 3600
    minuteOfHour = secondOfDay / 60 % 60
    second = secondOfDay % 60
  }

  /// `2026-04-25`.
  var day: String { "\(Self.pad(year, 4))-\(Self.pad(month, 2))-\(Self.pad(dayOfMonth, 2))" }
  /// `2026-04-25 09:00`.
  var minute: String { "\(day) \(Self.pad(hour, 2)):\(Self.pad(minuteOfHour, 2))" }
  /// `2026-04-25T09:00:00Z`.
  var iso: String {
    "\(day)T\(Self.pad(hour, 2)):\(Self.pad(minuteOfHour, 2)):\(Self.pad(second, 2))Z"
  }
  /// `25 Apr`.
  var dayAndMonth: String { "\(dayOfMonth) \(Self.months[month - 1])" }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
