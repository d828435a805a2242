import ArgumentParser

import enum Mirror.Heap

#if canImport(Glibc)
  import Glibc
#endif

struct SigSentry: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "sigsentry",
    abstract: "Name the merge request that broke it, from a local mirror of GitLab",
    version: version,
    subcommands: [
      ConnectCommand.self, ConnectionsCommand.self, DisconnectCommand.self, ReposCommand.self,
      MappingsCommand.self, SyncCommand.self, MergeRequestsCommand.self, MergeRequestCommand.self,
      StatsCommand.self, HotspotsCommand.self, AnalyzeCommand.self, BacktestCommand.self,
      StatusCommand.self, DoctorCommand.self,
      CacheCommand.self,
      ScheduleCommand.self, ServeCommand.self, APIKeysCommand.self,
    ])
}

@main
enum Main {
  static func main() async {
    Heap.shareAmongThreads()
    // A reader that goes away is told by write(2), not by a signal.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try SigSentry.parseAsRoot(
        CommonOptions.behindCommand(Array(CommandLine.arguments.dropFirst())))
      warn(before: command)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      if CommandFailure.isInterruption(error) {
        StandardError.write("sigsentry: Interrupted.\n")
        exit(130)
      }
      guard let failure = CommandFailure(error) else { SigSentry.exit(withError: error) }
      StandardError.write(failure.text)
      exit(failure.code.rawValue)
    }
  }

  /// Finds the options that every command has in a member of one name, so that a new command cannot forget to warn.
  private static func warn(before command: any ParsableCommand) {
    // It changes what there is to warn of, and warns when that is done.
    guard !(command is ConnectCommand) else { return }
    for child in Mirror(reflecting: command).children {
      guard let group = child.value as? OptionGroup<CommonOptions> else { continue }
      ConnectionWarnings.write(for: group.wrappedValue)
    }
  }
}
