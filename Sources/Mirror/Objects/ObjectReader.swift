import CLibgit2

/// Reads objects of one repository, on one thread.
final class ObjectReader {
  /// What a read of an object with a size limit found.
  enum Outcome {
    case object(ObjectBytes)
    /// It has more bytes than asked for and was not loaded.
    case oversized(byteCount: Int)
    case missing
  }

  private let repository: Repository

  init(_ repository: Repository) {
    self.repository = repository
  }

  /// Reads an object, unless it is larger than a limit in bytes.
  func read(_ id: ObjectID, limit: Int) throws(DiffError) -> Outcome {
    var oid = id.oid
    guard let header = try header(of: oid, id) else { return .missing }
    guard header.byteCount <= limit else { return .oversized(byteCount: header.byteCount) }
    var handle: OpaquePointer?
    do throws(GitError) {
      try check(git_odb_read(&handle, repository.objectDatabase, &oid), "read object \(id)")
    } catch {
      throw error.code == .notFound
        ? .missingObject(id, expected: header.kind, path: [])
        : .corruptObject(id, reason: error.description)
    }
    guard let handle else { return .missing }
    return .object(ObjectBytes(kind: header.kind, adopting: handle))
  }

  /// Tells kind and size of an object, in bytes, without loading it; `nil` where it is missing.
  func header(of id: ObjectID) throws(DiffError) -> (kind: ObjectKind, byteCount: Int)? {
    try header(of: id.oid, id)
  }

  private func header(
    of oid: git_oid, _ id: ObjectID
  ) throws(DiffError) -> (kind: ObjectKind, byteCount: Int)? {
    var oid = oid
    var size = 0
    var type = GIT_OBJECT_INVALID
    do throws(GitError) {
      try check(
        git_odb_read_header(&size, &type, repository.objectDatabase, &oid), "look up object \(id)")
    } catch {
      if error.code == .notFound { return nil }
      throw .corruptObject(id, reason: error.description)
    }
    guard let raw = UInt8(exactly: type.rawValue), let kind = ObjectKind(rawValue: raw) else {
      throw .corruptObject(id, reason: "unknown kind \(type.rawValue)")
    }
    return (kind, size)
  }
}
