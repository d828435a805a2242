import ArgumentParser
import Credentials
import Foundation
import HTTP
import Reports
import Settings

extension APIKey.Permission: ExpressibleByArgument {}

struct APIKeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "api-keys", abstract: "Make, list and revoke keys of the /v1 API",
    subcommands: [Create.self, List.self, Revoke.self], defaultSubcommand: List.self)

  struct Create: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Make a key and show its secret, this once",
      discussion: """
        The permission webhook makes it the secret token of a GitLab webhook; the others are for programs that use \
        the API.
        """)

    @Argument(help: "A name to tell it by.")
    var name: String
    @Option(
      help: "What it may do; can be given again.", completion: .default)
    var permission: [APIKey.Permission]
    @OptionGroup var options: CommonOptions

    func validate() throws {
      guard !permission.isEmpty else { throw ValidationError("Give at least one --permission.") }
    }

    func run() throws {
      let store = try SettingsStore(directory: options.configDirectory)
      let made = try APIKeys(store: store).create(
        name: name, permissions: Set(permission), at: Date())
      let output = StandardOutput()
      guard options.json else {
        output.write(made.secret.reveal() + "\n")
        output.flush()
        options.inform("This is the only time that it is shown.")
        return
      }
      output.write(
        APIKeyReport.json(made.key).adding("secret", .string(made.secret.reveal())).line)
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List keys; their secrets are gone")

    @OptionGroup var options: CommonOptions

    func run() throws {
      let store = try SettingsStore(directory: options.configDirectory, access: .readOnly)
      let keys = try store.apiKeys()
      StandardOutput().write(
        options.json
          ? JSONValue.array(keys.map(APIKeyReport.json)).line
          : Array(APIKeyReport.text(keys).utf8))
    }
  }

  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke", abstract: "Revoke a key at once")

    @Argument(help: "The key's name.")
    var name: String
    @OptionGroup var options: CommonOptions

    func run() throws {
      try SettingsStore(directory: options.configDirectory).removeAPIKey(named: name)
      if options.json {
        StandardOutput().write(JSONValue.object([("revoked", .string(name))]).line)
      } else {
        options.inform("Revoked \(TerminalText.safe(name)).")
      }
    }
  }
}
