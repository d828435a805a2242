import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// What clocks on the wall show.
///
/// Local ones are asked of the C library: it knows every value of `TZ` that POSIX allows, as `CET-1CEST`, of which Foundation
/// knows the names alone.
enum WallClock: Equatable {
  case local
  /// So many seconds before those of UTC; less than 0 for behind them.
  case ahead(seconds: Int)

  /// A day of the calendar.
  struct Day: Equatable {
    var year: Int
    var month: Int
    var day: Int

    /// The day so many days later.
    func advanced(by days: Int) -> Day {
      var parts = tm(self, hour: 12, minute: 0)
      parts.tm_mday += Int32(clamping: days)
      timegm(&parts)
      return Day(parts)
    }
  }

  /// The day that a calendar shows at a moment.
  func day(of moment: Date) -> Day { Day(parts(of: moment)) }

  /// When the clock shows a minute; `nil` where it never does, as on February 30 or where the clocks are put forward.
  func moment(_ day: Day, hour: Int, minute: Int) -> Date? {
    var given = tm(day, hour: hour, minute: minute)
    let moment = moment(of: &given)
    let shown = parts(of: moment)
    return Day(shown) == day && shown.tm_hour == hour && shown.tm_min == minute ? moment : nil
  }

  /// The first moment of a day, which need not be midnight where the clocks are put forward then; `nil` for no day of the
  /// calendar.
  func start(of day: Day) -> Date? {
    if let midnight = moment(day, hour: 0, minute: 0) { return midnight }
    var given = tm(day, hour: 0, minute: 0)
    let near = moment(of: &given)
    return stride(from: 0, through: 7200, by: 900).lazy.map { near.addingTimeInterval($0) }
      .first { self.day(of: $0) == day }
  }

  private func moment(of parts: inout tm) -> Date {
    let seconds =
      switch self {
      case .local: mktime(&parts)
      case .ahead(let offset): timegm(&parts) - offset
      }
    return Date(timeIntervalSince1970: Double(seconds))
  }

  private func parts(of moment: Date) -> tm {
    var seconds = time_t(moment.timeIntervalSince1970.rounded(.down))
    var parts = tm()
    switch self {
    case .local: localtime_r(&seconds, &parts)
    case .ahead(let offset):
      seconds += offset
      gmtime_r(&seconds, &parts)
    }
    return parts
  }
}

extension WallClock.Day {
  fileprivate init(_ parts: tm) {
    self.init(
      year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday))
  }
}

extension tm {
  fileprivate init(_ day: WallClock.Day, hour: Int, minute: Int) {
    self.init()
    tm_year = Int32(clamping: day.year - 1900)
    tm_mon = Int32(clamping: day.month - 1)
    tm_mday = Int32(clamping: day.day)
    tm_hour = Int32(clamping: hour)
    tm_min = Int32(clamping: minute)
    // Whether it is summer is for the zone to say.
    tm_isdst = -1
  }
}
