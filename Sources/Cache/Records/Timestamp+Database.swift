import Foundation
import GRDB

/// A time as the cache stores it: UTC text with milliseconds, which sorts as times do.
struct StoredTime: DatabaseValueConvertible, Sendable {
  private static let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
  private static let plain = Date.ISO8601FormatStyle()

  var date: Date

  init(_ date: Date) { self.date = date }

  var text: String { Self.format.format(date) }

  var databaseValue: DatabaseValue { text.databaseValue }

  static func fromDatabaseValue(_ value: DatabaseValue) -> StoredTime? {
    guard let text = String.fromDatabaseValue(value),
      let date = (try? format.parse(text)) ?? (try? plain.parse(text))
    else { return nil }
    return StoredTime(date)
  }
}

extension Row {
  func time(_ column: String) -> Date? { (self[column] as StoredTime?)?.date }
}
