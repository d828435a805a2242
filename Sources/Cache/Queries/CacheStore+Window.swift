import Foundation
import GRDB

/// A merge request as far as its stats speak of it.
public struct WindowMergeRequest: Sendable, Equatable {
  /// Its number in the project.
  public var iid: Int64
  /// One line.
  public var title: String
  /// The merge base.
  public var baseSHA: String?
  /// The tip of the source branch.
  public var headSHA: String?
  /// Why there is no diff.
  public var incomplete: String?
}

/// A commit as far as its stats speak of it.
public struct WindowCommit: Sendable, Equatable {
  /// 40 hexadecimal digits.
  public var sha: String
  /// The first parent; `nil` for a root commit.
  public var parentSHA: String?
  /// The first line of the message.
  public var title: String
  /// Why there is no diff.
  public var incomplete: String?
}

extension CacheStore {
  /// Gives every merge request that changed at or after a time with its files, last change first.
  ///
  /// One query over indexes; memory holds one merge request at a time.
  ///
  /// - Parameter path: Only files of this path, or below it where it is a directory; merge requests without any are left
  ///   out. A file is followed back through the renames that the window holds.
  public func forEachMergeRequest(
    project: Int64, since: Date? = nil, path: [UInt8]? = nil,
    _ body: (WindowMergeRequest, [CachedFile]) throws -> Void
  ) throws {
    func owner(_ row: Row) -> WindowMergeRequest {
      WindowMergeRequest(
        iid: row[0], title: row[1], baseSHA: row[2], headSHA: row[3], incomplete: row[4])
    }
    let arguments = WindowQuery.arguments(project, since, path)
    if path == nil {
      try forEachWholeOwner(WindowQuery.mergeRequests, arguments, owner, body)
    } else {
      try forEachOwner(WindowQuery.mergeRequestsOfPath, arguments, owner, body)
    }
  }

  /// Gives every commit that was committed at or after a time and is no merge, with its files, newest first; as
  /// ``forEachMergeRequest(project:since:path:_:)``.
  public func forEachCommit(
    project: Int64, since: Date?, path: [UInt8]? = nil,
    _ body: (WindowCommit, [CachedFile]) throws -> Void
  ) throws {
    func owner(_ row: Row) -> WindowCommit {
      let isComputed = row[3] as Int64? != nil
      return WindowCommit(
        sha: row[0], parentSHA: row[1], title: row[2],
        incomplete: row[4] ?? (isComputed ? nil : "not computed yet"))
    }
    let arguments = WindowQuery.arguments(project, since, path)
    if path == nil {
      try forEachWholeOwner(WindowQuery.commits, arguments, owner, body)
    } else {
      try forEachOwner(WindowQuery.commitsOfPath, arguments, owner, body)
    }
  }

  /// The columns that a query begins with belong to the owner; then come the id of its diff and all files of that.
  private func forEachWholeOwner<Owner>(
    _ sql: String, _ arguments: StatementArguments, _ owner: (Row) -> Owner,
    _ body: (Owner, [CachedFile]) throws -> Void
  ) throws {
    try readRows(sql, arguments) { rows, columns in
      while let row = try rows.next() {
        var found: [CachedFile] = []
        if let diff = row[WindowQuery.ownerColumns] as Int64? {
          found = try files(of: diff, columns, at: WindowQuery.ownerColumns + 1)
        }
        try body(owner(row), found)
      }
    }
  }

  /// Unpacks the files of a diff from a column of the table `packedFiles`.
  func files(of diff: Int64, _ columns: StatementColumns, at index: Int) throws -> [CachedFile] {
    guard let files = columns.packedFiles(at: index) else {
      throw CacheError.corrupt(path: path, detail: "the files of diff \(diff) cannot be read")
    }
    return files
  }

