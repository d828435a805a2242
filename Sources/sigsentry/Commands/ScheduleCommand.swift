import ArgumentParser
import Foundation
import HTTP
import Reports
import Settings
import Sync

struct ScheduleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule", abstract: "Keep mirrors and cache fresh",
    subcommands: [Run.self, Systemd.self], defaultSubcommand: Run.self)

  private static func check(every: String) throws {
    guard TimeExpression.seconds(every).map({ 10...604_800 ~= $0 }) ?? false else {
      throw ValidationError("--every takes 10s to 7d, as 90s, 15m or 2h.")
    }
  }

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "run", abstract: "Sync all repositories, round after round, in the foreground")

    @Option(help: "From the start of one round to the next, as 90s, 15m or 2h.")
    var every = "15m"
    @Flag(help: "One round only, for cron.")
    var once = false
    @Option(help: "The most repositories at once.")
    var jobs = 4
    @OptionGroup var options: CommonOptions

    func validate() throws {
      try ScheduleCommand.check(every: every)
      guard 1...64 ~= jobs else { throw ValidationError("--jobs takes 1 to 64.") }
      if options.offline { throw ValidationError("A sync cannot be done offline.") }
    }

    private var interval: Double? { TimeExpression.seconds(every) }

    func run() async throws {
      Interruption.install()
      guard let interval else { return }
      var isFirst = true
      while true {
        let start = ContinuousClock.now
        // Before the first round it is done for every command.
        if !isFirst { ConnectionWarnings.write(for: options) }
        isFirst = false
        let reports = try await round()
        if Interruption.cancellation.isCancelled {
          if once { throw CancellationError() }
          return
        }
        if once {
          let code = SyncOutput.exitCode(reports)
          if code != 0 { throw ExitCode(code) }
          return
        }
        let elapsed = (ContinuousClock.now - start).components
        do {
          try Interruption.wait(seconds: max(0, interval - Double(elapsed.seconds)))
        } catch is CancellationError {
          return
        }
      }
    }

    /// A round looks at the settings anew, so that a repository added meanwhile takes part.
    private func round() async throws -> [SyncReport] {
      let workspace = try Workspace(options)
      var quiet = options
      quiet.quiet = true
      let start = ContinuousClock.now
      let reports = try await SyncRound(Workspace(quiet), jobs: jobs, cause: .schedule).run(
        workspace.store.repositories(activeOnly: true))
      SyncRound.explainFailures(reports, try workspace.names())
      let failed = reports.filter { if case .failure = $0.result { true } else { false } }
      let summaries = reports.compactMap { try? $0.result.get() }
      let elapsed = (ContinuousClock.now - start).components
      let output = StandardOutput()
      if options.json {
        output.write(SyncOutput.json(reports).line)
      } else {
        output.write(
          """
          \(UTCTime.text(Date())) \(reports.count - failed.count) synced, \(failed.count) failed, \
          \(Count.of(summaries.reduce(0) { $0 + $1.mergeRequests }, "merge request")) changed, \
          \(Count.of(summaries.reduce(0) { $0 + $1.diffs }, "diff")) computed, \
          \(Count.of(summaries.reduce(0) { $0 + $1.apiRequests }, "API request")), \(elapsed.seconds) s

          """)
      }
      return reports
    }
  }

  struct Systemd: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "systemd", abstract: "Print a systemd service that keeps the cache fresh",
      discussion: """
        Put it to ~/.config/systemd/user/sigsentry.service, then run 'systemctl --user enable --now sigsentry'.
        """)

    @Option(help: "From the start of one round to the next, as 90s, 15m or 2h.")
    var every = "15m"
    @OptionGroup var options: CommonOptions

    func validate() throws {
      try ScheduleCommand.check(every: every)
    }

    func run() throws {
      // systemd starts no unit of which such a path is missing. Where one cannot be made, its own words are the clearer.
      for directory in [options.cacheDirectory, options.configDirectory] {
        try? FileManager.default.createDirectory(
          atPath: directory, withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700])
      }
      let program = Self.quoted(
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path)
      let cache = Self.quoted(URL(fileURLWithPath: options.cacheDirectory).path)
      let config = Self.quoted(URL(fileURLWithPath: options.configDirectory).path)
      let unit = """
        [Unit]
        Description=SigSentry: mirrors of GitLab repositories
        Wants=network-online.target
        After=network-online.target

        [Service]
        ExecStart=\(program) schedule --every \(every.filter { !$0.isWhitespace }) --cache \(cache) --config \(config)
        Restart=on-failure
        RestartSec=60
        TimeoutStopSec=10
        Nice=10
        NoNewPrivileges=yes
        PrivateTmp=yes
        ProtectSystem=strict
        ReadWritePaths=\(cache) \(config)

        [Install]
        WantedBy=default.target

        """
      StandardOutput().write(
        options.json ? JSONValue.object([("unit", .string(unit))]).line : Array(unit.utf8))
    }

    /// A path as a unit file takes it (systemd.syntax(7), systemd.unit(5) "Specifiers").
    private static func quoted(_ path: String) -> String {
      let escaped = path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      return "\"" + escaped.replacing("%", with: "%%") + "\""
    }
  }
}
