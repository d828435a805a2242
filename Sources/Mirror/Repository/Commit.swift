import CLibgit2

/// A commit's own facts, copied out of the object database.
public struct Commit: Sendable, Equatable {
  /// Who made or applied a change, and when.
  public struct Signature: Sendable, Equatable {
    /// The name, with U+FFFD for what is not UTF-8.
    public var name: String
    /// The mail address, likewise.
    public var email: String
    /// Seconds since 1970, UTC.
    public var time: Int64
  }

  /// Its id.
  public var id: ObjectID
  /// Its tree.
  public var tree: ObjectID
  /// Its parents, the mainline first; none for a root commit, two or more for a merge.
  public var parents: [ObjectID]
  /// Who wrote the change.
  public var author: Signature
  /// Who put it into history.
  public var committer: Signature
  /// The whole message, with U+FFFD for what is not UTF-8.
  public var message: String

  /// The first line of the message that is not blank.
  public var title: String {
    message.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).first
      .map { String(Substring($0)) } ?? ""
  }
}

extension Repository {
  /// Whether the object is in the repository.
  public func contains(_ id: ObjectID) -> Bool {
    var oid = id.oid
    return git_odb_exists(objectDatabase, &oid) == 1
  }

  /// Reads a commit.
  ///
  /// - Throws: ``GitError`` with ``GitError/Code/notFound`` where it is missing.
  public func commit(_ id: ObjectID) throws(GitError) -> Commit {
    var oid = id.oid
    let commit = try acquire("read commit \(id) in \(path)") {
      git_commit_lookup(&$0, pointer, &oid)
    }
    defer { git_commit_free(commit) }
    guard let tree = git_commit_tree_id(commit), let author = git_commit_author(commit),
      let committer = git_commit_committer(commit)
    else {
      throw GitError(
        code: .init(rawValue: GIT_ERROR.rawValue), operation: "read commit \(id) in \(path)",
        message: "the commit lacks its tree, author or committer")
    }
    return Commit(
      id: id, tree: ObjectID(tree.pointee),
      parents: (0..<git_commit_parentcount(commit)).compactMap {
        git_commit_parent_id(commit, $0).map { ObjectID($0.pointee) }
      },
      author: Commit.Signature(author.pointee), committer: Commit.Signature(committer.pointee),
      message: git_commit_message(commit).map { String(cString: $0) } ?? "")
  }

  /// Finds the commit that a revision names, as git-rev-parse(1) does: a branch, an id or its start, `main~3`, `v1^{}`.
  ///
  /// - Throws: ``GitError`` with ``GitError/Code/notFound`` or ``GitError/Code/ambiguous``.
  public func resolveCommit(_ revision: String) throws(GitError) -> ObjectID {
    let object = try acquire("find \(revision) in \(path)") {
      git_revparse_single(&$0, pointer, revision)
    }
    defer { git_object_free(object) }
    let commit = try acquire("find the commit of \(revision) in \(path)") {
      git_object_peel(&$0, object, GIT_OBJECT_COMMIT)
    }
    defer { git_object_free(commit) }
    return git_object_id(commit).map { ObjectID($0.pointee) } ?? .emptyTree
  }

  /// The commit that an object is or, through any number of tags, points to; `nil` where there is none, or it is missing.
  public func commit(behind id: ObjectID) -> ObjectID? {
    var oid = id.oid
    var object: OpaquePointer?
    defer {
      git_object_free(object)
      git_error_clear()
    }
    guard git_object_lookup(&object, pointer, &oid, GIT_OBJECT_ANY) == 0 else { return nil }
    var commit: OpaquePointer?
    defer { git_object_free(commit) }
    guard git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0 else { return nil }
    return git_object_id(commit).map { ObjectID($0.pointee) }
  }

  /// Returns a best common ancestor of two commits, the first that `git merge-base` would print; `nil` where there is none.
  public func mergeBase(_ one: ObjectID, _ two: ObjectID) throws(GitError) -> ObjectID? {
    var first = one.oid
    var second = two.oid
    var base = git_oid()
    let status = git_merge_base(&base, pointer, &first, &second)
    if status == GIT_ENOTFOUND.rawValue {
      git_error_clear()
      return nil
    }
    try check(status, "find the merge base of \(one) and \(two) in \(path)")
    return ObjectID(base)
  }

  /// Lists the commits that the tips reach and that were committed at or after a time, newest first.
  ///
  /// Clocks of committers differ: a commit may seem older than its parent. The walk goes on through commits up to
  /// `skew` seconds older than `since`, and leaves them out of the result.
  ///
  /// - Parameters:
  ///   - since: Seconds since 1970.
  ///   - skew: Seconds; a week by default.
  public func commits(
    reachableFrom tips: [ObjectID], since: Int64, skew: Int64 = 7 * 86400
  ) throws(GitError) -> [Commit] {
    var seen = Set(tips)
    var pending = Array(seen)
    var found: [Commit] = []
    while let id = pending.popLast() {
      let commit = try commit(id)
      guard commit.committer.time >= since - skew else { continue }
      if commit.committer.time >= since { found.append(commit) }
      for parent in commit.parents where seen.insert(parent).inserted { pending.append(parent) }
    }
    return found.sorted {
      ($0.committer.time, $0.id) > ($1.committer.time, $1.id)
    }
  }
}

extension Commit.Signature {
  init(_ signature: git_signature) {
    name = signature.name.map { String(cString: $0) } ?? ""
    email = signature.email.map { String(cString: $0) } ?? ""
    time = signature.when.time
  }
}
