import Foundation
import GRDB

/// How a file differs, in the names of the command line's JSON.
public enum FileStatus: String, Sendable, CaseIterable, DatabaseValueConvertible {
  case added, deleted, modified, renamed, copied, typeChanged
}

/// What stands in the place of git's own numbers for a text that is too large to be compared line by line.
public enum FilePrecision: String, Sendable, DatabaseValueConvertible {
  /// All lines of both sides, as if every line had changed.
  case totals
  /// Nothing: no lines were counted.
  case uncounted
}

/// One file of a diff.
public struct CachedFile: Sendable, Equatable {
  /// The bytes that the new tree holds, or the old one for a deleted file.
  public var path: [UInt8]
  /// The bytes of the path before a rename or copy.
  public var oldPath: [UInt8]?
  /// How it differs.
  public var status: FileStatus
  /// Lines added; `nil` for a binary file.
  public var additions: Int?
  /// Lines deleted; `nil` for a binary file.
  public var deletions: Int?

  /// `nil` for git's own numbers.
  public var precision: FilePrecision?

  /// Whether it has no counts, as a binary file.
  public var isBinary: Bool { additions == nil }

  /// Makes a row of its parts.
  public init(
    path: [UInt8], oldPath: [UInt8]?, status: FileStatus, additions: Int?, deletions: Int?,
    precision: FilePrecision? = nil
  ) {
    self.path = path
    self.oldPath = oldPath
    self.status = status
    self.additions = additions
    self.deletions = deletions
    self.precision = precision
  }

  /// `row` has the columns of ``CachedDiff/fileColumns``.
  init(_ row: Row) {
    path = Array(row["pathBytes"] as Data)
    oldPath = (row["oldPathBytes"] as Data?).map { Array($0) }
    status = row["status"]
    additions = row["additions"]
    deletions = row["deletions"]
    precision = row["precision"]
  }
}

/// The sums of a diff.
public struct DiffTotals: Sendable, Equatable {
  /// Files that differ.
  public var files = 0
  /// Lines added in all files that are not binary.
  public var additions = 0
  /// Lines deleted, likewise.
  public var deletions = 0

  /// Sums up files.
  public init(_ files: some Sequence<CachedFile>) {
    for file in files {
      self.files += 1
      additions += file.additions ?? 0
      deletions += file.deletions ?? 0
    }
  }

  init(files: Int, additions: Int, deletions: Int) {
    self.files = files
    self.additions = additions
    self.deletions = deletions
  }
}

/// What a stored diff is known by: two trees and the version of the rules. Merge requests and commits that make the same
/// change to the same tree share one.
public struct DiffKey: Hashable, Sendable {
  /// 40 hexadecimal digits.
  public var oldTree: String
  /// 40 hexadecimal digits.
  public var newTree: String
  /// The version of the rules.
  public var algorithm: Int

  /// Makes a key of its parts.
  public init(oldTree: String, newTree: String, algorithm: Int) {
    self.oldTree = oldTree
    self.newTree = newTree
    self.algorithm = algorithm
  }
}
