import ArgumentParser
import Cache
import Credentials
import Foundation
import Reports
import Settings
import Sync

struct DisconnectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disconnect", abstract: "Remove a connection and its token",
    discussion: """
      Repositories, mirrors and cache stay unless --purge is given. With --revoke the tokens of an OAuth connection are \
      revoked on GitLab first; for another token the page is told on which to revoke it.
      """)

  @Argument(help: "The connection's name.")
  var name: String
  @Flag(help: "Revoke the token on GitLab too, or tell where.")
  var revoke = false
  @Flag(help: "Remove its repositories too, with their mirrors and cached data.")
  var purge = false
  @OptionGroup var options: CommonOptions

  /// The most repositories that are told by name.
  private static let mostNamed = 10

  func run() throws {
    Interruption.install()
    let workspace = try Workspace(options)
    let connection = try workspace.connection(named: name)
    let revokes = revoke && connection.authentication == .oauth
    if revokes {
      guard !options.offline else {
        throw CommandFailure.usage("A token cannot be revoked offline.")
      }
      try revokeOnGitLab(connection, workspace)
    }
    let names = try workspace.names()
    let purged = purge ? try purgeRepositories(of: connection, in: workspace).map(names.name) : []
    let left = try workspace.store.repositories().filter { $0.connectionID == connection.id }
      .map(names.name)
    try workspace.store.delete(connection: connection.id)
    workspace.provider.forget(connection)
    let output = StandardOutput()
    if options.json {
      output.write(
        JSONValue.object([
          ("disconnected", .string(connection.name)), ("revoked", .bool(revokes)),
          ("purged", .array(purged.map(JSONValue.string))),
          ("withoutConnection", .array(left.map(JSONValue.string))),
          ("revokeAt", .optional(revokes ? nil : connection.tokenPage)),
        ]).line)
      return
    }
    var text = revokes ? "Revoked the tokens of the connection \(connection.name) on GitLab.\n" : ""
    text += "Removed the connection \(connection.name) and its token from this machine.\n"
    if !purged.isEmpty {
      text += "Removed \(purged.joined(separator: ", ")) with all cached data.\n"
    }
    if !left.isEmpty {
      text += "Without a connection now, so synced only if public: "
      text += left.prefix(Self.mostNamed).joined(separator: ", ")
      text += left.count > Self.mostNamed ? " and \(left.count - Self.mostNamed) more.\n" : ".\n"
    }
    if revoke && !revokes { text += "Revoke the token itself \(connection.tokenPlace)\n" }
    output.write(text)
  }

  private func revokeOnGitLab(_ connection: Connection, _ workspace: Workspace) throws {
    do throws(TokenError) {
      try workspace.provider.revoke(connection)
    } catch {
      guard var failure = CommandFailure(error), case .revocation = error else { throw error }
      failure.hint = (failure.hint ?? "") + " Or revoke it \(connection.tokenPlace)"
      throw failure
    }
  }

  private func purgeRepositories(
    of connection: Connection, in workspace: Workspace
  ) throws -> [RepositorySetting] {
    let cache = try options.openCacheForWriting()
    var purged: [RepositorySetting] = []
    for setting in try workspace.store.repositories() where setting.connectionID == connection.id {
      try CacheClearing(cache: cache).clear(setting)
      try workspace.store.removeRepository(setting.id)
      purged.append(setting)
    }
    return purged
  }
}

extension Connection {
  /// The page of GitLab on which its owner revokes its token; `nil` for one that belongs to a project or a group, whose
  /// page is among its settings.
  var tokenPage: String? {
    switch authentication {
    case .oauth: "\(baseURL)/-/user_settings/applications"
    case .personalAccessToken: "\(baseURL)/-/user_settings/personal_access_tokens"
    case .projectAccessToken, .groupAccessToken: nil
    }
  }

  /// Where a person revokes its token, as the end of a sentence.
  var tokenPlace: String {
    if let tokenPage { return "at \(tokenPage)" }
    let owner = authentication == .projectAccessToken ? "project" : "group"
    return "in the \(owner) that it belongs to, under Settings > Access tokens."
  }
}
