import Foundation
import GRDB

#if canImport(Glibc)
  import Glibc
#endif

/// The cache's database, `cache.sqlite` in the cache directory. Can be used from any thread.
public final class CacheStore: Sendable {
  /// How the database is opened.
  public enum Access: Sendable {
    /// Made where it is missing, migrated where it is old.
    case readWrite
    /// Only read; works in a directory that cannot be written.
    case readOnly
  }

  /// The cache directory.
  public let directory: String
  /// The database file.
  public let path: String
  let database: any DatabaseWriter

  /// Opens the cache.
  ///
  /// - Throws: ``CacheError``: ``CacheError/missing(path:)`` only with ``Access/readOnly``.
  public init(directory: String, access: Access) throws(CacheError) {
    let path = directory + "/cache.sqlite"
    self.directory = directory
    self.path = path
    do {
      let migrator = CacheSchema.migrator
      let applied: Set<String>
      switch access {
      case .readWrite:
        database = try Self.openForWriting(path, in: directory)
        applied = try database.read(migrator.appliedIdentifiers)
      case .readOnly:
        (database, applied) = try Self.openForReading(path, reading: migrator.appliedIdentifiers)
      }
      guard applied.isSubset(of: migrator.migrations) else { throw CacheError.newer(path: path) }
      switch access {
      case .readWrite: try migrator.migrate(database)
      case .readOnly:
        guard applied.count < migrator.migrations.count else { return }
        guard !applied.isEmpty else { throw CacheError.missing(path: path) }
        // An older version's is brought up to date where this user may write it.
        do {
          try migrator.migrate(DatabaseQueue(path: path, configuration: Self.configuration))
        } catch let error as DatabaseError {
          throw CacheError.older(path: path, reason: error.message ?? "\(error.resultCode)")
        }
      }
    } catch {
      throw CacheError(error, path: path)
    }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.label = "cache"
    return configuration
  }

  private static func openForWriting(
    _ path: String, in directory: String
  ) throws -> any DatabaseWriter {
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
      throw CacheError.unwritable(
        path: directory,
        reason: code.map { String(cString: strerror(Int32($0))) } ?? error.localizedDescription)
    }
    var configuration = configuration
    // Counts for a new file only: pages that fall free can then be given back without writing it anew.
    configuration.prepareDatabase { database in
      guard !database.configuration.readonly else { return }
      try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
    }
    return try DatabasePool(path: path, configuration: configuration)
  }

  /// Opens the file and reads from it: whether it can be read shows at the first statement only.
  private static func openForReading<Value>(
    _ path: String, reading body: (Database) throws -> Value
  ) throws -> (any DatabaseWriter, Value) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw CacheError.missing(path: path)
    }
    var readOnly = configuration
    readOnly.readonly = true
    do {
      let queue = try DatabaseQueue(path: path, configuration: readOnly)
      return (queue, try queue.read(body))
    } catch let error as DatabaseError
      where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
    {
      // WAL wants to write its index beside the database. Where it cannot, and the log holds nothing, the file alone is
      // the whole truth.
      var log = stat()
      guard stat(path + "-wal", &log) != 0 || log.st_size == 0 else {
        throw CacheError.unclosed(path: path)
      }
      let queue = try openUnchanging(path)
      return (queue, try queue.read(body))
    }
  }

  /// Opens a file that nobody writes meanwhile, and makes none beside it.
  static func openUnchanging(_ path: String) throws -> DatabaseQueue {
    var configuration = configuration
    configuration.readonly = true
    return try DatabaseQueue(
      path: URL(fileURLWithPath: path).absoluteString + "?immutable=1", configuration: configuration
    )
  }

  /// Runs a body on one state of the cache: all that it reads agrees, whatever a sync stores meanwhile.
  ///
  /// The body must read on the calling thread. A sync can store meanwhile, and SQLite keeps its log until the body ends.
  public func onOneState<Value>(_ body: () throws -> Value) throws -> Value {
    try snapshot { _ in try body() }
  }

  /// Runs a body of reads on one state of the cache; within ``onOneState(_:)`` on that one.
  func read<Value>(_ body: (Database) throws -> Value) throws(CacheError) -> Value {
    do {
      return try snapshot(body)
    } catch {
      throw CacheError(error, path: path)
    }
  }

  /// GRDB's own `read` cannot be nested.
  func snapshot<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try database.unsafeReentrantRead { connection in
      if connection.isInsideTransaction { return try body(connection) }
      return try connection.readOnly {
        try connection.beginTransaction(.deferred)
        // Nothing was written.
        defer { try? connection.rollback() }
        return try body(connection)
      }
    }
  }

  /// Runs a body of writes in one transaction.
  func write<Value>(_ body: (Database) throws -> Value) throws(CacheError) -> Value {
    do {
      return try database.write(body)
    } catch {
      throw CacheError(error, path: path)
    }
  }

  /// Checks the whole file, as SQLite does; returns its complaints, none for a sound one.
  public func integrityProblems() throws(CacheError) -> [String] {
    try read { database in
      let lines = try String.fetchAll(database, sql: "PRAGMA integrity_check")
      let orphans = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").prefix(10).map {
        "a row of \($0["table"] as String? ?? "?") refers to a missing row of \($0["parent"] as String? ?? "?")"
      }
      return lines.filter { $0 != "ok" } + orphans
    }
  }

  /// Bytes of the database and its log.
  ///
  /// By stat(2): Foundation's attributes name the owner, for which glibc may ask a daemon over a socket.
  public var byteCount: Int64 {
    ["", "-wal"].reduce(0) { total, suffix in
      var status = stat()
      return stat(path + suffix, &status) == 0 ? total + Int64(status.st_size) : total
    }
  }
}
