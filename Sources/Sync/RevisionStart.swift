import Mirror

/// What a revision begins with, as `v1` of `v1~3`: the part that a server can be asked for.
struct RevisionStart {
  private static let folders = ["refs/tags/", "refs/heads/"]

  /// The full names of the tags and branches that may be meant, in the order in which git looks for them: gitrevisions(7).
  let references: [String]
  /// The commit, where it is a whole id.
  let commit: ObjectID?
  /// The first digits of an id, as far as it may be such: git takes fewer, GitLab does not.
  let digits: String?

  /// `nil` where no server can be asked for it.
  init?(_ revision: String) {
    let marks: Set<Character> = ["~", "^", ":"]
    var start = revision.prefix { !marks.contains($0) }
    if let at = start.firstRange(of: "@{") { start = start[..<at.lowerBound] }
    let name = String(start)
    guard !name.isEmpty, name != "HEAD" else { return nil }
    references = [name, "refs/\(name)", "refs/tags/\(name)", "refs/heads/\(name)"].filter { name in
      Self.folders.contains { name.hasPrefix($0) } && Repository.isMirrored(name)
    }
    guard !references.isEmpty else { return nil }
    commit = ObjectID(hex: name)
    let isShort = 7..<40 ~= name.utf8.count && name.allSatisfy { $0.isASCII && $0.isHexDigit }
    digits = isShort ? name.lowercased() : nil
  }

  /// Asks a server for the tag or the branch.
  ///
  /// - Returns: `nil` where the server has none of that name.
  func reference(on remote: GitRemote) throws -> RemoteReference? {
    // A prefix also brings longer names.
    let found = try remote.references(prefixes: references)
    return references.lazy.compactMap { name in found.first { $0.name == name } }.first
  }
}

extension RemoteReference {
  /// Points a mirror's ref of that name to the same object. Refs whose names exclude it are gone on the server.
  ///
  /// - Returns: Whether it stands for a commit; nothing is done otherwise.
  func write(to repository: Repository) throws(GitError) -> Bool {
    guard repository.commit(behind: id) != nil else { return false }
    var excluded = try repository.references(below: name)
    for folder in name.indices.filter({ name[$0] == "/" }).dropFirst(2).map({ name[..<$0] }) {
      guard let id = try repository.reference(String(folder)) else { continue }
      excluded.append(RemoteReference(name: String(folder), id: id))
    }
    for reference in excluded {
      if reference.name.hasPrefix("refs/heads/") { try repository.keepAround(reference.id) }
      try repository.deleteReference(reference.name)
    }
    try repository.setReference(name, to: id)
    return true
  }
}
