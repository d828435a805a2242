import CLibgit2

extension Repository {
  /// The most files that are listed of one tree.
  public static let maximumPaths = 4_000_000

  /// Lists the files, symbolic links and submodules of a commit's tree, in git's order, as bytes.
  ///
  /// - Throws: ``GitError``; with ``GitError/Code/notFound`` where a tree is missing.
  public func paths(of commit: ObjectID) throws(GitError) -> [[UInt8]] {
    var oid = try self.commit(commit).tree.oid
    let tree = try acquire("read the tree of \(commit) in \(path)") {
      git_tree_lookup(&$0, pointer, &oid)
    }
    defer { git_tree_free(tree) }
    let collector = PathCollector()
    _ = try withExtendedLifetime(collector) { () throws(GitError) in
      try check(
        git_tree_walk(
          tree, GIT_TREEWALK_PRE,
          { root, entry, payload in
            guard let root, let entry, let name = git_tree_entry_name(entry), let payload else {
              return 0
            }
            guard git_tree_entry_type(entry) != GIT_OBJECT_TREE else { return 0 }
            let paths = Unmanaged<PathCollector>.fromOpaque(payload).takeUnretainedValue()
            guard paths.values.count < Repository.maximumPaths else { return GIT_EUSER.rawValue }
            paths.values.append(PathCollector.bytes(root) + PathCollector.bytes(name))
            return 0
          }, Unmanaged.passUnretained(collector).toOpaque()),
        "list the tree of \(commit) in \(path)")
    }
    return collector.values
  }

  /// Whether a commit's tree has a directory of that path; `nil` where the trees that tell are missing.
  public func hasDirectory(_ directory: String, in commit: ObjectID) -> Bool? {
    guard var oid = try? self.commit(commit).tree.oid else { return nil }
    var tree: OpaquePointer?
    var entry: OpaquePointer?
    defer {
      git_tree_entry_free(entry)
      git_tree_free(tree)
      git_error_clear()
    }
    guard git_tree_lookup(&tree, pointer, &oid) == 0 else { return nil }
    guard git_tree_entry_bypath(&entry, tree, directory) == 0 else {
      // The same code stands for a name that is not there and for a tree that is not.
      return isPartial ? nil : false
    }
    return git_tree_entry_type(entry) == GIT_OBJECT_TREE
  }
}

private final class PathCollector {
  var values: [[UInt8]] = []

  static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
    var bytes: [UInt8] = []
    var next = text
    while next.pointee != 0 {
      bytes.append(UInt8(bitPattern: next.pointee))
      next += 1
    }
    return bytes
  }
}
