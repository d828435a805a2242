import GRDB

/// The tables of `connections.sqlite`. A migration that was shipped is never edited.
enum Schema {
  /// `PRAGMA application_id`: "SigS".
  static let applicationID: Int32 = 0x5369_6753

  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 settings") { db in
      try db.execute(sql: "PRAGMA application_id = 1399416659")
      try createConnections(db)
      try createRepositories(db)
    }
    migrator.registerMigration("2 API keys, analyses, runs of syncs") { db in
      try createAPIKeys(db)
      try createAnalyses(db)
      try createSyncRuns(db)
    }
    return migrator
  }()

  private static func createConnections(_ db: Database) throws {
    try db.create(table: "connection", options: .strict) { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("name", .text).notNull().unique().collate(.nocase)
      table.column("baseURL", .text).notNull()
      table.column("authentication", .text).notNull()
        .check(
          sql: """
            authentication IN
              ('personalAccessToken', 'projectAccessToken', 'groupAccessToken', 'oauth')
            """)
      table.column("userName", .text).notNull()
      table.column("displayName", .text).notNull()
      table.column("tokenName", .text)
      table.column("scopes", .text).notNull()  // separated by a space
      table.column("expiresAt", .text)  // dates in UTC, "2026-04-25 09:00:00.000"
      table.column("caFile", .text)
      table.column("clientID", .text)
      table.column("needsReauthorizationSince", .text)
      table.column("gitlabVersion", .text)
      table.column("createdAt", .text).notNull()
      table.column("checkedAt", .text).notNull()
      table.column("generation", .integer).notNull().defaults(to: 0)
    }
    try db.create(table: "secret", options: [.strict, .withoutRowID]) { table in
      table.column("connectionID", .integer).notNull()
        .references("connection", onDelete: .cascade)
      table.column("kind", .text).notNull()
        .check(sql: "kind IN ('accessToken', 'refreshToken', 'clientSecret')")
      table.column("blob", .blob).notNull().check(sql: "length(blob) BETWEEN 1 AND 65536")
      table.primaryKey(["connectionID", "kind"])
    }
    try db.create(table: "vault", options: .strict) { table in
      table.primaryKey("id", .integer).check(sql: "id = 1")
      table.column("keyID", .blob).notNull().check(sql: "length(keyID) BETWEEN 1 AND 64")
    }
  }

  private static func createRepositories(_ db: Database) throws {
    try db.create(table: "repository", options: .strict) { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("connectionID", .integer).indexed()
        .references("connection", onDelete: .setNull)
      table.column("baseURL", .text).notNull().collate(.nocase)
      table.column("path", .text).notNull().collate(.nocase)
      table.column("projectID", .integer)
      table.column("lookbackDays", .integer).notNull().defaults(to: 30)
        .check(sql: "lookbackDays BETWEEN 1 AND 365")
      table.column("isActive", .integer).notNull().defaults(to: 1).check(sql: "isActive IN (0, 1)")
      table.column("createdAt", .text).notNull()
      table.column("updatedAt", .text).notNull()
      table.uniqueKey(["baseURL", "path"])
      table.uniqueKey(["baseURL", "projectID"])
    }
    try db.create(table: "serviceMapping", options: .strict) { table in
      table.primaryKey("service", .text)
      table.column("repositoryID", .integer).notNull().indexed()
        .references("repository", onDelete: .cascade)
      table.column("pathPrefix", .text)
      table.column("branch", .text)
    }
  }

  private static func createAPIKeys(_ db: Database) throws {
    try db.create(table: "apiKey", options: .strict) { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("name", .text).notNull().unique().collate(.nocase)
      table.column("hash", .blob).notNull().unique().check(sql: "length(hash) = 32")  // SHA-256
      table.column("prefix", .text).notNull()  // of the secret, to tell keys by
      table.column("permissions", .text).notNull()  // separated by a space
      table.column("createdAt", .text).notNull()
      table.column("lastUsedAt", .text)
    }
  }

  private static func createAnalyses(_ db: Database) throws {
    try db.create(table: "analysis", options: .strict) { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("status", .text).notNull()
        .check(sql: "status IN ('pending', 'processing', 'complete', 'partial', 'failed')")
      table.column("createdAt", .text).notNull()
      table.column("finishedAt", .text)
      table.column("question", .text).notNull()  // JSON
      table.column("symptom", .blob).notNull()
      table.column("headline", .text)  // JSON, what lists show of the answer
      table.column("answer", .text)  // JSON, as the API gives it
      table.column("view", .text)  // JSON, as the page shows it
      table.column("page", .text)  // HTML, to be shared
      table.column("failure", .text)
    }
  }

  private static func createSyncRuns(_ db: Database) throws {
    try db.create(table: "syncRun", options: .strict) { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("repositoryID", .integer).notNull().indexed()
        .references("repository", onDelete: .cascade)
      table.column("cause", .text).notNull()
        .check(sql: "cause IN ('schedule', 'webhook', 'person')")
      table.column("startedAt", .text).notNull()
      table.column("seconds", .real).notNull()
      table.column("failure", .text)  // NULL = it went well
      table.column("hint", .text)
      table.column("needsReauthorization", .integer).notNull()
      table.column("mergeRequests", .integer).notNull()
      table.column("diffs", .integer).notNull()
      table.column("files", .integer).notNull()
      table.column("commits", .integer).notNull()
      table.column("apiRequests", .integer).notNull()
      table.column("objects", .integer).notNull()
      table.column("bytesReceived", .integer).notNull()
    }
  }
}
