import Foundation
import GRDB

/// What a change does beyond its bytes.
public enum ChangeEffect: Int, Sendable, CaseIterable, DatabaseValueConvertible {
  /// Code differs.
  case code = 0
  /// Only comments differ.
  case comments = 1
  /// Only white space differs.
  case formatting = 2
  /// The file is written by a tool or copied from elsewhere.
  case generated = 3
  /// The file was not looked into: it is binary, too large, or one of too many.
  case unknown = 4
}

/// A run of lines that a diff changed, and the function it lies in.
public struct CachedHunk: Sendable, Equatable {
  /// The lines in the old file, counted from 0; empty where lines were only added.
  public var old: Range<Int>
  /// The lines in the new file, counted from 0; empty where lines were only removed.
  public var new: Range<Int>
  /// What it does.
  public var effect: ChangeEffect
  /// The innermost function around it in the new file, or in the old one where lines were only removed.
  public var function: String?
  /// The lines of that function in the new file; `nil` where it is gone.
  public var functionLines: Range<Int>?

  /// Makes a hunk of its parts.
  public init(
    old: Range<Int>, new: Range<Int>, effect: ChangeEffect, function: String?,
    functionLines: Range<Int>?
  ) {
    self.old = old
    self.new = new
    self.effect = effect
    self.function = function
    self.functionLines = functionLines
  }

  /// `row` has the columns of ``CacheStore/hunks(diffs:)``.
  init(_ row: Row) {
    let (oldStart, newStart): (Int, Int) = (row[1], row[3])
    old = oldStart..<(oldStart + max(0, row[2] as Int))
    new = newStart..<(newStart + max(0, row[4] as Int))
    effect = row[5]
    function = row[6]
    if let start = row[7] as Int?, let count = row[8] as Int? {
      functionLines = start..<(start + max(0, count))
    }
  }
}

/// A file of a diff with what was changed in it.
public struct CachedFileChange: Sendable, Equatable {
  /// Its place among the files of the diff.
  public var position: Int
  /// The bytes of its path in the new tree, or in the old one for a deleted file.
  public var path: [UInt8]
  /// The bytes of the path before a rename.
  public var oldPath: [UInt8]?
  /// Lines added; `nil` for a binary file.
  public var additions: Int?
  /// Lines deleted; `nil` for a binary file.
  public var deletions: Int?
  /// The 20 bytes of the old content's id; `nil` for a new file.
  public var oldBlob: [UInt8]?
  /// The 20 bytes of the new content's id; `nil` for a deleted file.
  public var newBlob: [UInt8]?
  /// What it does.
  public var effect: ChangeEffect
}

/// What is stored of a merge request beyond its diff, to find it by what it changed.
public struct MergeRequestIndexEntry: Sendable {
  /// One file that was looked into.
  public struct File: Sendable {
    /// Its place among the files of the diff.
    public var position: Int
    /// The 20 bytes of the old content's id.
    public var oldBlob: [UInt8]?
    /// The 20 bytes of the new content's id.
    public var newBlob: [UInt8]?
    /// What the change does.
    public var effect: ChangeEffect
    /// What changed in it.
    public var hunks: [CachedHunk]

    /// Makes a file of its parts.
    public init(
      position: Int, oldBlob: [UInt8]?, newBlob: [UInt8]?, effect: ChangeEffect,
      hunks: [CachedHunk]
    ) {
      self.position = position
      self.oldBlob = oldBlob
      self.newBlob = newBlob
      self.effect = effect
      self.hunks = hunks
    }
  }

  /// The merge request, as it was when the entry was made.
  public var iid: Int64
  /// When GitLab had last noted a change.
  public var updatedAt: Date
  /// Its diff.
  public var diffID: Int64?
  /// The files; of a diff that many merge requests share, any one's do.
  public var files: [File]
  /// Tokens of the title, parted by spaces.
  public var title: String
  /// Tokens of the description.
  public var description: String
  /// Tokens of the paths.
  public var paths: String
  /// Tokens of the changed lines and the names of their functions.
  public var changes: String
  /// Tokens of the names of the functions that it changed.
  public var functions: String
  /// Tokens of the messages of its commits, the newest first; at most ``mostCommits`` are stored.
  public var commits: [CommitWords]

  /// The most commits of one merge request whose words are stored.
  public static let mostCommits = 100

  /// Tokens of a commit's message, parted by spaces.
  public struct CommitWords: Sendable, Equatable {
    /// Of its first line.
    public var title: String
    /// Of what follows.
    public var body: String

    /// Makes words of their parts.
    public init(title: String, body: String) {
      self.title = title
      self.body = body
    }
  }

  /// Makes an entry of its parts.
  public init(
    iid: Int64, updatedAt: Date, diffID: Int64?, files: [File], title: String, description: String,
    paths: String, changes: String, functions: String = "", commits: [CommitWords] = []
  ) {
    self.iid = iid
    self.updatedAt = updatedAt
    self.diffID = diffID
    self.files = files
    self.title = title
    self.description = description
    self.paths = paths
    self.changes = changes
    self.functions = functions
    self.commits = commits
  }
}
