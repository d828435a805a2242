import ArgumentParser
import Foundation
import Reports
import Settings

struct MappingsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mappings", abstract: "Say which repository a service in the logs is built from",
    subcommands: [Set.self, List.self, Remove.self], defaultSubcommand: List.self)

  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Map a service to a repository")

    @Argument(help: "The service's name, exactly as it stands in the logs.")
    var service: String
    @Argument(help: "The repository, by path or address.")
    var repository: String
    @Option(help: "The directory in the repository that the service is built from.")
    var pathPrefix: String?
    @Option(help: "The branch that is deployed (default: the default branch).")
    var branch: String?
    @OptionGroup var options: CommonOptions

    func validate() throws {
      do throws(SettingsError) {
        _ = try SettingsStore.checked(mapping(to: 0))
      } catch {
        throw ValidationError(error.summary)
      }
    }

    private func mapping(to repository: Int64) -> ServiceMapping {
      ServiceMapping(
        service: service, repositoryID: repository, pathPrefix: pathPrefix, branch: branch)
    }

    func run() throws {
      let workspace = try Workspace(options)
      let setting = try workspace.repository(repository)
      let mapping = try workspace.store.setMapping(mapping(to: setting.id))
      MappingsCommand.write([mapping], workspace.store, options)
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List mappings")

    @OptionGroup var options: CommonOptions

    func run() throws {
      let store = try SettingsStore(directory: options.configDirectory, access: .readOnly)
      MappingsCommand.write(try store.mappings(), store, options)
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove", abstract: "Remove a mapping")

    @Argument(help: "The service's name.")
    var service: String
    @OptionGroup var options: CommonOptions

    func run() throws {
      try Workspace(options).store.removeMapping(service: service)
      if options.json {
        StandardOutput().write(JSONValue.object([("removed", .string(service))]).line)
      }
    }
  }

  private static func write(
    _ mappings: [ServiceMapping], _ store: SettingsStore, _ options: CommonOptions
  ) {
    let repositories = Dictionary(
      ((try? store.repositories()) ?? []).map { ($0.id, $0) },
      uniquingKeysWith: { one, _ in one })
    StandardOutput().write(
      options.json
        ? MappingReport.json(mappings, repositories: repositories).line
        : Array(MappingReport.text(mappings, repositories: repositories).utf8))
  }
}
