import Foundation

/// GitLab's form of a time, and the forms it takes in a query.
enum ISO8601 {
  /// The time in UTC with milliseconds and `Z`, as GitLab's JSON has it.
  static func string(_ date: Date) -> String {
    let (day, milliseconds) = split(date)
    let (year, month, dayOfMonth) = civil(day)
    let seconds = milliseconds / 1000
    return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(dayOfMonth, 2) + "T"
      + pad(seconds / 3600, 2) + ":" + pad(seconds / 60 % 60, 2) + ":" + pad(seconds % 60, 2)
      + "." + pad(milliseconds % 1000, 3) + "Z"
  }

  /// The day in UTC, as `YYYY-MM-DD`.
  static func day(_ date: Date) -> String {
    String(string(date).prefix(10))
  }

  /// Whole milliseconds since 1970: the unit in which GitLab compares times.
  static func milliseconds(_ date: Date) -> Int {
    Int((date.timeIntervalSince1970 * 1000).rounded())
  }

  /// Reads a date, or a date and time with `Z`, an offset or nothing (UTC); nil for anything else.
  static func date(_ text: String) -> Date? {
    var scanner = Scanner(bytes: Array(text.utf8))
    guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2),
      scanner.take("-"), let day = scanner.digits(2), 1...12 ~= month, 1...31 ~= day
    else { return nil }
    var seconds = Double(days(year, month, day)) * 86400
    if scanner.atEnd { return Date(timeIntervalSince1970: seconds) }
    guard scanner.take("T") || scanner.take(" "), let hour = scanner.digits(2), scanner.take(":"),
      let minute = scanner.digits(2), hour < 25, minute < 60
    else { return nil }
    seconds += Double(hour * 3600 + minute * 60)
    if scanner.take(":") {
      guard let second = scanner.digits(2), second < 61 else { return nil }
      seconds += Double(second)
      if scanner.take(".") {
        guard let fraction = scanner.fraction() else { return nil }
        seconds += fraction
      }
    }
    if scanner.atEnd || (scanner.take("Z") && scanner.atEnd) {
      return Date(timeIntervalSince1970: seconds)
    }
    let sign: Double
    if scanner.take("+") {
      sign = -1
    } else if scanner.take("-") {
      sign = 1
    } else {
      return nil
    }
    guard let hours = scanner.digits(2) else { return nil }
    _ = scanner.take(":")
    let minutes = scanner.digits(2) ?? 0
    guard scanner.atEnd else { return nil }
    return Date(timeIntervalSince1970: seconds + sign * Double(hours * 3600 + minutes * 60))
  }

  private struct Scanner {
    let bytes: [UInt8]
    var position = 0

    var atEnd: Bool { position == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    mutating func digits(_ count: Int) -> Int? {
      guard position + count <= bytes.count else { return nil }
      var value = 0
      for byte in bytes[position..<position + count] {
        guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
      }
      position += count
      return value
    }

    mutating func fraction() -> Double? {
      var value = 0.0
      var scale = 0.1
      let start = position
      while let digit = digits(1) {
        value += Double(digit) * scale
        scale /= 10
      }
      return position > start ? value : nil
    }
  }

  private static func split(_ date: Date) -> (day: Int, milliseconds: Int) {
    let total = milliseconds(date)
    let day = total >= 0 ? total / 86_400_000 : (total - 86_399_999) / 86_400_000
    return (day, total - day * 86_400_000)
  }

  /// The civil date of a day number since 1970 (Howard Hinnant's algorithm, proleptic Gregorian).
  private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, ofYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let ofEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear
    return era * 146_097 + ofEra - 719_468
  }

  private static func pad(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
