import Glibc
import HeapModule

/// A commit of the past, as far as its message and its files matter.
public struct PastCommit: Sendable, Equatable {
  /// Its id.
  public var id: ObjectID
  /// Its tree.
  public var tree: ObjectID
  /// Its parents, the mainline first.
  public var parents: [ObjectID]
  /// When it was put into history, in seconds since 1970, UTC.
  public var time: Int64
}

/// Walks the history behind a revision, on one thread.
///
/// Serves whoever looks through thousands of commits for a few: messages are given as they are stored, and are not kept.
public final class HistoryReader {
  /// Larger commits are left out, with what only they lead to.
  private static let largestCommit = 1 << 20

  private let reader: ObjectReader

  /// Makes a reader over an open repository, which it keeps open.
  public init(_ repository: Repository) {
    reader = ObjectReader(repository, packs: PackSet(repositoryPath: repository.path))
  }

  /// Gives the commits that a revision reaches, that have one parent and are older than a time, newest first, each with
  /// its message.
  ///
  /// A commit that cannot be read ends its line of history.
  ///
  /// - Parameters:
  ///   - time: Seconds since 1970.
  ///   - limit: The most commits that are given.
  public func forEachChange(
    behind revision: ObjectID, before time: Int64, limit: Int,
    _ body: (PastCommit, Span<UInt8>) -> Void
  ) {
    var seen: Set<ObjectID> = [revision]
    var pending = HeapModule.Heap<Pending>()
    if let first = read(revision) { pending.insert(first) }
    var given = 0
    while given < limit, let next = pending.popMax() {
      for parent in next.commit.parents where seen.insert(parent).inserted {
        if let commit = read(parent) { pending.insert(commit) }
      }
      guard next.commit.time < time, next.commit.parents.count == 1 else { continue }
      given += 1
      next.object.withSpan(from: next.message) { body(next.commit, $0) }
    }
  }

  /// Lists the paths in which a commit differs from its first parent, a renamed file by both of its paths.
  ///
  /// - Throws: ``DiffError`` where trees are missing or damaged.
  public func changedPaths(of commit: PastCommit) throws(DiffError) -> [[UInt8]] {
    let parent = commit.parents.first.flatMap { read($0) }
    var walk = TreeWalk(reader)
    let found = try walk.changes(from: parent?.commit.tree, to: commit.tree)
    return found.changes.indices.map { Array(found.path($0)) }
  }

  private struct Pending: Comparable {
    var commit: PastCommit
    var object: ObjectBytes
    /// Where the message begins.
    var message: Int

    static func < (one: Self, other: Self) -> Bool {
      (one.commit.time, one.commit.id) < (other.commit.time, other.commit.id)
    }
    static func == (one: Self, other: Self) -> Bool { one.commit.id == other.commit.id }
  }

  private func read(_ id: ObjectID) -> Pending? {
    guard case .object(let object) = try? reader.read(id, limit: Self.largestCommit),
      object.kind == .commit
    else { return nil }
    var commit = PastCommit(id: id, tree: .emptyTree, parents: [], time: 0)
    var start = 0
    // Lines of the head, as `tree <id>`, up to an empty one; see git's Documentation/gitformat-commit or commit.c.
    while start < object.count {
      let rest = object.bytes[start...]
      let end = rest.firstIndex(of: 0x0A) ?? object.count
      guard end > start else { break }
      let line = object.bytes[start..<end]
      if line.starts(with: "tree ".utf8) {
        guard let tree = ObjectID(hexBytes: line.dropFirst(5)) else { return nil }
        commit.tree = tree
      } else if line.starts(with: "parent ".utf8) {
        guard let parent = ObjectID(hexBytes: line.dropFirst(7)) else { return nil }
        commit.parents.append(parent)
      } else if line.starts(with: "committer ".utf8) {
        commit.time = Self.time(in: line)
      }
      start = end + 1
    }
    return Pending(commit: commit, object: object, message: min(start + 1, object.count))
  }

  /// The seconds behind the mail address of `committer Ada <ada@example.com> 1700000000 +0100`; 0 where there are none.
  private static func time(in line: Slice<UnsafeRawBufferPointer>) -> Int64 {
    guard let mark = line.lastIndex(of: UInt8(ascii: ">")) else { return 0 }
    let digits = line[(mark + 1)...].drop { $0 == 0x20 }.prefix { $0 &- 0x30 < 10 }.prefix(18)
    return digits.reduce(0) { $0 * 10 + Int64($1 &- 0x30) }
  }
}
