import Foundation

/// A time or span as people write it: `now`, `2h ago`, `last 30m`, `since 9am`, `since yesterday`, ISO 8601, a date, or
/// `between A and B`. Times without a zone are local.
struct TimeExpression: Equatable {
  /// Where the span begins; `nil` where the expression names a single moment.
  var start: Date?
  /// The moment, or where the span ends.
  var end: Date

  /// The expression is none of those that are understood.
  struct Invalid: Error, Equatable {
    var text: String
    var summary: String { "The time '\(text)' is not understood." }
    let hint =
      "Give ISO 8601, a date, or one of: now, '2h ago', 'last 30m', 'since 9am', 'since yesterday', 'between A and B'."
  }

  init(_ text: String, now: Date, calendar: Calendar = .current) throws {
    let reader = Reader(now: now, calendar: calendar)
    let words = text.lowercased().split(separator: " ").joined(separator: " ")
    if words.hasPrefix("between "), let and = words.firstRange(of: " and ") {
      let from = String(words[words.index(words.startIndex, offsetBy: 8)..<and.lowerBound])
      let to = String(words[and.upperBound...])
      guard let start = reader.moment(from), let end = reader.moment(to), start <= end else {
        throw Invalid(text: text)
      }
      self.init(start: start, end: end)
    } else if words.hasPrefix("last "), let seconds = reader.duration(words.dropFirst(5)) {
      self.init(start: now.addingTimeInterval(-seconds), end: now)
    } else if words.hasPrefix("since "), let start = reader.moment(String(words.dropFirst(6))),
      start <= now
    {
      self.init(start: start, end: now)
    } else if let moment = reader.moment(words) {
      self.init(start: nil, end: moment)
    } else {
      throw Invalid(text: text)
    }
  }

  private init(start: Date?, end: Date) {
    self.start = start
    self.end = end
  }

  /// The beginning of the span; a single moment begins one that ends now.
  var since: Date { start ?? end }

  /// A length of time as `90s`, `15m` or `2 hours`, in seconds.
  static func seconds(_ text: String) -> Double? {
    Reader(now: .distantPast, calendar: .current).duration(text.lowercased())
  }

  private struct Reader {
    let now: Date
    let calendar: Calendar

    func moment(_ text: String) -> Date? {
      switch text {
      case "now": return now
      case "today": return calendar.startOfDay(for: now)
      case "yesterday":
        return calendar.date(byAdding: .day, value: -1, to: calendar.startOfDay(for: now))
      default: break
      }
      if text.hasSuffix(" ago"), let seconds = duration(text.dropLast(4)) {
        return now.addingTimeInterval(-seconds)
      }
      return clock(text) ?? absolute(text)
    }

    /// `90s`, `30m`, `2h`, `3d`, `1w`, and words as `2 hours`.
    func duration(_ text: some StringProtocol) -> Double? {
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      guard let count = Double(digits), count <= 100_000 else { return nil }
      let units: [(names: Set<String>, seconds: Double)] = [
        (["s", "sec", "second", "seconds"], 1), (["m", "min", "minute", "minutes"], 60),
        (["h", "hour", "hours"], 3600), (["d", "day", "days"], 86400),
        (["w", "week", "weeks"], 604_800),
      ]
      let unit = text.dropFirst(digits.count).drop { $0 == " " }
      return units.first { $0.names.contains(String(unit)) }.map { count * $0.seconds }
    }

    /// `9am`, `9:30pm`, `14:05`: the last time that the clock showed it.
    private func clock(_ text: String) -> Date? {
      var digits = text[...]
      var offset: Int?
      if digits.hasSuffix("am") { offset = 0 } else if digits.hasSuffix("pm") { offset = 12 }
      if offset != nil { digits = digits.dropLast(2) }
      let parts = digits.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = parts.first, var hour = first, parts.count <= 2 else { return nil }
      let minute = parts.count == 2 ? parts[1] : 0
      guard let minute, 0..<60 ~= minute else { return nil }
      if let offset {
        guard 1...12 ~= hour else { return nil }
        hour = hour % 12 + offset
      } else if parts.count != 2 {
        return nil
      }
      guard 0..<24 ~= hour,
        let today = calendar.date(bySettingHour: hour, minute: minute, second: 0, of: now)
      else { return nil }
      return today <= now ? today : calendar.date(byAdding: .day, value: -1, to: today)
    }

    /// `2026-04-25`, `2026-04-25 09:00`, `2026-04-25T09:00:00Z`, with fractions and offsets.
    private func absolute(_ text: String) -> Date? {
      let iso = text.uppercased().replacingOccurrences(of: " ", with: "T")
      for fractions in [false, true] {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: fractions)
        if let date = try? style.parse(iso) { return date }
      }
      let numbers = iso.split(whereSeparator: { "-T:".contains($0) })
      guard 3...6 ~= numbers.count, numbers[0].count == 4 else { return nil }
      let values = numbers.compactMap { Int($0) }
      guard values.count == numbers.count else { return nil }
      var parts = DateComponents()
      (parts.year, parts.month, parts.day) = (values[0], values[1], values[2])
      parts.hour = values.count > 3 ? values[3] : 0
      parts.minute = values.count > 4 ? values[4] : 0
      parts.second = values.count > 5 ? values[5] : 0
      guard let date = calendar.date(from: parts) else { return nil }
      // The calendar would take 2026-02-31 for a day in March.
      let read = calendar.dateComponents(
        [.year, .month, .day, .hour, .minute, .second], from: date)
      return read.month == parts.month && read.day == parts.day && read.hour == parts.hour
        ? date : nil
    }
  }
}
