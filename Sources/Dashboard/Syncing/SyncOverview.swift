import Foundation
import Pages
import Reports
import Settings
import Sync

/// The syncs as the page, its JSON twin and the events show them.
struct SyncOverview: Sendable {
  let services: Services

  /// The most runs of the history that are read.
  private static let runs = 100

  /// Reads settings, cache and history.
  func page(withHistory: Bool = true) throws -> SyncPage {
    let states = services.syncs.board.states()
    let repositories = try services.store.repositories()
    let last =
      withHistory ? try services.store.syncRuns(limit: Self.runs) : []
    let newest = Dictionary(
      last.map { ($0.repositoryID, $0) }, uniquingKeysWith: { $1.id > $0.id ? $1 : $0 })
    let rows = try repositories.map { setting in
      var row: RepositoryProgress
      if let state = states[setting.id], state.phase != .idle || state.last != nil {
        row = progress(state)
      } else {
        row = RepositoryProgress(id: setting.id, path: setting.path, phase: .idle)
        if let run = try newest[setting.id]
          ?? services.store.syncRuns(repository: setting.id, limit: 1).first
        {
          row.hasFailed = run.failure != nil
          row.lastResult = run.words
          row.lastEndedAt = run.startedAt.addingTimeInterval(run.seconds)
        }
      }
      row.path = setting.path
      if !setting.isActive, row.phase == .idle { row.phase = .paused }
      return row
    }
    let paths = Dictionary(
      repositories.map { ($0.id, $0.path) }, uniquingKeysWith: { first, _ in first })
    return SyncPage(repositories: rows, runs: last.map { SyncRunRow($0, paths: paths) })
  }

  /// One repository's row.
  func progress(_ state: SyncState) -> RepositoryProgress {
    RepositoryProgress(
      id: state.repositoryID, path: state.path,
      phase: RepositoryProgress.Phase(rawValue: state.phase.rawValue) ?? .idle, done: state.done,
      total: state.total, bytes: state.bytes ?? 0, bytesPerSecond: state.bytesPerSecond,
      perSecond: state.rate, secondsLeft: state.secondsLeft, note: state.note,
      hasFailed: state.last?.failure != nil, lastResult: state.last?.words,
      lastEndedAt: state.last.map { $0.startedAt.addingTimeInterval($0.seconds) })
  }
}

extension SyncRun {
  /// What it brought or why it failed, a sentence.
  var words: String {
    if let failure { return [failure, hint].compactMap { $0 }.joined(separator: " ") }
    return
      "\(mergeRequests) merge requests changed, \(diffs) diffs computed, \(commits) new commits."
  }
}

extension SyncRunRow {
  fileprivate init(_ run: SyncRun, paths: [RepositorySetting.ID: String]) {
    let trigger =
      switch run.cause {
      case .schedule: "schedule"
      case .webhook: "webhook"
      case .person: "dashboard"
      }
    self.init(
      repository: paths[run.repositoryID] ?? "a removed repository",
      repositoryID: paths[run.repositoryID] == nil ? nil : run.repositoryID,
      startedAt: run.startedAt, seconds: run.seconds, trigger: trigger,
      mergeRequests: run.mergeRequests, diffs: run.diffs, bytes: Int(run.bytesReceived),
      failure: run.failure == nil ? nil : run.words)
  }
}
