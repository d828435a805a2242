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

  init(_ text: String, now: Date, clock: WallClock = .local) throws(Invalid) {
    let reader = Reader(now: now, clock: clock)
    let words = Self.words(text)
    if words.hasPrefix("between "), let and = words.firstRange(of: " and ") {
      let from = String(words[words.index(words.startIndex, offsetBy: 8)..<and.lowerBound])
      let to = String(words[and.upperBound...])
      guard let start = reader.moment(from), let end = reader.moment(to), start <= end else {
        throw Invalid(text: text)
      }
      self.init(start: start, end: end)
    } else if words.hasPrefix("last "),
      let seconds = reader.duration(words.dropFirst(5))
        ?? reader.duration("1 \(words.dropFirst(5))")
    {
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
  var beginning: Date { start ?? end }

  private static func words(_ text: String) -> String {
    text.lowercased().split(separator: " ").joined(separator: " ")
  }

  /// A length of time as `90s`, `15m` or `2 hours`, in seconds.
  static func seconds(_ text: String) -> Double? {
    Reader(now: .distantPast, clock: .local).duration(text.lowercased())
  }

  private struct Reader {
    let now: Date
    let clock: WallClock

    func moment(_ text: String) -> Date? {
      if text == "now" { return now }
      if text.hasSuffix(" ago"), let seconds = duration(text.dropLast(4)) {
        return now.addingTimeInterval(-seconds)
      }
      return timeOfDay(text) ?? dated(text)
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
    private func timeOfDay(_ text: String) -> Date? {
      guard text.contains(":") || text.hasSuffix("m"), let time = TimeOfDay(text) else {
        return nil
      }
      let today = clock.day(of: now)
      return [today, today.advanced(by: -1)].lazy.compactMap { date($0, time, clock) }
        .first { $0 <= now }
    }

    /// `2026-04-25`, `yesterday`, each with a time of day or without: `2026-04-25 9am`, `2026-04-25T09:00Z`,
    /// `20260425T090000.5+0200`.
    private func dated(_ text: String) -> Date? {
      guard let (day, rest) = day(text) else { return nil }
      var given = rest.drop { $0 == " " }
      if given.first == "t" { given = given.dropFirst() }
      if given.hasPrefix("at ") { given = given.dropFirst(3) }
      guard !given.isEmpty else { return rest.isEmpty ? clock.start(of: day) : nil }
      guard given.startIndex > rest.startIndex else { return nil }
      let (digits, zone) = Self.zone(given)
      guard let time = TimeOfDay(digits) else { return nil }
      guard let zone else { return date(day, time, clock) }
      return abs(zone) <= Self.widestZone ? date(day, time, .ahead(seconds: zone)) : nil
    }

    /// No zone is so far from UTC, in seconds.
    private static let widestZone = 18 * 3600

    private func day(_ text: String) -> (WallClock.Day, rest: Substring)? {
      for (word, days) in [("today", 0), ("yesterday", -1)] where text.hasPrefix(word) {
        return (clock.day(of: now).advanced(by: days), text.dropFirst(word.count))
      }
      let head = text.prefix { $0 != "t" && $0 != " " }
      var parts = head.split(separator: "-", omittingEmptySubsequences: false)
      if parts.count == 1, head.count == 8 {
        parts = [head.prefix(4), head.dropFirst(4).prefix(2), head.suffix(2)]
      }
      let values = parts.compactMap { TimeOfDay.number($0) }
      guard values.count == 3, parts.count == 3, parts[0].count == 4 else { return nil }
      return (
        WallClock.Day(year: values[0], month: values[1], day: values[2]), text[head.endIndex...]
      )
    }

    /// Splits `z`, `+02:00`, `-0330` or `+02` off; `nil` where there is none.
    private static func zone(_ text: Substring) -> (digits: Substring, seconds: Int?) {
      if text.hasSuffix("z") { return (text.dropLast(), 0) }
      guard let sign = text.lastIndex(where: { "+-".contains($0) }) else { return (text, nil) }
      let digits = text[text.index(after: sign)...].filter { $0 != ":" }
      guard digits.count == 2 || digits.count == 4, let number = TimeOfDay.number(digits[...])
      else { return (text, nil) }
      let minutes = digits.count == 2 ? number * 60 : number / 100 * 60 + number % 100
      return (text[..<sign], (text[sign] == "-" ? -60 : 60) * minutes)
    }

    private func date(_ day: WallClock.Day, _ time: TimeOfDay, _ clock: WallClock) -> Date? {
      // The end of a day is the beginning of the next.
      if time.hour == 24 {
        return clock.start(of: day) == nil ? nil : clock.start(of: day.advanced(by: 1))
      }
      return clock.moment(day, hour: time.hour, minute: time.minute)?
        .addingTimeInterval(time.second)
    }
  }

  /// What a clock shows: `14:05`, `14:05:07.25`, `140507`, `14`, `9am`, `9:30 pm`.
  private struct TimeOfDay {
    var hour: Int
    var minute: Int
    var second: Double

    private init(hour: Int, minute: Int, second: Double) {
      (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    init?(_ text: some StringProtocol) {
      var clock = Substring(text)
      var offset: Int?
      if clock.hasSuffix("am") { offset = 0 } else if clock.hasSuffix("pm") { offset = 12 }
      if offset != nil { clock = clock.dropLast(2) }
      while clock.last == " " { clock = clock.dropLast() }
      // ISO 8601 lets a comma begin the fraction.
      let whole = clock.prefix { $0 != "." && $0 != "," }
      var parts = whole.split(separator: ":", omittingEmptySubsequences: false)
      if parts.count == 1, whole.count == 4 || whole.count == 6 {
        parts = stride(from: 0, to: whole.count, by: 2).map { whole.dropFirst($0).prefix(2) }
      }
      let values = parts.compactMap { Self.number($0) }
      guard values.count == parts.count, 1...3 ~= values.count,
        parts.dropFirst().allSatisfy({ $0.count == 2 })
      else { return nil }
      var second = Double(values.count == 3 ? values[2] : 0)
      if whole.endIndex < clock.endIndex {
        let fraction = clock[clock.index(after: whole.endIndex)...]
        guard values.count == 3, 1...9 ~= fraction.count, Self.number(fraction) != nil,
          let part = Double("0." + fraction)
        else { return nil }
        second += part
      }
      self.init(hour: values[0], minute: values.count > 1 ? values[1] : 0, second: second)
      if let offset {
        guard 1...12 ~= hour else { return nil }
        hour = hour % 12 + offset
      }
      guard 0..<24 ~= hour || (hour == 24 && minute == 0 && second == 0), 0..<60 ~= minute,
        second < 60
      else { return nil }
    }

    /// A number of ASCII digits alone.
    static func number(_ text: Substring) -> Int? {
      !text.isEmpty && text.count <= 9 && text.utf8.allSatisfy { 0x30...0x39 ~= $0 }
        ? Int(text) : nil
    }
  }
}
