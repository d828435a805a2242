/// A repository that is opened when it is first needed: its packs mostly serve everything, and to start libgit2 takes as
/// long as a small comparison.
final class LateRepository {
  private let path: String
  private var opened: Repository?

  /// Takes an open repository.
  init(_ repository: Repository) {
    path = repository.path
    opened = repository
  }

  /// Takes a repository by its directory.
  init(path: String) { self.path = path }

  /// Opens it, unless it is open.
  ///
  /// - Throws: ``DiffError/repositoryUnavailable(_:)``.
  func open() throws(DiffError) -> Repository {
    if let opened { return opened }
    do throws(GitError) {
      let repository = try Repository(bareAt: path)
      opened = repository
      return repository
    } catch {
      throw .repositoryUnavailable(error.description)
    }
  }

  /// Why it cannot be opened; `nil` where it can.
  var failure: DiffError? {
    do throws(DiffError) {
      _ = try open()
      return nil
    } catch {
      return error
    }
  }
}
