import CLibgit2

extension Repository {
  private static let remoteName = "origin"

  /// Whether objects may be missing because they were left out of a fetch, by the repository's own configuration.
  public var isPartial: Bool { partialFilter != nil }

  /// What was left out of the fetches that the repository was made by; `nil` where nothing was.
  public var partialFilter: ObjectFilter? {
    guard let configuration = try? Configuration(of: self),
      configuration.bool("remote.\(Self.remoteName).promisor")
    else { return nil }
    let filter = configuration.string("remote.\(Self.remoteName).partialclonefilter")
    return filter == ObjectFilter.noTrees.specification ? .noTrees : .noBlobs
  }

  /// Notes, in git's own words, which objects may be missing and where they can be had, so that git copes with the
  /// repository too: partial-clone in git's technical documentation. To be called before the first such fetch.
  ///
  /// The format's version stays 0, under which git honours `extensions.partialClone` as well and libgit2 does not
  /// refuse it.
  ///
  /// - Parameters:
  ///   - url: Where git would fetch what is missing, without a user or password.
  ///   - filter: What git is to leave out of its own fetches.
  public func markPartial(url: String, filter: ObjectFilter) throws(GitError) {
    let configuration = try Configuration(of: self)
    let remote = "remote.\(Self.remoteName)"
    try configuration.set("\(remote).url", to: url)
    try configuration.set("\(remote).partialclonefilter", to: filter.specification)
    try configuration.set("extensions.partialclone", to: Self.remoteName)
    try configuration.set("\(remote).promisor", to: "true")
  }
}

/// A repository's own configuration file, without those of the user and the machine.
private struct Configuration: ~Copyable {
  private let pointer: OpaquePointer
  private let path: String

  init(of repository: Repository) throws(GitError) {
    let path = repository.path + "/config"
    pointer = try acquire("read \(path)") { git_config_open_ondisk(&$0, path) }
    self.path = path
  }

  deinit { git_config_free(pointer) }

  func bool(_ name: String) -> Bool {
    var value: Int32 = 0
    guard git_config_get_bool(&value, pointer, name) == 0 else {
      git_error_clear()
      return false
    }
    return value != 0
  }

  func string(_ name: String) -> String? {
    var buffer = git_buf()
    defer { git_buf_dispose(&buffer) }
    guard git_config_get_string_buf(&buffer, pointer, name) == 0, let text = buffer.ptr else {
      git_error_clear()
      return nil
    }
    return String(cString: text)
  }

  /// Sets a value, and leaves the file alone where it is set already.
  func set(_ name: String, to value: String) throws(GitError) {
    guard string(name) != value else { return }
    try check(git_config_set_string(pointer, name, value), "write \(name) in \(path)")
  }
}
