import GRDB
import Glibc

/// The config directory's database, `connections.sqlite`.
///
/// Every change is one transaction, or a part of one, and is on the disk when that has returned. Several processes may
/// use one directory: a writer waits up to 10 seconds for another. Calls block their thread.
public final class SettingsStore: Sendable {
  /// What a store may do.
  public enum Access: Sendable {
    /// Reads and writes; makes the directory and the database.
    case readWrite
    /// Reads only and leaves no trace; works where nothing can be written.
    case readOnly
  }

  /// The config directory.
  public let directory: String
  /// The database file.
  public var path: String { Self.file(in: directory) }

  /// What it may do.
  public let access: Access

  let queue: DatabaseQueue

  /// Opens the settings, or creates them: the directory with mode 0700, the file with 0600.
  ///
  /// - Throws: ``SettingsError``; with `readOnly`, ``SettingsError/notFound(path:)`` where there are
  ///   none. What cannot be opened stays as it is.
  public init(directory: String, access: Access = .readWrite) throws(SettingsError) {
    // A relative path gets a lead, for SQLite reads "file:…" as a URI.
    let directory = directory.hasPrefix("/") ? directory : "./\(directory)"
    guard !directory.utf8.contains(0) else {
      throw .directory(path: "given", reason: "its name holds a NUL")
    }
    self.directory = directory
    self.access = access
    queue =
      switch access {
      case .readWrite: try Self.openForWriting(directory)
      case .readOnly: try Self.openForReading(Self.file(in: directory))
      }
  }

  /// Looks through the whole file for damage.
  ///
  /// - Throws: ``SettingsError/corrupt(path:)`` where there is any. Costs a read of the file.
  public func verify() throws(SettingsError) {
    try read { [path] db in
      let findings = try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
      guard findings == ["ok"] else { throw SettingsError.corrupt(path: path) }
      guard try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") == nil else {
        throw SettingsError.corrupt(path: path)
      }
    }
  }

  /// Runs the body as one change: what it does with this store comes about as a whole, or not at all where it throws.
  ///
  /// - Parameter body: Nobody else can write while it runs, and other threads of this process cannot read either.
  /// - Throws: What the body throws, as it is; ``SettingsError``.
  public func transaction<Value>(_ body: () throws -> Value) throws -> Value {
    var failure: (any Error)?
    do {
      return try write { _ in
        do {
          return try body()
        } catch {
          failure = error
          throw error
        }
      }
    } catch {
      throw failure ?? error
    }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(SettingsError) -> Value {
    do {
      return try queue.unsafeReentrantRead { db in
        try db.readOnly { try Self.isolated(db, body) }
      }
    } catch {
      throw SettingsError(error, path: path)
    }
  }

  func write<Value>(_ body: (Database) throws -> Value) throws(SettingsError) -> Value {
    // GRDB would run the body without the lock, up to its first change.
    guard access == .readWrite else { throw .readOnly(path: path) }
    do {
      return try queue.unsafeReentrantWrite { db in try Self.isolated(db, body) }
    } catch {
      throw SettingsError(error, path: path)
    }
  }

  /// Runs the body in a transaction, or within the one that is open: see ``transaction(_:)``.
  private static func isolated<Value>(
    _ db: Database, _ body: (Database) throws -> Value
  ) throws -> Value {
    var result: Value?
    try db.inSavepoint {
      result = try body(db)
      return .commit
    }
    guard let result else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
    return result
  }

  /// Writes with a body that may fail in ways of its own: those errors come out as they are.
  func writeOrFail<Value, Failure: Error>(
    _ body: (Database) throws -> Result<Value, Failure>
  ) throws(SettingsError) -> Result<Value, Failure> {
    var result: Result<Value, Failure>?
    let outcome: Result<Value, Failure>? = try write { db in
      try db.inSavepoint {
        let value = try body(db)
        result = value
        if case .failure = value { return .rollback }
        return .commit
      }
      return result
    }
    guard let outcome else { throw .io(path: path, code: ResultCode.SQLITE_INTERNAL.rawValue) }
    return outcome
  }

  /// Moves the log into the file, so that no older version of a secret stays in it. Left for later
  /// where others are reading, and within ``transaction(_:)``.
  func emptyLog() {
    _ = try? queue.unsafeReentrantWrite { try $0.checkpoint(.truncate) }
  }
}

extension SettingsStore {
  /// The path of the database in a config directory.
  public static func file(in directory: String) -> String {
    directory.hasSuffix("/") ? "\(directory)connections.sqlite" : "\(directory)/connections.sqlite"
  }

