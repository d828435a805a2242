import Cache
import Mirror

extension CachedFile {
  /// The row of a computed change.
  public init(_ change: FileChange) {
    self.init(
      path: change.path, oldPath: change.oldPath,
      status: FileStatus(rawValue: change.status.rawValue) ?? .modified,
      additions: change.additions,
      deletions: change.deletions, precision: FilePrecision(change.precision))
  }
}

extension FilePrecision {
  fileprivate init?(_ precision: FileChange.Precision) {
    switch precision {
    case .exact: return nil
    case .totals: self = .totals
    case .uncounted: self = .uncounted
    }
  }
}
