import ArgumentParser
import Cache
import Foundation
import GitLab
import HTTP
import Reports
import Settings
import Sync

struct ReposCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repos", abstract: "Say which repositories are mirrored",
    subcommands: [Add.self, List.self, Remove.self, Edit.self], defaultSubcommand: List.self)

  static let lookbackHelp: ArgumentHelp = "Days of merge requests to keep ready, 1 to 365."

  static func check(lookbackDays: Int?) throws {
    guard lookbackDays.map(RepositorySetting.lookbackRange.contains) ?? true else {
      throw ValidationError("--lookback-days takes 1 to 365.")
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List repositories")

    @OptionGroup var options: CommonOptions

    func run() throws {
      let statuses = try options.statuses().all()
      StandardOutput().write(
        options.json
          ? JSONValue.array(statuses.map(\.json)).line
          : Array(StatusReport.text(statuses, at: Date()).utf8))
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove", abstract: "Take repositories out of the settings; cached data stays")

    @Argument(help: "Repositories, by path or address.")
    var paths: [String]
    @OptionGroup var options: CommonOptions

    func run() throws {
      let workspace = try Workspace(options)
      let names = try workspace.names()
      let settings = try workspace.repositories(paths)
      for setting in settings {
        let mappings = try workspace.store.removeRepository(setting.id)
        options.inform(
          "Removed \(names.name(of: setting))"
            + (mappings.isEmpty
              ? "" : " and the mappings of \(mappings.map(\.service).joined(separator: ", "))")
            + ". Its cached data stays until 'sigsentry cache clear'.")
      }
      if options.json {
        StandardOutput().write(
          JSONValue.object([("removed", .array(settings.map { .string(names.name(of: $0)) }))]).line
        )
      }
    }
  }

  struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "edit", abstract: "Change a repository's settings")

    @Argument(help: "The repository, by path or address.")
    var path: String
    @Option(help: ReposCommand.lookbackHelp)
    var lookbackDays: Int?
    @Option(help: "The connection to read it with.")
    var connection: String?
    @Flag(inversion: .prefixedNo, help: "Leave it out of syncs that do not name it.")
    var pause: Bool?
    @OptionGroup var options: CommonOptions

    func validate() throws { try ReposCommand.check(lookbackDays: lookbackDays) }

    func run() throws {
      let workspace = try Workspace(options)
      let setting = try workspace.repository(path)
      let connection = try connection.map { try workspace.connection(named: $0) }
      let edited = try workspace.store.editRepository(setting.id, at: Date()) {
        if let lookbackDays { $0.lookbackDays = lookbackDays }
        if let connection { $0.connectionID = connection.id }
        if let pause { $0.isActive = !pause }
      }
      let status = try options.statuses().status(of: edited)
      StandardOutput().write(
        options.json
          ? status.json.line
          : Array(StatusReport.text([status], names: try workspace.names(), at: Date()).utf8))
    }
  }
}
