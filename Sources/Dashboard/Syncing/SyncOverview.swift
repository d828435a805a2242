import Cache
import Foundation
import Pages
import Reports
import Settings
import Sync

/// The syncs as the page, its JSON twin and the events show them.
struct SyncOverview: Sendable {
  let services: Services

  /// The runs of the history that are read, or three for each repository where there are many.
  private static let runs = 100

  /// Reads settings, cache and history.
  func page(withHistory: Bool = true) throws -> SyncPage {
    let (states, roundBegan) = services.syncs.board.overview()
    let repositories = try services.store.repositories()
    let limit = max(Self.runs, 3 * repositories.count)
    let last = withHistory ? try services.store.syncRuns(limit: limit) : []
    let newest = Dictionary(
      last.map { ($0.repositoryID, $0) }, uniquingKeysWith: { $1.id > $0.id ? $1 : $0 })
    let names = RepositoryNames(of: repositories)
    let rows = try repositories.map { setting in
      var row: RepositoryProgress
      if let state = states[setting.id], state.phase != .idle || state.last != nil {
        row = progress(state, roundBegan: roundBegan)
      } else {
        row = RepositoryProgress(id: setting.id, path: setting.path, phase: .idle)
        if let run = try newest[setting.id]
          ?? services.store.syncRuns(repository: setting.id, limit: 1).first
        {
          row.lastResult = run.words
          row.lastEndedAt = run.startedAt.addingTimeInterval(run.seconds)
        }
      }
      row.path = setting.path
      row.baseURL = "\(setting.baseURL)"
      row.name = names.name(of: setting)
      if !setting.isActive, !row.isBusy { row.phase = .paused }
      return row
    }
    let called = Dictionary(
      repositories.map { ($0.id, names.name(of: $0)) }, uniquingKeysWith: { first, _ in first })
    return SyncPage(
      isRunning: roundBegan != nil, repositories: rows,
      runs: Self.rounds(of: last, mayBeCut: last.count == limit).map {
        Pages.SyncRun($0, names: called)
      })
  }

  /// One repository's row.
  ///
  /// - Parameter roundBegan: What ended before that is no part of what runs now; nil where nothing runs.
  func progress(_ state: SyncState, roundBegan: Date?) -> RepositoryProgress {
    let phase: RepositoryProgress.Phase =
      switch state.phase {
      case .queued: .waiting
      case .resolving: .resolving
      case .listing: .listing
      case .references: .references
      case .fetching: .fetching
      case .computing: .computing
      case .idle:
        if let last = state.last, let roundBegan,
          last.startedAt >= roundBegan.addingTimeInterval(-1)
        {
          last.failure == nil ? .done : .failed
        } else {
          .idle
        }
      }
    return RepositoryProgress(
      id: state.repositoryID, path: state.path, baseURL: state.baseURL, phase: phase,
      done: state.done, total: state.total,
      bytes: state.bytes ?? 0, bytesPerSecond: state.bytesPerSecond, perSecond: state.rate,
      secondsLeft: state.secondsLeft, lastResult: state.last?.words,
      lastEndedAt: state.last.map { $0.startedAt.addingTimeInterval($0.seconds) })
  }

  /// Runs that one cause started together, newest first.
  ///
  /// - Parameter mayBeCut: Whether there are older runs, so that the oldest round is left out: it may be only a part of one.
  static func rounds(
    of runs: [Settings.SyncRun], mayBeCut: Bool = false
  ) -> [[Settings.SyncRun]] {
    var rounds: [[Settings.SyncRun]] = []
    var began = Date.distantPast
    for run in runs.sorted(by: { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) }) {
      if let first = rounds.last?.first, first.cause == run.cause,
        run.startedAt.timeIntervalSince(began) <= 2
      {
        rounds[rounds.count - 1].append(run)
      } else {
        rounds.append([run])
      }
      began = max(began, run.startedAt.addingTimeInterval(run.seconds))
    }
    if mayBeCut, rounds.count > 1 { rounds.removeFirst() }
    return rounds.reversed()
  }
}

extension RepositoryProgress {
  fileprivate var isBusy: Bool {
    switch phase {
    case .waiting, .resolving, .listing, .references, .fetching, .computing: true
    case .idle, .done, .failed, .paused: false
    }
  }
}

extension Settings.SyncRun {
  /// What it brought or why it failed, a sentence.
  var words: String {
    if let failure { return [failure, hint].compactMap { $0 }.joined(separator: " ") }
    return
      "\(Count.of(mergeRequests, "merge request")) changed, \(Count.of(diffs, "diff")) computed, "
      + "\(Count.of(commits, "new commit"))."
  }
}

extension Pages.SyncRun {
  fileprivate init(_ runs: [Settings.SyncRun], names: [RepositorySetting.ID: String]) {
    let first = runs[0]
    let end = runs.map { $0.startedAt.addingTimeInterval($0.seconds) }.max() ?? first.startedAt
    var trigger =
      switch first.cause {
      case .schedule: "schedule"
      case .webhook: "webhook"
      case .person: "by hand"
      }
    if runs.count == 1, let name = names[first.repositoryID] { trigger += ", \(name)" }
    self.init(
      startedAt: first.startedAt, seconds: end.timeIntervalSince(first.startedAt),
      trigger: trigger, repositories: runs.count,
      mergeRequests: runs.reduce(0) { $0 + $1.mergeRequests },
      diffs: runs.reduce(0) { $0 + $1.diffs }, bytes: runs.reduce(0) { $0 + $1.bytesReceived },
      failures: runs.filter { $0.failure != nil }.map {
        Failure(repository: names[$0.repositoryID] ?? "a removed repository", reason: $0.words)
      })
  }
}
