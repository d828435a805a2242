/// Changed lines by directory and by what lies in each: what a treemap shows.
struct ChurnTree {
  /// A directory, or the files that lie in none.
  struct Group {
    var name: String
    /// The directory's path; nil for files that lie in none, and for the rest.
    var directory: String?
    var churn: Int
    var leaves: [Leaf]
  }

  /// A file, or a directory that is drawn as one.
  struct Leaf {
    var name: String
    var churn: Int
    /// Merge requests that touched the file; nil for more than one file.
    var mergeRequests: Int?
  }

  /// The largest first.
  let groups: [Group]
  /// All changed lines.
  let churn: Int

  /// The most leaves that are drawn.
  static let maximumLeaves = 160
  /// The most groups; the others are drawn as one.
  static let maximumGroups = 24
  /// The most files that are told apart; the others are drawn as one.
  static let maximumFiles = 20_000

  /// - Parameters:
  ///   - files: Churn by file, most first.
  ///   - directory: The directory to look into; nil for all.
  init(files: [ChurnRow], directory: String?) {
    let prefix = directory.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
    let inside = files.filter { $0.churn > 0 && $0.name.hasPrefix(prefix) }
    let shared = prefix + Self.sharedDirectory(of: inside.map { $0.name.dropFirst(prefix.count) })
    let root = Node(name: "")
    for file in inside.prefix(Self.maximumFiles) { root.add(file, below: shared.utf8.count) }
    let rest = inside.dropFirst(Self.maximumFiles).reduce(0) { $0 + $1.churn }
    if rest > 0 { root.addRest(rest) }
    var groups = Self.groups(of: root, shared: shared)
    if groups.count > Self.maximumGroups {
      let rest = groups[(Self.maximumGroups - 1)...]
      let churn = rest.reduce(0) { $0 + $1.churn }
      let name = Words.count(rest.count, "more directory", "more directories")
      groups.removeSubrange((Self.maximumGroups - 1)...)
      groups.append(
        Group(
          name: name, directory: nil, churn: churn,
          leaves: [Leaf(name: name, churn: churn, mergeRequests: nil)]))
      groups.sort { $0.churn > $1.churn }
    }
    self.groups = groups
    churn = root.churn
  }

  private static func groups(of root: Node, shared: String) -> [Group] {
    var groups: [Group] = []
    var loose = Group(
      name: shared.isEmpty ? "(top level)" : shared, directory: nil, churn: 0, leaves: [])
    let leaves = opened(root)
    for child in root.children.values {
      if child.isDirectory {
        groups.append(
          Group(
            name: child.name + "/", directory: shared + child.name, churn: child.churn,
            leaves: leaves[child.name] ?? []))
      } else {
        loose.churn += child.churn
        loose.leaves += leaves[child.name] ?? []
      }
    }
    if loose.churn > 0 { groups.append(loose) }
    for index in groups.indices { groups[index].leaves.sort(by: precedes) }
    return groups.sorted { $0.churn != $1.churn ? $0.churn > $1.churn : $0.name < $1.name }
  }

  private static func precedes(_ left: Leaf, _ right: Leaf) -> Bool {
    left.churn != right.churn ? left.churn > right.churn : left.name < right.name
  }

  /// Opens directories, the largest first, for as long as not too many leaves come of it; so many small files do not hide
  /// what they are, and a large file in a small directory is seen.
  ///
  /// - Returns: The leaves by the root's child that they lie in.
  private static func opened(_ root: Node) -> [String: [Leaf]] {
    var leaves: [String: [Leaf]] = [:]
    var open: [(top: String, name: String, node: Node)] = root.children.values.map {
      ($0.name, $0.isDirectory ? "" : $0.name, $0)
    }
    open.sort { $0.node.churn < $1.node.churn }
    var count = open.count
    while let (top, name, node) = open.popLast() {
      let children = node.children.values
      guard node.isDirectory, name.isEmpty || count + children.count - 1 <= maximumLeaves else {
        leaves[top, default: []].append(
          Leaf(
            name: node.isDirectory ? name + "/" : name, churn: node.churn,
            mergeRequests: node.mergeRequests))
        continue
      }
      guard count + children.count - 1 <= max(maximumLeaves, root.children.count) else {
        leaves[top, default: []].append(
          Leaf(
            name: Words.count(children.count, "entry", "entries"), churn: node.churn,
            mergeRequests: nil))
        continue
      }
      count += children.count - 1
      for child in children {
        open.append((top, name.isEmpty ? child.name : "\(name)/\(child.name)", child))
      }
      open.sort { $0.node.churn < $1.node.churn }
    }
    return leaves
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

  /// A directory with what lies in it, or a file.
  private final class Node {
    let name: String
    var churn = 0
    var mergeRequests: Int?
    var children: [String: Node] = [:]

    init(name: String) { self.name = name }

    var isDirectory: Bool { !children.isEmpty }

    /// Adds a file below this directory, whose own path has so many bytes.
    func add(_ file: ChurnRow, below length: Int) {
      var node = self
      node.churn += file.churn
      for part in file.name.utf8.dropFirst(length).split(separator: UInt8(ascii: "/")) {
        let name = String(decoding: part, as: UTF8.self)
        let next = node.children[name] ?? Node(name: name)
        node.children[name] = next
        next.churn += file.churn
        node = next
      }
      node.mergeRequests = file.mergeRequests
    }

    /// Adds changed lines of files that are not told apart.
    func addRest(_ churn: Int) {
      let node = Node(name: "smaller files")
      node.churn = churn
      self.churn += churn
      children[node.name] = node
    }
  }
}