  /// The columns that a query begins with belong to the owner, of which the first is its key; then those of a file.
  private func forEachOwner<Owner>(
    _ sql: String, _ arguments: StatementArguments, _ owner: (Row) -> Owner,
    _ body: (Owner, [CachedFile]) throws -> Void
  ) throws {
    try readRows(sql, arguments) { rows, columns in
      guard let row = try rows.next() else { return }
      var key = columns.key(at: 0)
      var current = owner(row)
      var files: [CachedFile] = []
      repeat {
        if !columns.has(key, at: 0) {
          try body(current, files)
          files.removeAll(keepingCapacity: true)
          key = columns.key(at: 0)
          current = owner(row)
        }
        if let file = columns.file(at: WindowQuery.ownerColumns) { files.append(file) }
      } while try rows.next() != nil
      try body(current, files)
    }
  }

  private func readRows(
    _ sql: String, _ arguments: StatementArguments,
    _ body: (RowCursor, StatementColumns) throws -> Void
  ) throws {
    try snapshot { database in
      let statement = try database.makeStatement(sql: sql)
      try body(
        Row.fetchCursor(statement, arguments: arguments), StatementColumns(statement))
    }
  }

  /// What hotspots are summed up by.
  public enum HotspotGrouping: String, Sendable, CaseIterable { case file, directory, author }

  /// How much changed in one place, or by one author.
  public struct Hotspot: Sendable, Equatable {
    /// The path's bytes, or the author's name.
    public var name: [UInt8]
    /// Merged merge requests that touched it.
    public var mergeRequests: Int
    /// Lines added.
    public var additions: Int
    /// Lines deleted.
    public var deletions: Int
    /// Changed lines.
    public var churn: Int { additions + deletions }
  }

  /// Sums up what merged merge requests changed since a time, most changed lines first.
  ///
  /// A directory counts what lies directly and deeper in it; the root has the name `.`.
  public func hotspots(
    project: Int64, mergedSince: Date?, by grouping: HotspotGrouping
  ) throws(CacheError) -> [Hotspot] {
    let sums: [Hotspot] = try read { database in
      let rows = try Row.fetchCursor(
        database, sql: WindowQuery.hotspots(grouping),
        arguments: WindowQuery.arguments(project, mergedSince, nil))
      guard grouping == .directory else {
        var found: [Hotspot] = []
        while let row = try rows.next() {
          found.append(
            Hotspot(
              name: row.bytes(at: 0) ?? [], mergeRequests: row[1], additions: row[2],
              deletions: row[3]))
        }
        return found
      }
      var sums = DirectorySums()
      while let row = try rows.next() {
        sums.add(row.bytes(at: 0) ?? [], of: row[1], additions: row[2], deletions: row[3])
      }
      return sums.hotspots
    }
    return sums.sorted {
      $0.churn != $1.churn ? $0.churn > $1.churn : $0.name.lexicographicallyPrecedes($1.name)
    }
  }
}

/// Sums of directories over the files of merge requests, which come one after the other.
private struct DirectorySums {
  private var sums: [ArraySlice<UInt8>: (hotspot: CacheStore.Hotspot, last: Int64)] = [:]

  /// Takes in a file of a merge request, for the root and every directory that it lies in.
  mutating func add(_ path: [UInt8], of iid: Int64, additions: Int, deletions: Int) {
    add(to: [UInt8(ascii: ".")], of: iid, additions, deletions)
    for index in path.indices where path[index] == UInt8(ascii: "/") {
      add(to: path[..<index], of: iid, additions, deletions)
    }
  }

  private mutating func add(
    to name: ArraySlice<UInt8>, of iid: Int64, _ additions: Int, _ deletions: Int
  ) {
    if sums[name] == nil {
      sums[name] = (
        CacheStore.Hotspot(name: Array(name), mergeRequests: 0, additions: 0, deletions: 0), -1
      )
    }
    guard let index = sums.index(forKey: name) else { return }
    sums.values[index].hotspot.additions += additions
    sums.values[index].hotspot.deletions += deletions
    guard sums.values[index].last != iid else { return }
    sums.values[index].hotspot.mergeRequests += 1
    sums.values[index].last = iid
  }

  var hotspots: [CacheStore.Hotspot] { sums.values.map(\.hotspot) }
}
