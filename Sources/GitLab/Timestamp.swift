import Foundation

/// Times as GitLab writes them: ISO 8601, with or without fractions of a second.
public enum Timestamp {
  private static let precise = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
  private static let plain = Date.ISO8601FormatStyle()

  /// Reads a time with `Z` or an offset; `nil` for anything else.
  public static func parse(_ text: String) -> Date? {
    (try? precise.parse(text)) ?? (try? plain.parse(text))
  }

  /// Writes a time in UTC with milliseconds, as `2025-03-05T16:02:11.877Z`; texts sort as times do.
  public static func format(_ date: Date) -> String { precise.format(date) }
}
