/// Changed lines by directory and the files in each: what a treemap shows.
struct ChurnTree {
  /// A directory, or the files that lie in none.
  struct Group {
    var name: String
    /// The directory's path; nil for files that lie in none, and for the rest.
    var directory: String?
    var churn: Int
    var leaves: [Leaf]
  }

  /// A file, or the rest of a directory.
  struct Leaf {
    var name: String
    var churn: Int
    /// Merge requests that touched it; nil for the rest.
    var mergeRequests: Int?
  }

  /// The largest first.
  let groups: [Group]
  /// All changed lines.
  let churn: Int

  /// The most files that are drawn; the others are drawn as one for each directory.
  static let maximumLeaves = 160
  /// The most directories; the others are drawn as one.
  static let maximumGroups = 24

  /// - Parameters:
  ///   - files: Churn by file, most first.
  ///   - directory: The directory to look into; nil for all.
  init(files: [ChurnRow], directory: String?) {
    let prefix = directory.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
    let inside = files.filter { $0.churn > 0 && $0.name.hasPrefix(prefix) }
    let shared = prefix + Self.sharedDirectory(of: inside.map { $0.name.dropFirst(prefix.count) })
    var groups: [String: Group] = [:]
    for (index, file) in inside.enumerated() {
      let rest = file.name.dropFirst(shared.count)
      let name = rest.firstIndex(of: "/").map { String(rest[..<$0]) }
      let path = name.map { shared + $0 }
      var group =
        groups[path ?? ""]
        ?? Group(
          name: name.map { $0 + "/" } ?? (shared.isEmpty ? "(top level)" : shared), directory: path,
          churn: 0, leaves: [])
      group.churn += file.churn
      if index < Self.maximumLeaves {
        let leaf = name.map { rest.dropFirst($0.count + 1) } ?? rest
        group.leaves.append(
          Leaf(name: String(leaf), churn: file.churn, mergeRequests: file.mergeRequests))
      }
      groups[path ?? ""] = group
    }
    var sorted = groups.values.map(Self.completed).sorted {
      $0.churn != $1.churn ? $0.churn > $1.churn : $0.name < $1.name
    }
    if sorted.count > Self.maximumGroups {
      let rest = sorted[(Self.maximumGroups - 1)...]
      let churn = rest.reduce(0) { $0 + $1.churn }
      let name = Words.count(rest.count, "more directory", "more directories")
      sorted.removeSubrange((Self.maximumGroups - 1)...)
      sorted.append(
        Group(
          name: name, directory: nil, churn: churn,
          leaves: [Leaf(name: name, churn: churn, mergeRequests: nil)]))
      sorted.sort { $0.churn > $1.churn }
    }
    self.groups = sorted
    churn = sorted.reduce(0) { $0 + $1.churn }
  }

  /// Adds what is left of a directory beside the files that are drawn.
  private static func completed(_ group: Group) -> Group {
    var group = group
    let rest = group.churn - group.leaves.reduce(0) { $0 + $1.churn }
    if rest > 0 {
      group.leaves.append(Leaf(name: "smaller files", churn: rest, mergeRequests: nil))
      group.leaves.sort { $0.churn > $1.churn }
    }
    return group
  }

  /// The directory that all paths share, with a slash at its end: `src/main/java/` would be the only box of a Java project.
  private static func sharedDirectory(of paths: [Substring]) -> String {
    guard var shared = paths.first.map({ directory(of: $0) }) else { return "" }
    for path in paths where !path.hasPrefix(shared) {
      while !shared.isEmpty, !path.hasPrefix(shared) {
        shared = directory(of: shared.dropLast())
      }
    }
    return String(shared)
  }

  private static func directory(of path: Substring) -> Substring {
    path.lastIndex(of: "/").map { path[...$0] } ?? ""
  }
}
