/// Collects the trees and blobs that comparisons of trees read and that a repository does not have.
///
/// A comparison reads both sides of every directory and file that differs, whatever becomes a rename in the end, so the
/// trees alone tell which these are.
public final class MissingObjects {
  /// An object that is missing, and where it stands in the tree that was compared.
  public struct Place: Sendable, Equatable {
    /// Its id.
    public var id: ObjectID
    /// Whether it is a directory.
    public var isTree: Bool
    /// Its path; empty for a whole tree.
    public var path: [UInt8]
  }

  /// The ids of blobs found so far.
  public private(set) var blobs: Set<ObjectID> = []
  /// The ids of trees found so far; what they hold is unknown.
  public private(set) var trees: Set<ObjectID> = []
  /// The first of all.
  public private(set) var first: Place?

  /// Whether nothing is missing, as far as was looked.
  public var isEmpty: Bool { first == nil }

  private let reader: ObjectReader

  /// Makes a collection over an open repository, which it keeps open.
  public init(_ repository: Repository) {
    reader = ObjectReader(repository, packs: PackSet(repositoryPath: repository.path))
  }

  /// Adds what a comparison of two trees lacks: the trees, or where these are all there the blobs. An id of `nil` stands
  /// for the empty tree.
  ///
  /// - Parameter isWanted: Whether the content of a file that differs counts, by its path.
  /// - Returns: Whether the trees are all there.
  /// - Throws: ``DiffError`` where the trees cannot be compared for another reason.
  @discardableResult
  public func add(
    from old: ObjectID?, to new: ObjectID?,
    files isWanted: (_ path: ArraySlice<UInt8>) -> Bool = { _ in true }
  ) throws(DiffError) -> Bool {
    let roots = [old, new].compactMap { $0 }.filter { $0 != .emptyTree && !reader.contains($0) }
    guard roots.isEmpty || old == new else {
      for root in roots { note(root, isTree: true, path: []) }
      return false
    }
    var walk = TreeWalk(reader)
    let found: TreeChanges
    do {
      found = try walk.changes(from: old, to: new)
    } catch .missingObject(_, .tree, _) {
      try addTrees(from: old, to: new)
      return false
    }
    for (index, change) in found.changes.enumerated() where isWanted(found.path(index)) {
      for (mode, id) in [(change.oldMode, change.oldID), (change.newMode, change.newID)]
      where !mode.isNone && !mode.isSubmodule && !blobs.contains(id) && !reader.contains(id) {
        note(id, isTree: false, path: Array(found.path(index)))
      }
    }
    return true
  }

  /// Adds the trees that a whole tree lacks.
  ///
  /// - Returns: Whether they are all there.
  @discardableResult
  public func add(treesOf root: ObjectID) throws(DiffError) -> Bool {
    let before = trees.count
    try addTrees(from: nil, to: root)
    return trees.count == before
  }

  private func note(_ id: ObjectID, isTree: Bool, path: [UInt8]) {
    if isTree { trees.insert(id) } else { blobs.insert(id) }
    if first == nil { first = Place(id: id, isTree: isTree, path: path) }
  }

  // MARK: Trees

  private struct Pair {
    var old: ObjectID?
    var new: ObjectID?
    var path: [UInt8]
    var depth: Int
  }

  /// Walks as a comparison does, and past what is missing.
  private func addTrees(from old: ObjectID?, to new: ObjectID?) throws(DiffError) {
    var pending = [Pair(old: old, new: new, path: [], depth: 0)]
    var looked = 0
    while let pair = pending.popLast() {
      guard pair.old != pair.new else { continue }
      guard pair.depth < DiffLimits.treeDepth else {
        throw .treeTooDeep(limit: DiffLimits.treeDepth)
      }
      looked += 1
      guard looked <= DiffLimits.changes else { throw .tooManyChanges(limit: DiffLimits.changes) }
      let left = try directories(of: pair.old, path: pair.path)
      let right = try directories(of: pair.new, path: pair.path)
      for name in Set(left.keys).union(right.keys) {
        let path = pair.path.isEmpty ? name : pair.path + [UInt8(ascii: "/")] + name
        pending.append(
          Pair(old: left[name], new: right[name], path: path, depth: pair.depth + 1))
      }
    }
  }

  /// The directories in a tree; none in one that is missing, which is noted.
  private func directories(
    of id: ObjectID?, path: [UInt8]
  ) throws(DiffError) -> [[UInt8]: ObjectID] {
    guard let id, id != .emptyTree else { return [:] }
    guard reader.contains(id) else {
      note(id, isTree: true, path: path)
      return [:]
    }
    guard case .object(let tree) = try reader.read(id, limit: DiffLimits.treeBytes),
      tree.kind == .tree
    else { throw .corruptObject(id, reason: "it is no tree that can be read") }
    var found: [[UInt8]: ObjectID] = [:]
    var cursor = try TreeCursor(tree, id: id)
    while !cursor.isAtEnd {
      if cursor.mode.isDirectory { found[Array(cursor.name)] = cursor.entryID }
      try cursor.advance()
    }
    return found
  }
}
