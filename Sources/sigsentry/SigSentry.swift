import ArgumentParser
import Settings

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
      let arguments = CommonOptions.behindCommand(Array(CommandLine.arguments.dropFirst()))
      try checkName(arguments.first)
      var command = try SigSentry.parseAsRoot(arguments)
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

  /// The parser would only find one argument too many.
  private static func checkName(_ name: String?) throws {
    let names = SigSentry.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let name, !name.hasPrefix("-"), name != "help", !names.contains(name) else { return }
    throw CommandFailure.usage(
      "There is no command '\(name)'.",
      hint: NearestPath.suggest(for: name, among: names).map { "Did you mean \($0)?" }
        ?? "'sigsentry --help' lists them.")
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
