import GRDB
import GRDBSQLite
import Glibc

/// The columns of the row that a statement stands on, read from SQLite itself: a window has a hundred thousand rows.
struct StatementColumns {
  private let statement: SQLiteStatement

  /// Reads the rows of a statement, which must outlive this.
  init(_ statement: Statement) { self.statement = statement.sqliteStatement }

  /// What tells one owner of rows from the next: a number or a text.
  enum Key {
    case number(Int64)
    case text([UInt8])
  }

  /// The key in a column.
  func key(at index: Int) -> Key {
    let column = Int32(truncatingIfNeeded: index)
    return sqlite3_column_type(statement, column) == SQLITE_INTEGER
      ? .number(sqlite3_column_int64(statement, column)) : .text(bytes(at: index) ?? [])
  }

  /// Whether a column has a key.
  func has(_ key: Key, at index: Int) -> Bool {
    let column = Int32(truncatingIfNeeded: index)
    switch key {
    case .number(let number):
      return sqlite3_column_type(statement, column) == SQLITE_INTEGER
        && sqlite3_column_int64(statement, column) == number
    case .text(let text):
      return withBytes(at: index) { bytes in
        bytes.map { $0.elementsEqual(text) } ?? text.isEmpty
      }
    }
  }

  /// The file whose columns begin at an index, in the order of ``WindowQuery``; `nil` where the row has none.
  func file(at index: Int) -> CachedFile? {
    guard let path = bytes(at: index), let status = status(at: index + 2) else { return nil }
    return CachedFile(
      path: path, oldPath: bytes(at: index + 1), status: status,
      additions: integer(at: index + 3), deletions: integer(at: index + 4),
      precision: bytes(at: index + 5).flatMap {
        FilePrecision(rawValue: String(decoding: $0, as: UTF8.self))
      })
  }

  /// The files that a BLOB packs; `nil` for NULL, and for bytes that are no such BLOB.
  func packedFiles(at index: Int) -> [CachedFile]? {
    withBytes(at: index) { bytes in bytes.flatMap { PackedFiles.unpack($0) } }
  }

  /// The bytes of a text or BLOB; `nil` for NULL.
  func bytes(at index: Int) -> [UInt8]? {
    withBytes(at: index) { bytes in bytes.map { Array($0) } }
  }

  private static let statusNames = FileStatus.allCases.map { ($0, Array($0.rawValue.utf8)) }

  private func status(at index: Int) -> FileStatus? {
    withBytes(at: index) { bytes in
      guard let bytes, let base = bytes.baseAddress else { return nil }
      return Self.statusNames.first { _, name in
        name.count == bytes.count && memcmp(name, base, bytes.count) == 0
      }?.0
    }
  }

  private func integer(at index: Int) -> Int? {
    let column = Int32(truncatingIfNeeded: index)
    return sqlite3_column_type(statement, column) == SQLITE_NULL
      ? nil : Int(sqlite3_column_int64(statement, column))
  }

  private func withBytes<Value>(
    at index: Int, _ body: (UnsafeRawBufferPointer?) -> Value
  ) -> Value {
    let column = Int32(truncatingIfNeeded: index)
    guard sqlite3_column_type(statement, column) != SQLITE_NULL else { return body(nil) }
    let base = sqlite3_column_blob(statement, column)
    return body(
      UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(statement, column))))
  }
}
