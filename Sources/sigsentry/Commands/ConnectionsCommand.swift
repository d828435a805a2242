import ArgumentParser
import Cache
import Credentials
import Foundation
import Reports
import Settings
import Sync

struct ConnectionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connections", abstract: "List connections, or change the vault's key",
    subcommands: [List.self, Rekey.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List connections with their health")

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
      abstract: "Seal all tokens with a new key, in the key file")

    @OptionGroup var options: CommonOptions

    func run() throws {
      let workspace = try Workspace(options)
      let count = try workspace.vault.rekey()
      StandardOutput().write(
        options.json
          ? JSONValue.object([("resealed", .integer(count))]).line
          : Array("Sealed \(count) secrets with a new key.\n".utf8))
    }
  }
}

struct DisconnectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disconnect", abstract: "Remove a connection and its token")

  @Argument(help: "The connection's name.")
  var name: String
  @Flag(help: "Tell how to revoke the token on GitLab.")
  var revoke = false
  @Flag(help: "Remove its repositories too, with their mirrors and cached data.")
  var purge = false
  @OptionGroup var options: CommonOptions

  func run() throws {
    let workspace = try Workspace(options)
    let connection = try workspace.connection(named: name)
    var purged: [String] = []
    if purge {
      let cache = try options.openCacheForWriting()
      for setting in try workspace.store.repositories() where setting.connectionID == connection.id
      {
        try CacheClearing(cache: cache).clear(setting)
        try workspace.store.removeRepository(setting.id)
        purged.append(setting.path)
      }
    }
    try workspace.store.delete(connection: connection.id)
    let page = "\(connection.baseURL)/-/user_settings/personal_access_tokens"
    if options.json {
      StandardOutput().write(
        JSONValue.object([
          ("disconnected", .string(connection.name)),
          ("purged", .array(purged.map(JSONValue.string))),
          ("revokeAt", .string(page)),
        ]).line)
      return
    }
    var text = "Removed the connection \(connection.name) and its token from this machine.\n"
    if !purged.isEmpty {
      text += "Removed \(purged.joined(separator: ", ")) with all cached data.\n"
    }
    if revoke { text += "Revoke the token itself at \(page)\n" }
    StandardOutput().write(text)
  }
}
