import CLibgit2
import CShims

/// An object whose content does not have the hash it is stored under, or cannot be read.
public struct DamagedObject: Sendable, Equatable {
  /// The id it is stored under.
  public var id: ObjectID
  /// What is wrong.
  public var reason: String
}

extension Repository {
  /// Reads every object and computes its hash again: the check that ordinary reads leave out.
  ///
  /// Costs about as much as `git fsck`; memory holds one object at a time.
  ///
  /// - Parameter progress: Told the number of objects read so far; returns whether to go on.
  /// - Returns: What is damaged, at most 100 objects, and how many were read.
  public func verifyObjects(
    progress: (Int) -> Bool
  ) throws(GitError) -> (objects: Int, damaged: [DamagedObject]) {
    let ids = try objectIDs()
    var damaged: [DamagedObject] = []
    for (index, id) in ids.enumerated() {
      guard damaged.count < 100, progress(index) else { return (index, damaged) }
      var oid = id.oid
      var object: OpaquePointer?
      if git_odb_read(&object, objectDatabase, &oid) < 0 {
        let message = git_error_last().flatMap { $0.pointee.message }.map { String(cString: $0) }
        git_error_clear()
        damaged.append(DamagedObject(id: id, reason: message ?? "unreadable"))
        continue
      }
      defer { git_odb_object_free(object) }
      var found = git_oid()
      try check(
        git_odb_hash(
          &found, git_odb_object_data(object), git_odb_object_size(object),
          git_odb_object_type(object)),
        "hash object \(id) in \(path)")
      if ObjectID(found) != id {
        damaged.append(DamagedObject(id: id, reason: "its content has the hash \(ObjectID(found))"))
      }
    }
    return (ids.count, damaged)
  }

  private final class Collector { var ids: [ObjectID] = [] }

  private func objectIDs() throws(GitError) -> [ObjectID] {
    let collector = Collector()
    _ = try withExtendedLifetime(collector) { () throws(GitError) in
      try check(
        git_odb_foreach(
          objectDatabase,
          { id, payload in
            guard let id, let payload else { return 0 }
            Unmanaged<Collector>.fromOpaque(payload).takeUnretainedValue()
              .ids.append(ObjectID(id.pointee))
            return 0
          }, Unmanaged.passUnretained(collector).toOpaque()), "list the objects of \(path)")
    }
    return collector.ids
  }
}
