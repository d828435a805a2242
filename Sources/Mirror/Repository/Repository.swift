import CLibgit2
import CShims

/// An open bare repository: the sole owner of one `git_repository` and its object database.
///
/// Not Sendable: libgit2's handles stay on the thread that opened them. Parallel work opens its own.
public final class Repository {
  /// The directory of the repository.
  public let path: String
  let pointer: OpaquePointer
  let objectDatabase: OpaquePointer

  /// Starts libgit2 once in a process. Hashes are checked where packs come in and by `cache verify`, not at every
  /// read: that check costs as much as the rest of a diff.
  static let isLibraryStarted: Bool = {
    git_libgit2_init()
    _ = shim_git_set_strict_hash_verification(0)
    return true
  }()

  /// Opens a bare repository.
  ///
  /// - Throws: ``GitError`` with ``GitError/Code/notFound`` where there is none.
  public init(bareAt path: String) throws(GitError) {
    _ = Self.isLibraryStarted
    let repository = try acquire("open \(path)") { git_repository_open_bare(&$0, path) }
    do throws(GitError) {
      objectDatabase = try acquire("open the objects of \(path)") {
        git_repository_odb(&$0, repository)
      }
    } catch {
      git_repository_free(repository)
      throw error
    }
    pointer = repository
    self.path = path
  }

  deinit {
    git_odb_free(objectDatabase)
    git_repository_free(pointer)
  }
}
