import Foundation
import GRDB

/// The tables of `cache.sqlite`, as the README describes them to people who query it.
///
/// A migration that has shipped is never edited. Times are UTC texts with milliseconds, ids of git objects are 40
/// hexadecimal digits, paths are the bytes that the tree holds.
enum CacheSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 projects, merge requests, commits, diffs") { database in
      try database.execute(
        sql: """
          CREATE TABLE project (
            id INTEGER PRIMARY KEY,
            host TEXT NOT NULL,              -- directory name below mirrors/
            projectId INTEGER NOT NULL,      -- GitLab's id: survives renames
            baseUrl TEXT NOT NULL,
            path TEXT NOT NULL COLLATE NOCASE,
            defaultBranch TEXT,
            webUrl TEXT,
            lookbackDays INTEGER NOT NULL,
            listedSince TEXT,                -- merge requests changed since then are all here
            changedUntil TEXT,               -- the newest change that GitLab has told
            commitsSince TEXT,               -- commits since then are all here
            commitTips TEXT,                 -- ... as far as these branch tips reach them
            windowSince TEXT,                -- what the last sync was asked to keep ready
            attemptedAt TEXT,
            syncedAt TEXT,                   -- NULL = never
            failure TEXT,                    -- why the last attempt failed; NULL = it did not
            UNIQUE (host, projectId)
          ) STRICT;
          CREATE INDEX projectPath ON project (path);

          CREATE TABLE path (
            id INTEGER PRIMARY KEY,
            bytes BLOB NOT NULL UNIQUE
          ) STRICT;

          CREATE TABLE diff (
            id INTEGER PRIMARY KEY,
            oldTree TEXT NOT NULL,
            newTree TEXT NOT NULL,
            algorithm INTEGER NOT NULL,      -- version of the rules that made the rows
            files INTEGER NOT NULL,
            additions INTEGER NOT NULL,
            deletions INTEGER NOT NULL,
            UNIQUE (oldTree, newTree, algorithm)
          ) STRICT;

          CREATE TABLE diffFile (
            diffId INTEGER NOT NULL REFERENCES diff (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,       -- git's order
            pathId INTEGER NOT NULL REFERENCES path (id),
            oldPathId INTEGER REFERENCES path (id),
            status TEXT NOT NULL CHECK (status IN
              ('added', 'deleted', 'modified', 'renamed', 'copied', 'typeChanged')),
            additions INTEGER,               -- NULL = binary
            deletions INTEGER,
            precision TEXT CHECK (precision IN ('totals', 'uncounted')), -- NULL = git's own numbers
            PRIMARY KEY (diffId, position)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX diffFilePath ON diffFile (pathId, diffId);
          CREATE INDEX diffFileOldPath ON diffFile (oldPathId, diffId) WHERE oldPathId IS NOT NULL;

          CREATE TABLE mergeRequest (
            project INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
            iid INTEGER NOT NULL,
            gitlabId INTEGER NOT NULL,
            title TEXT NOT NULL,
            description TEXT NOT NULL,
            state TEXT NOT NULL,
            isDraft INTEGER NOT NULL,
            authorName TEXT,
            authorUsername TEXT,
            createdAt TEXT NOT NULL,
            updatedAt TEXT NOT NULL,
            mergedAt TEXT,
            closedAt TEXT,
            targetBranch TEXT NOT NULL,
            sourceBranch TEXT NOT NULL,
            sourceProjectId INTEGER,
            labels TEXT NOT NULL,            -- a JSON list
            webUrl TEXT,
            mergeCommitSha TEXT,
            squashCommitSha TEXT,
            baseSha TEXT,                    -- diff_refs of the newest version
            headSha TEXT,
            startSha TEXT,
            diffId INTEGER REFERENCES diff (id),
            refsOf TEXT,                     -- the updatedAt that the diff refs were asked for
            incomplete TEXT,                 -- why there is no diff of today; NULL = there is
            retryAt TEXT,                    -- when to try again without news from GitLab
            PRIMARY KEY (project, iid)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX mergeRequestUpdated ON mergeRequest (project, updatedAt);
          CREATE INDEX mergeRequestMerged ON mergeRequest (project, mergedAt);
          CREATE INDEX mergeRequestDiff ON mergeRequest (diffId);

          CREATE TABLE mergeRequestVersion (
            project INTEGER NOT NULL,
            iid INTEGER NOT NULL,
            baseSha TEXT NOT NULL,
            headSha TEXT NOT NULL,
            diffId INTEGER NOT NULL REFERENCES diff (id),
            seenAt TEXT NOT NULL,
            PRIMARY KEY (project, iid, headSha, baseSha),
            FOREIGN KEY (project, iid) REFERENCES mergeRequest (project, iid) ON DELETE CASCADE
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX mergeRequestVersionDiff ON mergeRequestVersion (diffId);

          CREATE TABLE "commit" (
            project INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
            sha TEXT NOT NULL,
            parentSha TEXT,                  -- the first; NULL = a root commit
            isMerge INTEGER NOT NULL,
            authorName TEXT NOT NULL,
            authorEmail TEXT NOT NULL,
            authoredAt TEXT NOT NULL,
            committedAt TEXT NOT NULL,
            title TEXT NOT NULL,
            diffId INTEGER REFERENCES diff (id), -- NULL for merges
            incomplete TEXT,
            PRIMARY KEY (project, sha)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX commitCommitted ON "commit" (project, committedAt);
          CREATE INDEX commitDiff ON "commit" (diffId);
          """)
    }
    migrator.registerMigration("2 hunks, words of merge requests") { database in
      try database.execute(
        sql: """
          CREATE TABLE mergeRequestIndex (   -- which merge requests have rows in the tables below
            project INTEGER NOT NULL,
            iid INTEGER NOT NULL,
            updatedAt TEXT NOT NULL,         -- of the merge request that was looked into
            diffId INTEGER,
            algorithm INTEGER NOT NULL,      -- version of the rules that made the rows
            PRIMARY KEY (project, iid),
            FOREIGN KEY (project, iid) REFERENCES mergeRequest (project, iid) ON DELETE CASCADE
          ) STRICT, WITHOUT ROWID;

          CREATE TABLE changedFile (
            diffId INTEGER NOT NULL REFERENCES diff (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,       -- as in diffFile
            oldBlob BLOB,                    -- 20 bytes; NULL = a new file
            newBlob BLOB,                    -- 20 bytes; NULL = a deleted file
            effect INTEGER NOT NULL,         -- 0 code, 1 comments, 2 formatting, 3 generated, 4 not looked into
            PRIMARY KEY (diffId, position)
          ) STRICT, WITHOUT ROWID;

          CREATE TABLE hunk (
            diffId INTEGER NOT NULL REFERENCES diff (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,       -- the file, as in diffFile
            number INTEGER NOT NULL,
            oldStart INTEGER NOT NULL,       -- lines count from 0
            oldCount INTEGER NOT NULL,
            newStart INTEGER NOT NULL,
            newCount INTEGER NOT NULL,
            effect INTEGER NOT NULL,         -- as in changedFile
            function TEXT,                   -- the innermost one around it
            functionStart INTEGER,           -- in the new file
            functionCount INTEGER,
            PRIMARY KEY (diffId, position, number)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX hunkFunction ON hunk (function, diffId) WHERE function IS NOT NULL;

          -- A row's id is project * 2^32 + iid. The columns hold words that are split as code is.
          CREATE VIRTUAL TABLE mergeRequestText USING fts5(
            title, description, paths, changes, tokenize = 'porter unicode61', detail = 'column');
          """)
    }
    migrator.registerMigration("3 pairs of contents, indexes of what is due") { database in
      try database.execute(
        sql: """
          CREATE TABLE contentPair (
            pair BLOB NOT NULL,              -- two blob ids of 20 bytes, the smaller one first
            algorithm INTEGER NOT NULL,      -- version of the rules that made the row
            storedOn INTEGER NOT NULL,       -- days since 1970
            isBinary INTEGER NOT NULL,
            isReversible INTEGER NOT NULL,   -- the way back has the same counts, swapped
            additions INTEGER,               -- from the first to the second; NULL = not compared
            deletions INTEGER,
            backAdditions INTEGER,           -- and back, where that is not the same swapped
            backDeletions INTEGER,
            similarity INTEGER,              -- 0 to 60000 as git has it; NULL = not compared
            PRIMARY KEY (pair, algorithm)
          ) STRICT, WITHOUT ROWID;

          CREATE INDEX diffAlgorithm ON diff (algorithm);
          CREATE INDEX mergeRequestUnasked ON mergeRequest (project) WHERE refsOf IS NOT updatedAt;
          CREATE INDEX mergeRequestIncomplete ON mergeRequest (project)
            WHERE incomplete IS NOT NULL;
          CREATE INDEX commitDue ON "commit" (project)
            WHERE isMerge = 0 AND diffId IS NULL AND incomplete IS NULL;
          """)
    }
    migrator.registerMigration("4 words of commits and functions") { database in
      try database.execute(
        sql: """
          -- The functions that a merge request changed, split as code is; a row's id as in mergeRequestText.
          CREATE VIRTUAL TABLE mergeRequestFunctions USING fts5(
            functions, tokenize = 'porter unicode61', detail = 'column');

          -- The messages of its commits. A row's id is project * 2^42 + iid * 2^10 + the commit's number, which counts
          -- from 0 at the newest.
          CREATE VIRTUAL TABLE commitText USING fts5(
            title, body, tokenize = 'porter unicode61', detail = 'column');
          """)
    }
    migrator.registerMigration("5 files of a diff at once") { database in
      try database.execute(
        sql: """
          -- The rows that diffFile has of a diff, as one BLOB; PackedFiles tells its form.
          CREATE TABLE packedFiles (
            diffId INTEGER PRIMARY KEY REFERENCES diff (id) ON DELETE CASCADE,
            files BLOB NOT NULL
          ) STRICT;
          """)
      try packAll(database)
    }
    return migrator
  }

  private static func packAll(_ database: Database) throws {
    let insert = try database.makeStatement(
      sql: "INSERT INTO packedFiles (diffId, files) VALUES (?, ?)")
    for diff in try Int64.fetchAll(database, sql: "SELECT id FROM diff WHERE files = 0") {
      try insert.execute(arguments: [diff, Data(PackedFiles.pack([]))])
    }
    let select = try database.makeStatement(
      sql: """
        SELECT f.diffId, p.bytes, o.bytes, f.status, f.additions, f.deletions, f.precision
        FROM diffFile f JOIN path p ON p.id = f.pathId
          LEFT JOIN path o ON o.id = f.oldPathId ORDER BY f.diffId, f.position
        """)
    let columns = StatementColumns(select)
    let rows = try Row.fetchCursor(select)
    var current: (diff: Int64, files: [CachedFile])?
    func store() throws {
      guard let current else { return }
      try insert.execute(arguments: [current.diff, Data(PackedFiles.pack(current.files))])
    }
    while let row = try rows.next() {
      let diff: Int64 = row[0]
      if current?.diff != diff {
        try store()
        current = (diff, [])
      }
      if let file = columns.file(at: 1) { current?.files.append(file) }
    }
    try store()
  }
}
