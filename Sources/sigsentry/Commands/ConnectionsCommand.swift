import ArgumentParser
import Credentials
import Foundation
import Reports
import Settings

struct ConnectionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connections", abstract: "List connections, or change the vault's key",
    subcommands: [List.self, Rekey.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List connections with their health")

    @OptionGroup var options: CommonOptions

    func run() throws {
      let workspace = try Workspace(options, access: .readOnly)
      let connections = try workspace.store.connections()
      StandardOutput().write(
        options.json
          ? JSONValue.array(connections.map(ConnectionReport.json)).line
          : Array(ConnectionReport.text(connections, at: Date()).utf8))
    }
  }

  struct Rekey: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rekey", abstract: "Seal all tokens with a new key, in the key file")

    @OptionGroup var options: CommonOptions

    func run() throws {
      let environment = ProcessInfo.processInfo.environment
      if let source = ["SIGSENTRY_KEY", "CREDENTIALS_DIRECTORY"].first(where: {
        environment[$0] != nil
      }) {
        throw CommandFailure.usage(
          "The key comes from \(source), and a new key would go to the key file, which it hides.",
          hint: "Unset \(source) to move the tokens to a key file.")
      }
      let workspace = try Workspace(options)
      let count = try workspace.vault.rekey()
      StandardOutput().write(
        options.json
          ? JSONValue.object([("resealed", .integer(count))]).line
          : Array("Sealed \(Count.of(count, "secret")) with a new key.\n".utf8))
    }
  }
}
