import Foundation
import GRDB

extension CacheStore {
  /// Stores what GitLab's list says of merge requests. Diff refs and diffs stay as they are.
  ///
  /// - Returns: The iids whose row is new or that GitLab has changed since: their diff refs have to be asked for.
  public func storeMergeRequests(
    _ mergeRequests: [CachedMergeRequest], project: Int64
  ) throws(CacheError) -> [Int64] {
    try write { database in
      let known = try database.cachedStatement(
        sql: "SELECT updatedAt FROM mergeRequest WHERE project = ? AND iid = ?")
      let upsert = try database.cachedStatement(
        sql: """
          INSERT INTO mergeRequest (project, iid, gitlabId, title, description, state, isDraft, authorName,
            authorUsername, createdAt, updatedAt, mergedAt, closedAt, targetBranch, sourceBranch,
            sourceProjectId, labels, webUrl, mergeCommitSha, squashCommitSha, incomplete)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'not computed yet')
          ON CONFLICT (project, iid) DO UPDATE SET gitlabId = excluded.gitlabId, title = excluded.title,
            description = excluded.description, state = excluded.state, isDraft = excluded.isDraft,
            authorName = excluded.authorName, authorUsername = excluded.authorUsername,
            createdAt = excluded.createdAt, updatedAt = excluded.updatedAt, mergedAt = excluded.mergedAt,
            closedAt = excluded.closedAt, targetBranch = excluded.targetBranch,
            sourceBranch = excluded.sourceBranch, sourceProjectId = excluded.sourceProjectId,
            labels = excluded.labels, webUrl = excluded.webUrl, mergeCommitSha = excluded.mergeCommitSha,
            squashCommitSha = excluded.squashCommitSha, retryAt = NULL
          """)
      var changed: [Int64] = []
      for request in mergeRequests {
        let updatedAt = StoredTime(request.updatedAt).text
        if try String.fetchOne(known, arguments: [project, request.iid]) == updatedAt { continue }
        changed.append(request.iid)
        let labels = try JSONEncoder().encode(request.labels)
        try upsert.execute(arguments: [
          project, request.iid, request.gitlabID, request.title, request.description, request.state,
          request.isDraft, request.authorName, request.authorUsername,
          StoredTime(request.createdAt), updatedAt, request.mergedAt.map(StoredTime.init),
          request.closedAt.map(StoredTime.init), request.targetBranch, request.sourceBranch,
          request.sourceProjectID, String(decoding: labels, as: UTF8.self), request.webURL,
          request.mergeCommitSHA, request.squashCommitSHA,
        ])
      }
      return changed
    }
  }

  /// The iids whose diff is missing or made by another version of the rules, and may be tried now; and those whose diff
  /// refs were not asked for since GitLab changed them, because a sync failed in between.
  public func mergeRequestsToCompute(
    project: Int64, algorithm: Int, at time: Date
  ) throws(CacheError) -> [Int64] {
    try read {
      try Int64.fetchAll(
        $0,
        sql: """
          SELECT iid FROM mergeRequest
          WHERE project = ?1 AND diffId IS NULL AND (retryAt IS NULL OR retryAt <= ?2)
          UNION
          SELECT iid FROM mergeRequest INDEXED BY mergeRequestUnasked
          WHERE project = ?1 AND refsOf IS NOT updatedAt
          UNION
          SELECT m.iid FROM diff d CROSS JOIN mergeRequest m ON m.diffId = d.id
          WHERE m.project = ?1 AND d.algorithm < ?3
          UNION
          SELECT m.iid FROM diff d CROSS JOIN mergeRequest m ON m.diffId = d.id
          WHERE m.project = ?1 AND d.algorithm > ?3
          ORDER BY iid
          """, arguments: [project, StoredTime(time), algorithm])
    }
  }

