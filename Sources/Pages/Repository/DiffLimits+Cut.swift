extension DiffLimits {
  /// What GitLab's API would leave out of a diff.
  struct Cut: Equatable {
    /// How many files come first and are given.
    var kept: Int
    /// How many are not.
    var files: Int
    /// Lines added in these.
    var additions: Int
    /// Lines deleted in these.
    var deletions: Int
  }

  /// The limits of an instance, by its address: those of GitLab.com, or the defaults of a self-managed one.
  package init(baseURL: String) {
    self = baseURL == "https://gitlab.com" ? .gitlabCom : .selfManaged
  }

  /// What would be left out; nil where nothing is.
  ///
  /// A patch has at least the lines that changed, so at least these files are left out.
  ///
  /// - Parameter files: The files in git's order.
  func cut(_ files: [FileRow]) -> Cut? {
    var lines = 0
    let kept =
      files.indices.first { index in
        lines += files[index].churn
        return index >= self.files || lines > self.lines
      } ?? files.count
    guard kept < files.count else { return nil }
    return files[kept...].reduce(into: Cut(kept: kept, files: 0, additions: 0, deletions: 0)) {
      $0.files += 1
      $0.additions += $1.additions ?? 0
      $0.deletions += $1.deletions ?? 0
    }
  }
}
