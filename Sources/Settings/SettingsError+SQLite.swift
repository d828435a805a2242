import GRDB

extension SettingsError {
  /// Names an error that came out of GRDB; what is ours already stays as it is.
  init(_ error: any Error, path: String) {
    if let error = error as? SettingsError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      // A row that does not decode: the schema's types and checks were circumvented.
      self = .corrupt(path: path)
      return
    }
    // The index of the log cannot grow: SQLite's way of saying that before it has written anything.
    guard error.extendedResultCode != .SQLITE_IOERR_SHMSIZE else {
      self = .diskFull(path: path)
      return
    }
    switch error.resultCode {
    case .SQLITE_CANTOPEN: self = .cannotOpen(path: path, reason: "SQLite says no")
    case .SQLITE_PERM, .SQLITE_AUTH:
      self = .cannotOpen(path: path, reason: "permission denied")
    case .SQLITE_READONLY: self = .readOnly(path: path)
    case .SQLITE_FULL: self = .diskFull(path: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_MISMATCH: self = .corrupt(path: path)
    default: self = .io(path: path, code: error.extendedResultCode.rawValue)
    }
  }
}
