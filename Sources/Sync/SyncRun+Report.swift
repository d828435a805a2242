import Settings

extension SyncRun {
  /// What the history is to tell of a sync that is over; `nil` where it was interrupted, which is no failure of anything.
  public init?(_ report: SyncReport, of id: RepositorySetting.ID, cause: Cause) {
    if case .failure(.cancelled) = report.result { return nil }
    self.init(
      repositoryID: id, cause: cause, startedAt: report.startedAt, seconds: report.seconds)
    switch report.result {
    case .success(let summary):
      mergeRequests = summary.mergeRequests
      diffs = summary.diffs
      files = summary.files
      commits = summary.commits
      apiRequests = summary.apiRequests
      objects = summary.objects
      bytesReceived = summary.bytesReceived
    case .failure(let error):
      failure = error.summary
      hint = error.hint
      needsReauthorization = error.isAuthorization
    }
  }
}
