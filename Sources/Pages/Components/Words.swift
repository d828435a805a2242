import Foundation

/// Numbers, sizes and times in words.
enum Words {
  /// With commas: `12,345`.
  static func number(_ number: Int) -> String {
    let digits = String(number.magnitude)
    guard digits.utf8.count > 3 else { return String(number) }
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.utf8.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// Lines added: `+12`, or a plain 0.
  static func added(_ lines: Int) -> String { lines == 0 ? "0" : "+\(number(lines))" }

  /// Lines deleted: `−12`, or a plain 0.
  static func deleted(_ lines: Int) -> String { lines == 0 ? "0" : "−\(number(lines))" }

  /// A number of things: `1 file`, `2,000 files`.
  static func count(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(number(count)) \(count == 1 ? one : many ?? one + "s")"
  }

  /// In three digits and the unit that fits: `3.2 MB`.
  static func bytes(_ bytes: Int) -> String {
    var value = Double(max(0, bytes))
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 1000 {
        return unit == "B" || value >= 100 ? "\(Int(value)) \(unit)" : "\(oneDigit(value)) \(unit)"
      }
      value /= 1000
    }
    return "\(oneDigit(value)) TB"
  }

  /// In the two largest units: `1 min 5 s`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    if seconds < 10 { return "\(oneDigit(max(0, seconds))) s" }
    let whole = Int(seconds.rounded())
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min" + (whole % 60 == 0 ? "" : " \(whole % 60) s")
    default: return "\(whole / 3600) h" + (whole / 60 % 60 == 0 ? "" : " \(whole / 60 % 60) min")
    }
  }

  /// A share as a whole percentage.
  static func percent(_ share: Double) -> String {
    "\(Int((min(1, max(0, share.isFinite ? share : 0)) * 100).rounded())) %"
  }

  private static func oneDigit(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  /// How far a time lies from now: `5 min ago`, `in 3 d`.
  static func distance(_ date: Date, from now: Date) -> String {
    let seconds = now.timeIntervalSince(date)
    let span =
      switch abs(seconds) {
      case ..<90: "\(bounded(abs(seconds))) s"
      case ..<5_400: "\(bounded(abs(seconds) / 60)) min"
      case ..<172_800: "\(bounded(abs(seconds) / 3600)) h"
      default: "\(bounded(abs(seconds) / 86_400)) days"
      }
    return seconds < 0 ? "in \(span)" : "\(span) ago"
  }

  private static func bounded(_ value: Double) -> Int { value < 1e9 ? Int(value) : 1_000_000_000 }

  /// The first eight digits of a commit's id.
  static func short(_ sha: String) -> String { String(sha.prefix(8)) }
}

extension HTML {
  /// A time with its distance from now: `5 min ago`, with the date for who points at it.
  static func age(_ date: Date, at now: Date) -> HTML {
    let time = CivilTime(date)
    return """
      <time datetime="\(time.iso)" title="\(time.minute) UTC">\(Words.distance(date, from: now))</time>
      """
  }

  /// A time to the minute: `2026-04-25 09:00 UTC`.
  static func time(_ date: Date) -> HTML {
    let time = CivilTime(date)
    return "<time datetime=\"\(time.iso)\">\(time.minute) UTC</time>"
  }

  /// A day: `2026-04-25`.
  static func day(_ date: Date) -> HTML {
    let time = CivilTime(date)
    return "<time datetime=\"\(time.iso)\" title=\"\(time.minute) UTC\">\(time.day)</time>"
  }

  /// A link to elsewhere, or its words alone where the address is not one of the web.
  static func external(_ url: String?, _ words: HTML) -> HTML {
    guard let url, url.hasPrefix("https://") || url.hasPrefix("http://") else { return words }
    return "<a href=\"\(url)\" rel=\"noreferrer\">\(words)</a>"
  }

  /// Rows that may be wider than the screen: they scroll alone, also by keyboard.
  static func scrolling(_ label: String, _ content: HTML) -> HTML {
    "<div class=\"scroll\" role=\"region\" aria-label=\"\(label)\" tabindex=\"0\">\(content)</div>\n"
  }

  /// What stands in the place of a list without rows.
  static func empty(_ title: String, _ content: HTML) -> HTML {
    "<div class=\"empty\"><p><strong>\(title)</strong></p>\(content)</div>\n"
  }
}
