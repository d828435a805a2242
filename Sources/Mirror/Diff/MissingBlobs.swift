/// Collects the blobs that comparisons of trees read and that a repository does not have.
///
/// A comparison reads both sides of every file that differs, whatever becomes a rename in the end, so the trees alone
/// tell which these are.
public final class MissingBlobs {
  /// The ids found so far.
  public private(set) var ids: Set<ObjectID> = []
  /// The first of them, and where it stands in its tree.
  public private(set) var first: (id: ObjectID, path: [UInt8])?

  private let reader: ObjectReader

  /// Makes a collection over an open repository, which it keeps open.
  public init(_ repository: Repository) {
    reader = ObjectReader(repository, packs: PackSet(repositoryPath: repository.path))
  }

  /// Adds what a comparison of two trees lacks. An id of `nil` stands for the empty tree.
  ///
  /// - Throws: ``DiffError/missingObject(_:expected:path:)`` where a tree is not there.
  public func add(from old: ObjectID?, to new: ObjectID?) throws(DiffError) {
    var walk = TreeWalk(reader)
    let found = try walk.changes(from: old, to: new)
    for (index, change) in found.changes.enumerated() {
      for (mode, id) in [(change.oldMode, change.oldID), (change.newMode, change.newID)]
      where !mode.isNone && !mode.isSubmodule && !ids.contains(id) && !reader.contains(id) {
        ids.insert(id)
        if first == nil { first = (id, Array(found.path(index))) }
      }
    }
  }
}
