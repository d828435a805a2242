import Foundation
import GRDB

/// Reads the columns of a row one after the other, where a window has thousands of rows: a name is sought anew in each.
struct ColumnReader {
  private let row: Row
  private var index = 0

  init(_ row: Row) { self.row = row }

  /// The next column, which is never NULL.
  mutating func next<Value: DatabaseValueConvertible & StatementColumnConvertible>() -> Value {
    defer { index += 1 }
    return row[index]
  }

  /// The next column, which may be NULL.
  mutating func optional<Value: DatabaseValueConvertible & StatementColumnConvertible>() -> Value? {
    defer { index += 1 }
    return row[index]
  }

  /// The time in the next column, which may be NULL.
  mutating func time() -> Date? {
    defer { index += 1 }
    return (row[index] as StoredTime?)?.date
  }
}
