import Foundation

#if canImport(Glibc)
  import Glibc
#endif

extension MirrorDirectory {
  /// Removes what killed processes left: unfinished packs, indexes without a pack, and a mirror that was never put into
  /// its place. Call it with the lock held.
  public func removeLeftovers() {
    removeUnfinishedPacks()
    try? FileManager.default.removeItem(atPath: path + ".new")
    let directory = path + "/objects/pack"
    let names = Set((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [])
    for name in names where name.hasPrefix("tmp_") || name.hasSuffix(".lock") {
      unlink("\(directory)/\(name)")
    }
    for name in names where name.hasSuffix(".idx") {
      let pack = name.dropLast(4)
      if !names.contains("\(pack).pack") { unlink("\(directory)/\(name)") }
    }
  }

  /// The branch that `HEAD` points to, as `refs/heads/main`.
  public var head: String? {
    guard let text = try? String(contentsOfFile: path + "/HEAD", encoding: .utf8),
      text.hasPrefix("ref: ")
    else { return nil }
    return text.dropFirst(5).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Replaces `packed-refs` by these refs; loose ones stay. Call it with the lock held.
  ///
  /// Of thousands of refs each removed by itself libgit2 would write the file anew for each.
  public func writePackedReferences(_ references: [RemoteReference]) throws(MirrorError) {
    let file = path + "/packed-refs"
    var text = "# pack-refs with: sorted \n"
    for reference in references.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    {
      text += "\(reference.id) \(reference.name)\n"
    }
    // git's own name for the lock; whoever has it writes the file just now.
    let lock = file + ".lock"
    let descriptor = open(lock, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(lock) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else {
        let error = failure(lock)
        close(descriptor)
        unlink(lock)
        throw error
      }
      bytes = bytes.dropFirst(count)
    }
    let isWhole = fsync(descriptor) == 0
    guard close(descriptor) == 0, isWhole, rename(lock, file) == 0 else {
      let error = failure(file)
      unlink(lock)
      throw error
    }
  }

  private func failure(_ path: String) -> MirrorError {
    .unwritable(path: path, reason: String(cString: strerror(errno)))
  }
}

extension Repository {
  /// Whether a name is one that a mirror holds, and git allows it.
  public static func isMirrored(_ name: String) -> Bool {
    let folders = ["refs/heads/", "refs/tags/", "refs/merge-requests/", "refs/keep-around/"]
    guard let folder = folders.first(where: { name.hasPrefix($0) }) else { return false }
    // As a branch, so that one rule serves for all.
    return isValidBranch(String(name.dropFirst(folder.count)))
  }

  /// Indexes and stores a pack that comes in pieces, and computes the hash of every object in it.
  ///
  /// - Parameter pieces: Calls back with each piece; what it throws is passed on, and nothing is stored then.
  /// - Returns: The number of objects.
  /// - Throws: ``FetchError`` for a pack that is damaged or cannot be stored.
  @discardableResult
  public func storePack(
    _ pieces: ((_ piece: [UInt8]) throws -> Void) throws -> Void
  ) throws -> Int {
    var indexer: PackIndexer
    do throws(GitError) { indexer = try PackIndexer(into: self) } catch {
      throw FetchError.storing(error)
    }
    try pieces { piece in
      do throws(GitError) { try indexer.append(piece) } catch {
        throw FetchError(indexing: error)
      }
    }
    do throws(GitError) { try indexer.finish() } catch { throw FetchError(indexing: error) }
    let received = indexer.progress
    guard received.totalObjects > 0, received.receivedObjects == received.totalObjects else {
      throw FetchError.packCutShort
    }
    do { try indexer.commit() } catch let error as GitError { throw FetchError(indexing: error) }
    return received.totalObjects
  }
}
