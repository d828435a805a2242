import Cache

/// Why a cache could not be carried into a file or out of one. What was there before stays as it is.
public enum ArchiveError: Error, Sendable, Equatable {
  /// A file cannot be written; `reason` is the system's.
  case unwritable(path: String, reason: String)
  /// A file cannot be read.
  case unreadable(path: String, reason: String)
  /// The file is no cache that was exported, or it was damaged since.
  case malformed(path: String, detail: String)
  /// A newer version of the tool wrote it.
  case newer(path: String)
  /// There is a cache in the directory already.
  case occupied(directory: String)
  /// The cache, or what it has of a project, was deleted or replaced while it was exported.
  case replaced(path: String)
  /// No mirror of the cache is whole.
  case allDamaged([CacheExport.LeftOut])
  /// Another import works on the directory.
  case busy(directory: String)
  /// The caller asked to stop.
  case cancelled
}

extension ArchiveError: CustomStringConvertible {
  /// One sentence for a log or a person.
  public var description: String {
    switch self {
    case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
    case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
    case .malformed(let path, let detail): "\(path) is no whole exported cache: \(detail)"
    case .newer(let path): "\(path) was written by a newer version of sigsentry"
    case .occupied(let directory): "there is a cache in \(directory) already"
    case .replaced(let path): "\(path) was cleared or replaced meanwhile"
    case .allDamaged(let mirrors):
      "no mirror of the cache is whole: "
        + Self.text(mirrors)
    case .busy(let directory): "another import works on \(directory)"
    case .cancelled: "interrupted"
    }
  }

  private static func text(_ mirrors: [CacheExport.LeftOut]) -> String {
    let names = RepositoryNames(mirrors.map { ($0.baseURL, $0.path) })
    return mirrors.map { "\(names.name(of: $0.path, at: $0.baseURL)): \($0.reason)" }
      .joined(separator: "; ")
  }

  /// What to do, a sentence.
  public var hint: String? {
    switch self {
    case .unwritable: "Check free space and rights."
    case .unreadable: nil
    case .malformed: "Export it anew with 'sigsentry cache export', and copy it whole."
    case .newer: "Update sigsentry."
    case .occupied: "Replace it with --replace, or name another directory with --cache."
    case .replaced: "Export it again."
    case .allDamaged:
      "'sigsentry cache clear PATH' and 'sigsentry sync PATH' build a repository anew."
    case .busy: "Wait until it ends."
    case .cancelled: nil
    }
  }
}
