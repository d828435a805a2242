import CLibgit2

extension Repository {
  private static let remoteName = "origin"

  /// Whether objects may be missing because they were left out of a fetch, by the repository's own configuration.
  public var isPartial: Bool {
    guard let configuration = try? Configuration(of: self) else { return false }
    return configuration.bool("remote.\(Self.remoteName).promisor")
  }

  /// Notes, in git's own words, that blobs may be missing and where they can be had, so that git copes with the
  /// repository too: partial-clone in git's technical documentation. To be called before the first such fetch.
  ///
  /// The format's version stays 0, under which git honours `extensions.partialClone` as well and libgit2 does not
  /// refuse it.
  ///
  /// - Parameter url: Where git would fetch what is missing, without a user or password.
  public func markPartial(url: String) throws(GitError) {
    let configuration = try Configuration(of: self)
    let remote = "remote.\(Self.remoteName)"
    try configuration.set("\(remote).url", to: url)
    try configuration.set("\(remote).partialclonefilter", to: ObjectFilter.noBlobs.rawValue)
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

  /// Sets a value, and leaves the file alone where it is set already.
  func set(_ name: String, to value: String) throws(GitError) {
    var buffer = git_buf()
    defer { git_buf_dispose(&buffer) }
    if git_config_get_string_buf(&buffer, pointer, name) == 0, let text = buffer.ptr,
      String(cString: text) == value
    {
      return
    }
    git_error_clear()
    try check(git_config_set_string(pointer, name, value), "write \(name) in \(path)")
  }
}
