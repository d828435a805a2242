import ArgumentParser
import Cache
import Foundation
import HTTP
import Reports
import Settings
import Sync

struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Bring mirrors and cache up to date")

  @Argument(help: "Repositories, by path or address (default: all that are not paused).")
  var paths: [String] = []
  @Option(help: ReposCommand.lookbackHelp)
  var lookbackDays: Int?
  @Option(help: "The most repositories at once.")
  var jobs = 4
  @Option(help: "Keep everything ready that changed since then, as '2026-01-01' or '90d ago'.")
  var since: String?
  @Flag(
    inversion: .prefixedNo,
    help: """
      Bring only the files of the window's commits and diffs, or all (default: only these at the first sync of a \
      repository of more than 300,000 objects).
      """)
  var windowOnly: Bool?
  @OptionGroup var options: CommonOptions

  func validate() throws {
    try ReposCommand.check(lookbackDays: lookbackDays)
    guard 1...64 ~= jobs else { throw ValidationError("--jobs takes 1 to 64.") }
    if lookbackDays != nil && since != nil {
      throw ValidationError("--lookback-days and --since exclude each other.")
    }
    if options.offline { throw ValidationError("A sync cannot be done offline.") }
  }

  func run() async throws {
    Interruption.install()
    let workspace = try Workspace(options)
    let settings =
      paths.isEmpty
      ? try workspace.store.repositories(activeOnly: true)
      : try workspace.repositories(paths)
    guard !settings.isEmpty else {
      throw CommandFailure(
        "There is no repository to sync.", hint: "Add one with 'sigsentry repos add GROUP/PROJECT'."
      )
    }
    let now = Date()
    let since = try since.map { try options.since($0, now: now) }
    if let since, since > now {
      throw CommandFailure.usage("--since takes a time in the past.")
    }
    let reports = try await SyncRound(workspace, jobs: jobs, cause: .person).run(
      settings, lookbackDays: lookbackDays, since: since,
      content: windowOnly.map { $0 ? .windowOnly : .full } ?? .automatic)
    let names = try workspace.names()
    let output = StandardOutput()
    if options.json {
      output.write(SyncOutput.json(reports).line)
    } else {
      for report in reports { output.write(SyncOutput.line(report, names) + "\n") }
    }
    output.flush()
    if Interruption.cancellation.isCancelled { throw CancellationError() }
    SyncRound.explainFailures(reports, names)
    let code = SyncOutput.exitCode(reports)
    if code != 0 { throw ExitCode(code) }
  }
}

/// One round of syncs with their progress on standard error.
struct SyncRound {
  private let workspace: Workspace
  private let jobs: Int
  private let cause: SyncRun.Cause

  init(_ workspace: Workspace, jobs: Int, cause: SyncRun.Cause) {
    self.workspace = workspace
    self.jobs = jobs
    self.cause = cause
  }

  func run(
    _ settings: [RepositorySetting], lookbackDays: Int? = nil, since: Date? = nil,
    content: MirrorContent = .automatic
  ) async throws -> [SyncReport] {
    let options = workspace.options
    let display = ProgressDisplay(
      options.quiet ? .silent : StandardError.isTerminal && !options.verbose ? .terminal : .plain,
      names: try workspace.names())
    let access = workspace.access
    let targets = try settings.map {
      try access.target(for: $0, lookbackDays: lookbackDays, since: since, content: content)
    }
    let service = SyncService(
      cache: try options.openCacheForWriting(), cancellation: Interruption.cancellation,
      wait: Interruption.wait)
    let reports = await service.sync(targets, jobs: jobs) { display.show($0) }
    display.finish()
    for (setting, report) in zip(settings, reports) {
      guard let run = SyncRun(report, of: setting.id, cause: cause) else { continue }
      // What the sync brought is worth the same without a line in the history.
      try? workspace.store.insert(run)
    }
    return reports
  }

  static func explainFailures(_ reports: [SyncReport], _ names: RepositoryNames) {
    // That a login is needed is said once of all repositories of a connection.
    var logins: [String: Int] = [:]
    for report in reports {
      guard case .failure(let error) = report.result, error.isAuthorization else { continue }
      logins[CommandFailure(Explanation(error)).text, default: 0] += 1
    }
    for report in reports {
      guard case .failure(let error) = report.result else { continue }
      var failure = CommandFailure(Explanation(error))
      let count = error.isAuthorization ? logins.removeValue(forKey: failure.text) : 1
      guard let count else { continue }
      failure.summary =
        report.name(among: names) + (count == 1 ? "" : " and \(count - 1) more")
        + ": \(failure.summary)"
      StandardError.write(failure.text)
    }
  }
}
