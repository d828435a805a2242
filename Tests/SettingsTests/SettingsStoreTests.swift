import Foundation
import GRDB
import Testing

@testable import Settings

@Suite struct SettingsStoreTests {
  let directory: TemporaryDirectory
  var config: String { directory.file("deep/config") }

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func `directory and files are made for the owner alone`() throws {
    let store = try SettingsStore(directory: config)
    try store.insert(draft())
    #expect(try mode(of: directory.file("deep")) == 0o700)
    #expect(try mode(of: config) == 0o700)
    for name in ["connections.sqlite", "connections.sqlite-wal", "connections.sqlite-shm"] {
      #expect(try mode(of: "\(config)/\(name)") == 0o600)
    }
  }

  @Test func `a change is on the disk when the call returns`() throws {
    let store = try SettingsStore(directory: config)
    let pragmas = try store.queue.inDatabase { db in
      try ["journal_mode", "synchronous", "foreign_keys", "secure_delete", "application_id"].map {
        try String.fetchOne(db, sql: "PRAGMA \($0)")
      }
    }
    #expect(pragmas == ["wal", "2", "1", "1", "\(Schema.applicationID)"])
  }

  @Test func `all tables are strict`() throws {
    let store = try SettingsStore(directory: config)
    let loose = try store.read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT name FROM pragma_table_list
          WHERE schema = 'main' AND type = 'table' AND strict = 0
            AND name NOT LIKE 'sqlite_%' AND name != 'grdb_migrations'
          """)
    }
    #expect(loose == [])
  }

  @Test func `what is stored is there again after reopening`() throws {
    do {
      try SettingsStore(directory: config).insert(draft())
    }
    #expect(!FileManager.default.fileExists(atPath: "\(config)/connections.sqlite-wal"))
    #expect(try SettingsStore(directory: config).connections().map(\.name) == ["work"])
    let reader = try SettingsStore(directory: config, access: .readOnly)
    #expect(try reader.connections().map(\.name) == ["work"])
    #expect(throws: SettingsError.readOnly(path: reader.path)) { try reader.insert(draft("b")) }
    try reader.verify()
  }

  @Test func `a relative path that looks like a URI is a path`() throws {
    let store = try SettingsStore(directory: config + "/file:x?mode=memory&a=%41#b")
    try store.insert(draft())
    #expect(FileManager.default.fileExists(atPath: store.path))
  }

  @Test func `many openings at once all succeed`() async throws {
    let config = config
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<8 {
        group.addTask {
          let store = try SettingsStore(directory: config)
          try store.insert(draft("c\(index)"))
        }
      }
      try await group.waitForAll()
    }
    #expect(try SettingsStore(directory: config).connections().count == 8)
  }

  @Test func `settings of a newer version are left alone`() throws {
    let path = try SettingsStore(directory: config).path
    try change(path, "INSERT INTO grdb_migrations (identifier) VALUES ('9 later')")
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    for access in [SettingsStore.Access.readWrite, .readOnly] {
      #expect(throws: SettingsError.newerVersion(path: path)) {
        try SettingsStore(directory: config, access: access)
      }
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test func `settings of an older version are upgraded, but not while reading`() throws {
    let path = try SettingsStore(directory: config).path
    try change(
      path,
      """
      DELETE FROM grdb_migrations WHERE identifier LIKE '2 %';
      DROP TABLE apiKey; DROP TABLE analysis; DROP TABLE syncRun;
      """)
    #expect(throws: SettingsError.olderVersion(path: path)) {
      try SettingsStore(directory: config, access: .readOnly)
    }
    let store = try SettingsStore(directory: config)
    try store.insert(draft())
    #expect(try store.apiKeys().isEmpty && store.analyses(limit: 1).isEmpty)
  }

  @Test func `another program's database is left alone`() throws {
    try FileManager.default.createDirectory(atPath: config, withIntermediateDirectories: true)
    let path = "\(config)/connections.sqlite"
    try change(path, "CREATE TABLE theirs (id INTEGER)")
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(throws: SettingsError.foreign(path: path)) { try SettingsStore(directory: config) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test func `a file that is no database is left alone`() throws {
    try FileManager.default.createDirectory(atPath: config, withIntermediateDirectories: true)
    let path = "\(config)/connections.sqlite"
    let text = Data(String(repeating: "no database ", count: 100).utf8)
    try text.write(to: URL(fileURLWithPath: path))
    for access in [SettingsStore.Access.readWrite, .readOnly] {
      #expect(throws: SettingsError.corrupt(path: path)) {
        try SettingsStore(directory: config, access: access)
      }
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
  }

  @Test func `a damaged page is reported as damage`() throws {
    let path: String
    do {
      let store = try SettingsStore(directory: config)
      for index in 0..<200 { try store.insert(draft("c\(index)")) }
      path = store.path
    }
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    let size = try handle.seekToEnd()
    for page in stride(from: UInt64(4096), to: size, by: 4096) {
      try handle.seek(toOffset: page)
      try handle.write(contentsOf: Data(repeating: 0x5A, count: 4096))
    }
    try handle.close()
    #expect(throws: SettingsError.corrupt(path: path)) {
      let store = try SettingsStore(directory: config)
      try store.verify()
    }
    #expect(throws: SettingsError.corrupt(path: path)) {
      _ = try SettingsStore(directory: config, access: .readOnly).connections()
    }
  }

  @Test func `a row that no version writes is damage`() throws {
    let store = try SettingsStore(directory: config)
    try store.insert(draft())
    try change(store.path, "UPDATE connection SET baseURL = 'nonsense://'")
    #expect(throws: SettingsError.corrupt(path: store.path)) { try store.connections() }
    try change(store.path, "UPDATE connection SET baseURL = 'https://h', createdAt = 'never'")
    #expect(throws: SettingsError.corrupt(path: store.path)) { try store.connections() }
  }

  @Test func `a file in the place of the directory is named`() throws {
    try Data().write(to: URL(fileURLWithPath: directory.file("deep")))
    let error = #expect(throws: SettingsError.self) { try SettingsStore(directory: config) }
    guard case .directory = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(throws: SettingsError.notFound(path: "\(config)/connections.sqlite")) {
      try SettingsStore(directory: config, access: .readOnly)
    }
  }

  @Test func `a directory in the place of the file is named`() throws {
    let path = "\(config)/connections.sqlite"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for access in [SettingsStore.Access.readWrite, .readOnly] {
      let error = #expect(throws: SettingsError.self) {
        try SettingsStore(directory: config, access: access)
      }
      guard case .cannotOpen = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test func `a full disk is named and changes nothing`() throws {
    let store = try SettingsStore(directory: config)
    try store.insert(draft())
    try store.queue.inDatabase { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
    }
    let large = Data(repeating: 7, count: 60_000)
    #expect(throws: SettingsError.diskFull(path: store.path)) {
      try store.insert(draft("b"), blobs: [.accessToken: large])
    }
    #expect(try store.connections().map(\.name) == ["work"])
  }

  @Test func `a log that cannot grow is a full disk`() {
    let error = DatabaseError(resultCode: .SQLITE_IOERR_SHMSIZE)
    #expect(SettingsError(error, path: "/p") == .diskFull(path: "/p"))
  }

  @Test func `a creation that was cut off is finished`() throws {
    try FileManager.default.createDirectory(atPath: config, withIntermediateDirectories: true)
    let path = "\(config)/connections.sqlite"
    try Data().write(to: URL(fileURLWithPath: path))
    #expect(throws: SettingsError.olderVersion(path: path)) {
      try SettingsStore(directory: config, access: .readOnly)
    }
    try change(path, "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
    try SettingsStore(directory: config).insert(draft())
  }

  @Test func `reading where nothing is says so and leaves no trace`() throws {
    #expect(throws: SettingsError.notFound(path: "\(config)/connections.sqlite")) {
      try SettingsStore(directory: config, access: .readOnly)
    }
    #expect(!FileManager.default.fileExists(atPath: config))
  }

  @Test func `what is done in one transaction comes about as a whole or not at all`() throws {
    struct Stop: Error {}
    let store = try SettingsStore(directory: config)
    let kept = try store.addRepository(store.reference("g/kept"), connection: nil, at: noon)
    #expect(throws: Stop.self) {
      try store.transaction {
        let connection = try store.insert(draft())
        try store.editRepository(kept.id, at: noon) { $0.connectionID = connection.id }
        #expect(try store.repository(id: kept.id)?.connectionID == connection.id)
        #expect(throws: SettingsError.duplicateConnection(name: "work")) {
          try store.insert(draft())
        }
        try store.delete(connection: connection.id)
        try store.insert(draft())
        throw Stop()
      }
    }
    #expect(try store.connections().isEmpty && store.repositories() == [kept])
    let id = try store.transaction {
      // What fails within, and is caught there, takes back itself alone.
      let connection = try store.insert(draft())
      _ = try? store.insert(draft())
      try store.editRepository(kept.id, at: noon) { $0.connectionID = connection.id }
      return connection.id
    }
    #expect(try store.connections().map(\.id) == [id])
    #expect(try store.repositories().map(\.connectionID) == [id])
  }

  @Test func `every error has a sentence and a hint`() {
    let errors: [SettingsError] = [
      .directory(path: "/p", reason: "r"), .notFound(path: "/p"),
      .cannotOpen(path: "/p", reason: "r"),
      .readOnly(path: "/p"), .needsRecovery(path: "/p"), .newerVersion(path: "/p"),
      .olderVersion(path: "/p"), .foreign(path: "/p"), .corrupt(path: "/p"), .diskFull(path: "/p"),
      .busy(path: "/p"), .io(path: "/p", code: 1), .invalid(field: "f", reason: "r"),
      .duplicateConnection(name: "n"), .unknownConnection("n"), .insecureConnection(host: "h"),
      .duplicateRepository(path: "p"), .sameProject(path: "p", registeredAs: "q"),
      .unknownRepository("p"),
      .connectionElsewhere(repository: "p"),
      .unknownService("s"), .secretsReplaced, .vaultKeyDiffers,
    ]
    for error in errors {
      #expect(error.summary.hasSuffix("."))
      #expect(!error.hint.isEmpty)
    }
  }

  private func change(_ path: String, _ sql: String) throws {
    try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
  }
}
