/// A time at the start of a log line.
struct Timestamp: Equatable {
  /// Seconds since 1970 (UTC); nil where the form has no year or no date.
  var seconds: Double?
  /// The place behind it.
  var end: Int

  /// Reads ISO 8601 and its relatives, Apache's, syslog's, logcat's, and bare times of day.
  init?(_ bytes: Bytes, at start: Int) {
    let first = bytes.at(start)
    if first.isDigit {
      guard let (number, end) = bytes.number(at: start) else { return nil }
      switch (end - start, bytes.at(end)) {
      case (4, "-"), (4, "/"), (4, "."):
        self.init(iso: bytes, year: number, at: end)
      case (2, "/"), (1, "/"):
        self.init(apache: bytes, day: number, at: end)
      case (2, ":"):
        guard let (_, end) = Self.clock(bytes, at: start) else { return nil }
        self.init(seconds: nil, end: end)
      case (2, "-"):
        // logcat: 01-02 03:04:05.678
        guard let (_, day) = bytes.number(at: end + 1), bytes.at(day) == " ",
          let (_, end) = Self.clock(bytes, at: day + 1)
        else { return nil }
        self.init(seconds: nil, end: end)
      default:
        return nil
      }
    } else if first.isUpper, Self.month(bytes, at: start) != nil, bytes.at(start + 3) == " " {
      // syslog: Jan  2 03:04:05
      let day = bytes.skip(from: start + 3) { $0 == " " }
      guard let (_, end) = bytes.number(at: day), bytes.at(end) == " ",
        let (_, clock) = Self.clock(bytes, at: end + 1)
      else { return nil }
      self.init(seconds: nil, end: clock)
    } else {
      return nil
    }
  }

  init(seconds: Double?, end: Int) {
    self.seconds = seconds
    self.end = end
  }

  private init?(iso bytes: Bytes, year: Int, at separator: Int) {
    guard let (month, monthEnd) = bytes.number(at: separator + 1), 1...12 ~= month,
      bytes.at(monthEnd) == bytes.at(separator),
      let (day, dayEnd) = bytes.number(at: monthEnd + 1), 1...31 ~= day
    else { return nil }
    let days = Double(Self.days(year, month, day))
    let next = bytes.at(dayEnd)
    guard next == "T" || next == "t" || next == " " || next == "_",
      let (clock, end) = Self.clock(bytes, at: dayEnd + 1)
    else { return nil }
    let (offset, zoneEnd) = Self.zone(bytes, at: end)
    self.init(seconds: days * 86_400 + clock - offset, end: zoneEnd)
  }

  /// `02/Jan/2024:03:04:05 +0000`
  private init?(apache bytes: Bytes, day: Int, at slash: Int) {
    guard let month = Self.month(bytes, at: slash + 1), bytes.at(slash + 4) == "/",
      let (year, end) = bytes.number(at: slash + 5), year < 10_000, bytes.at(end) == ":",
      let (clock, clockEnd) = Self.clock(bytes, at: end + 1)
    else { return nil }
    let (offset, zoneEnd) = Self.zone(bytes, at: clockEnd)
    self.init(
      seconds: Double(Self.days(year, month, day)) * 86_400 + clock - offset, end: zoneEnd)
  }

  /// `03:04:05.678`, in seconds of the day.
  private static func clock(_ bytes: Bytes, at start: Int) -> (Double, Int)? {
    guard let (hour, a) = bytes.number(at: start), hour < 25, bytes.at(a) == ":",
      let (minute, b) = bytes.number(at: a + 1), minute < 60
    else { return nil }
    guard bytes.at(b) == ":" else { return nil }
    guard let (second, c) = bytes.number(at: b + 1), second < 62, c - b == 3 else { return nil }
    var value = Double(hour * 3_600 + minute * 60 + second)
    var end = c
    if bytes.at(c) == "." || bytes.at(c) == ",", bytes.at(c + 1).isDigit {
      var scale = 0.1
      end = c + 1
      while end < bytes.endIndex, bytes[end].isDigit {
        value += Double(bytes[end] - 0x30) * scale
        scale /= 10
        end += 1
      }
    }
    return (value, end)
  }

  /// The offset from UTC in seconds, and the place behind it.
  private static func zone(_ bytes: Bytes, at start: Int) -> (Double, Int) {
    var at = start
    if bytes.at(at) == " " { at += 1 }
    switch bytes.at(at) {
    case "Z" where !bytes.at(at + 1).isWord:
      return (0, at + 1)
    case "U" where bytes.has("UTC", at: at):
      return (0, at + 3)
    case "+", "-":
      guard bytes.at(at + 1).isDigit, let (hours, end) = bytes.number(at: at + 1) else { break }
      var offset = 0
      var last = end
      if end - at == 5 {
        offset = hours / 100 * 3_600 + hours % 100 * 60
      } else if end - at == 3 {
        offset = hours * 3_600
        if bytes.at(end) == ":", let (minutes, more) = bytes.number(at: end + 1) {
          offset += minutes * 60
          last = more
        }
      } else {
        break
      }
      return (Double(bytes[at] == "-" ? -offset : offset), last)
    default:
      break
    }
    return (0, start)
  }

  private static func month(_ bytes: Bytes, at start: Int) -> Int? {
    let names: [StaticString] = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    return names.firstIndex { bytes.has($0, at: start) }.map { $0 + 1 }
  }

  /// Days since 1970-01-01 of a date of the Gregorian calendar.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let ofEra = year - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  /// The time that a number means, by its size: seconds, milli-, micro- or nanoseconds.
  static func seconds(ofNumber value: Double) -> Double? {
    switch value {
    case 100_000_000..<100_000_000_000: value
    case 100_000_000_000..<100_000_000_000_000: value / 1e3
    case 100_000_000_000_000..<1e17: value / 1e6
    case 1e17..<1e20: value / 1e9
    default: nil
    }
  }
}