  private static func openForWriting(_ directory: String) throws(SettingsError) -> DatabaseQueue {
    try ConfigDirectory.make(directory)
    let path = file(in: directory)
    guard faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0 else {
      throw .readOnly(path: path)
    }
    // Two processes that switch a new file to its log or migrate it at once would disturb each other.
    return try ConfigDirectory.locked(directory) { () throws(SettingsError) in
      try create(path, in: directory)
      var configuration = Configuration()
      configuration.busyMode = .timeout(10)
      configuration.prepareDatabase { db in
        try checkOrigin(of: db, path: path)
        // Not `journalMode = .wal`: that would turn `synchronous` down to NORMAL, and a token pair
        // whose predecessor is used up must survive a power cut.
        _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
        try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
      }
      do {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { db in
          try db.beginTransaction(.immediate)  // SQLite opens a read-only file without a word
          try db.rollback()
        }
        try Schema.migrator.migrate(queue)
        return queue
      } catch {
        throw SettingsError(error, path: path)
      }
    }
  }

  /// Makes an empty file, which is an empty database; SQLite gives its log the same mode.
  private static func create(_ path: String, in directory: String) throws(SettingsError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      // Only here is it safe to close a descriptor of the file: closing one gives up all locks that
      // this process has on it (fcntl's rule), and nobody has any yet.
      close(descriptor)
      ConfigDirectory.synchronize(directory)
      return
    }
    switch errno {
    case EEXIST:
      try checkKind(of: path)
      guard faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 else {
        throw .cannotOpen(path: path, reason: ConfigDirectory.reason(errno))
      }
      guard faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 else { throw .readOnly(path: path) }
    case EROFS, EACCES, EPERM: throw .readOnly(path: path)
    case ENOSPC, EDQUOT: throw .diskFull(path: path)
    default: throw .cannotOpen(path: path, reason: ConfigDirectory.reason(errno))
    }
  }

  private static func checkKind(of path: String) throws(SettingsError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw .cannotOpen(path: path, reason: ConfigDirectory.reason(errno))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .cannotOpen(path: path, reason: "it is not a file")
    }
  }

  private static func openForReading(_ path: String) throws(SettingsError) -> DatabaseQueue {
    guard faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 else {
      guard errno == ENOENT || errno == ENOTDIR else {
        throw .cannotOpen(path: path, reason: ConfigDirectory.reason(errno))
      }
      throw .notFound(path: path)
    }
    try checkKind(of: path)
    do {
      return try openReader(path, name: path)
    } catch let error as DatabaseError
      where error.resultCode == .SQLITE_CANTOPEN || error.resultCode == .SQLITE_READONLY
      || error.extendedResultCode == .SQLITE_IOERR_SHMSIZE
    {
      // A database with a log wants to make files beside it. Where it cannot, and no log holds
      // anything, nobody is writing, and the file alone is the whole truth.
      var status = stat()
      guard stat("\(path)-wal", &status) != 0 || status.st_size == 0 else {
        throw .needsRecovery(path: path)
      }
      do {
        return try openReader(path, name: immutableName(of: path))
      } catch {
        throw SettingsError(error, path: path)
      }
    } catch {
      throw SettingsError(error, path: path)
    }
  }

  private static func openReader(_ path: String, name: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { db in
      try checkOrigin(of: db, path: path)
      guard try Schema.migrator.hasCompletedMigrations(db) else {
        throw SettingsError.olderVersion(path: path)
      }
    }
    return try DatabaseQueue(path: name, configuration: configuration)
  }

  /// See <https://www.sqlite.org/uri.html>, "immutable".
  private static func immutableName(of path: String) -> String {
    var name = "file:"
    for byte in path.utf8 {
      if byte.isASCIILetterOrDigit || byte == UInt8(ascii: "/") || byte == .dot {
        name.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        name += byte < 16 ? "%0\(String(byte, radix: 16))" : "%\(String(byte, radix: 16))"
      }
    }
    return "\(name)?immutable=1"
  }

  /// Refuses what another program or a newer version wrote, before anything is written to it.
  private static func checkOrigin(of db: Database, path: String) throws {
    let applicationID = try Int32.fetchOne(db, sql: "PRAGMA application_id")
    guard applicationID == Schema.applicationID else {
      // The migrator's own table is there before the first migration, which may not have come to
      // its end.
      let isEmpty =
        try Row.fetchOne(
          db, sql: "SELECT 1 FROM sqlite_master WHERE tbl_name != 'grdb_migrations'") == nil
      guard applicationID == 0, isEmpty else { throw SettingsError.foreign(path: path) }
      return
    }
    guard try !Schema.migrator.hasBeenSuperseded(db) else {
      throw SettingsError.newerVersion(path: path)
    }
  }
}
