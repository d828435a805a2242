import CLibgit2

extension Repository {
  /// Returns the object that a ref points to, through symbolic refs; `nil` where there is no such ref.
  public func reference(_ name: String) throws(GitError) -> ObjectID? {
    var id = git_oid()
    let status = git_reference_name_to_id(&id, pointer, name)
    if status == GIT_ENOTFOUND.rawValue || status == GIT_EINVALIDSPEC.rawValue {
      git_error_clear()
      return nil
    }
    try check(status, "read \(name) in \(path)")
    return ObjectID(id)
  }

  /// Points a ref to an object, whatever it pointed to before.
  ///
  /// - Throws: ``GitError`` with ``GitError/Code/invalid`` for a name that git does not allow; where the object is
  ///   missing, ``GitError/Code/notFound``.
  public func setReference(_ name: String, to id: ObjectID) throws(GitError) {
    var oid = id.oid
    let reference = try acquire("write \(name) in \(path)") {
      git_reference_create(&$0, pointer, name, &oid, 1, nil)
    }
    git_reference_free(reference)
  }

  /// Whether git allows a branch of that name, and it is short enough for a packet of git's protocol.
  public static func isValidBranch(_ name: String) -> Bool {
    isValidReference("refs/heads/\(name)")
  }

  /// The same for a tag.
  public static func isValidTag(_ name: String) -> Bool { isValidReference("refs/tags/\(name)") }

  private static func isValidReference(_ name: String) -> Bool {
    guard name.utf8.count <= 1000 else { return false }
    _ = isLibraryStarted
    var isValid: Int32 = 0
    return git_reference_name_is_valid(&isValid, name) == 0 && isValid == 1
  }

  /// Removes a ref; nothing where there is none.
  public func deleteReference(_ name: String) throws(GitError) {
    try check(git_reference_remove(pointer, name), "delete \(name) in \(path)")
  }

  /// Points `HEAD` to a branch, which need not exist yet.
  public func setHead(toBranch branch: String) throws(GitError) {
    try check(
      git_repository_set_head(pointer, "refs/heads/\(branch)"), "write HEAD in \(path)")
  }

  /// Moves loose refs into `packed-refs`, so that thousands of them cost no file each.
  public func packReferences() throws(GitError) {
    let database = try acquire("open the refs of \(path)") {
      git_repository_refdb(&$0, pointer)
    }
    defer { git_refdb_free(database) }
    try check(git_refdb_compress(database), "pack the refs of \(path)")
  }
}

extension ObjectID {
  init(_ oid: git_oid) {
    self = withUnsafeBytes(of: oid.id) { bytes in
      bytes.baseAddress.map { ObjectID(at: $0) } ?? .emptyTree
    }
  }

  var oid: git_oid {
    var result = git_oid()
    withUnsafeMutableBytes(of: &result.id) { $0.copyBytes(from: bytes) }
    return result
  }
}

extension Repository {
  /// Keeps a commit and all that it reaches, whatever happens to branches. GitLab's name for such refs.
  public func keepAround(_ id: ObjectID) throws(GitError) {
    try setReference("refs/keep-around/\(id)", to: id)
  }

  /// Whether one commit is reached from another, itself included.
  public func isAncestor(_ ancestor: ObjectID, of descendant: ObjectID) throws(GitError) -> Bool {
    if ancestor == descendant { return true }
    var one = descendant.oid
    var two = ancestor.oid
    return try check(
      git_graph_descendant_of(pointer, &one, &two),
      "compare \(ancestor) and \(descendant) in \(path)"
    ) == 1
  }
}