  /// The commits whose diff was made by another version of the rules, or is missing for no reason.
  public func commitsToCompute(project: Int64, algorithm: Int) throws(CacheError) -> [CachedCommit]
  {
    try read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT \(CachedCommit.columns) FROM "commit" c LEFT JOIN diff d ON d.id = c.diffId
          WHERE c.project = ?1 AND c.sha IN (
            SELECT sha FROM "commit" INDEXED BY commitDue
            WHERE project = ?1 AND isMerge = 0 AND incomplete IS NULL AND diffId IS NULL
            UNION
            SELECT c.sha FROM diff d CROSS JOIN "commit" c ON c.diffId = d.id
            WHERE c.project = ?1 AND c.incomplete IS NULL AND d.algorithm < ?2
            UNION
            SELECT c.sha FROM diff d CROSS JOIN "commit" c ON c.diffId = d.id
            WHERE c.project = ?1 AND c.incomplete IS NULL AND d.algorithm > ?2)
          ORDER BY c.committedAt DESC, c.sha
          """, arguments: [project, algorithm]
      ).map(CachedCommit.init)
    }
  }

  /// Stores commits of the window; those that are there already stay as they are.
  ///
  /// - Returns: The ids of those that were not there.
  @discardableResult
  public func storeCommits(
    _ commits: [CachedCommit], project: Int64
  ) throws(CacheError) -> Set<String> {
    try write { database in
      var added: Set<String> = []
      let insert = try database.cachedStatement(
        sql: """
          INSERT INTO "commit" (project, sha, parentSha, isMerge, authorName, authorEmail, authoredAt,
            committedAt, title)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
          """)
      for commit in commits {
        try insert.execute(arguments: [
          project, commit.sha, commit.parentSHA, commit.isMerge, commit.authorName,
          commit.authorEmail, StoredTime(commit.authoredAt), StoredTime(commit.committedAt),
          commit.title,
        ])
        if database.changesCount > 0 { added.insert(commit.sha) }
      }
      return added
    }
  }

  /// Finds a stored diff.
  public func diffID(_ key: DiffKey) throws(CacheError) -> Int64? {
    try read {
      try Int64.fetchOne(
        $0, sql: "SELECT id FROM diff WHERE oldTree = ? AND newTree = ? AND algorithm = ?",
        arguments: [key.oldTree, key.newTree, key.algorithm])
    }
  }

  /// What a diff belongs to.
  public enum DiffOwner: Sendable, Hashable {
    /// The version of a merge request with these diff refs.
    case mergeRequest(iid: Int64, base: String?, head: String?, start: String?)
    /// A commit against its first parent.
    case commit(sha: String)
  }

  /// What came of computing a diff.
  public enum DiffOutcome: Sendable {
    /// A diff that is stored already.
    case known(Int64)
    /// A diff to store.
    case computed(DiffKey, [CachedFile])
    /// None, with the reason and when to try again; never without news where no time is given.
    case failed(reason: String, retryAt: Date?)
  }

  /// Stores diffs with their owners in one transaction.
  public func storeDiffs(
    _ results: [(owner: DiffOwner, outcome: DiffOutcome)], project: Int64, at time: Date
  ) throws(CacheError) {
    try write { database in
      let writer = DiffWriter(database)
      for (owner, outcome) in results {
        switch outcome {
        case .known(let id): try writer.link(owner, to: id, project: project, at: time)
        case .computed(let key, let files):
          try writer.link(owner, to: writer.store(key, files), project: project, at: time)
        case .failed(let reason, let retryAt):
          try writer.fail(owner, reason: reason, retryAt: retryAt, project: project)
        }
      }
    }
  }
}

/// Writes diffs within one transaction.
private final class DiffWriter {
  private let database: Database
  private var pathIDs: [[UInt8]: Int64] = [:]

  init(_ database: Database) { self.database = database }

  func store(_ key: DiffKey, _ files: [CachedFile]) throws -> Int64 {
    let totals = DiffTotals(files)
    try database.cachedStatement(
      sql: """
        INSERT INTO diff (oldTree, newTree, algorithm, files, additions, deletions)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """
    ).execute(arguments: [
      key.oldTree, key.newTree, key.algorithm, totals.files, totals.additions, totals.deletions,
    ])
    if database.changesCount == 0 {
      let known = try Int64.fetchOne(
        database, sql: "SELECT id FROM diff WHERE oldTree = ? AND newTree = ? AND algorithm = ?",
        arguments: [key.oldTree, key.newTree, key.algorithm])
      if let known { return known }
    }
    let id = database.lastInsertedRowID
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO diffFile (diffId, position, pathId, oldPathId, status, additions, deletions,
          precision)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for (position, file) in files.enumerated() {
      try insert.execute(arguments: [
        id, position, pathID(file.path), file.oldPath.map { try pathID($0) }, file.status,
        file.additions, file.deletions, file.precision,
      ])
    }
    try database.cachedStatement(sql: "INSERT INTO packedFiles (diffId, files) VALUES (?, ?)")
      .execute(arguments: [id, Data(PackedFiles.pack(files))])
    return id
  }

  private func pathID(_ bytes: [UInt8]) throws -> Int64 {
    if let id = pathIDs[bytes] { return id }
    let data = Data(bytes)
    let find = try database.cachedStatement(sql: "SELECT id FROM path WHERE bytes = ?")
    let id: Int64
    if let known = try Int64.fetchOne(find, arguments: [data]) {
      id = known
    } else {
      try database.cachedStatement(sql: "INSERT INTO path (bytes) VALUES (?)")
        .execute(arguments: [data])
      id = database.lastInsertedRowID
    }
    pathIDs[bytes] = id
    return id
  }

  func link(
    _ owner: CacheStore.DiffOwner, to diff: Int64, project: Int64, at time: Date
  ) throws {
    switch owner {
    case .mergeRequest(let iid, let base, let head, let start):
      try database.cachedStatement(
        sql: """
          UPDATE mergeRequest SET baseSha = ?, headSha = ?, startSha = ?, diffId = ?, incomplete = NULL,
            retryAt = NULL, refsOf = updatedAt WHERE project = ? AND iid = ?
          """
      ).execute(arguments: [base, head, start, diff, project, iid])
      guard let base, let head else { return }
      try database.cachedStatement(
        sql: """
          INSERT INTO mergeRequestVersion (project, iid, baseSha, headSha, diffId, seenAt)
          VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (project, iid, headSha, baseSha)
          DO UPDATE SET diffId = excluded.diffId
          """
      ).execute(arguments: [project, iid, base, head, diff, StoredTime(time)])
    case .commit(let sha):
      try database.cachedStatement(
        sql: "UPDATE \"commit\" SET diffId = ?, incomplete = NULL WHERE project = ? AND sha = ?"
      ).execute(arguments: [diff, project, sha])
    }
  }

  /// A merge request whose newest version cannot be had loses the diff of the older one: that is kept as a version,
  /// and must not pass for the diff of today. Where GitLab names no version, or the one we have, the diff stays.
  func fail(
    _ owner: CacheStore.DiffOwner, reason: String, retryAt: Date?, project: Int64
  ) throws {
    switch owner {
    case .mergeRequest(let iid, let base, let head, let start):
      try database.cachedStatement(
        sql: """
          UPDATE mergeRequest SET
            diffId = CASE WHEN ?2 IS NULL OR (?1 IS baseSha AND ?2 IS headSha) THEN diffId END,
            baseSha = coalesce(?1, baseSha), headSha = coalesce(?2, headSha),
            startSha = coalesce(?3, startSha), incomplete = ?4, retryAt = ?5, refsOf = updatedAt
          WHERE project = ?6 AND iid = ?7
          """
      ).execute(arguments: [
        base, head, start, reason, StoredTime(retryAt ?? .distantFuture), project, iid,
      ])
    case .commit(let sha):
      try database.cachedStatement(
        sql: "UPDATE \"commit\" SET incomplete = ? WHERE project = ? AND sha = ?"
      ).execute(arguments: [reason, project, sha])
    }
  }
}
