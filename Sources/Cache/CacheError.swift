import Foundation
import GRDB

/// Why the cache cannot be used. Nothing is deleted or repaired behind the user's back.
public enum CacheError: Error, Sendable, Equatable {
  /// There is no cache at the path yet.
  case missing(path: String)
  /// The directory or the file cannot be made or written.
  case unwritable(path: String, reason: String)
  /// It cannot be written here, and its log holds changes that only a writer can take in.
  case unclosed(path: String)
  /// A newer version of the tool wrote it.
  case newer(path: String)
  /// An older version of the tool wrote it, and it cannot be brought up to date here.
  case older(path: String, reason: String)
  /// SQLite finds the file damaged.
  case corrupt(path: String, detail: String)
  /// The disk is full; what was stored before stays.
  case diskFull(path: String)
  /// Any other of SQLite's errors.
  case database(path: String, detail: String)
}

extension CacheError: CustomStringConvertible {
  /// One sentence for a log or a person.
  public var description: String {
    switch self {
    case .missing(let path): "there is no cache at \(path)"
    case .unwritable(let path, let reason): "the cache \(path) cannot be written: \(reason)"
    case .unclosed(let path):
      "the cache \(path) was not closed, and this user cannot finish what was begun"
    case .newer(let path): "the cache \(path) was written by a newer version of sigsentry"
    case .older(let path, let reason):
      "the cache \(path) was written by an older version of sigsentry and cannot be brought up to date: \(reason)"
    case .corrupt(let path, let detail): "the cache \(path) is damaged: \(detail)"
    case .diskFull(let path): "the disk that holds \(path) is full"
    case .database(let path, let detail): "the cache \(path) failed: \(detail)"
    }
  }

  init(_ error: any Error, path: String) {
    if let known = error as? CacheError {
      self = known
      return
    }
    guard let error = error as? DatabaseError else {
      self = .database(path: path, detail: "\(error)")
      return
    }
    // The message of SQLite, without the statement and its arguments.
    let detail = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(path: path, detail: detail)
    case .SQLITE_FULL: self = .diskFull(path: path)
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
      self = .unwritable(path: path, reason: detail)
    default: self = .database(path: path, detail: detail)
    }
  }
}
