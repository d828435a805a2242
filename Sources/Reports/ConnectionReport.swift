import Foundation
import Settings

/// Connections in the forms of `connections`. Tokens are no part of any.
public enum ConnectionReport {
  /// The JSON object of one connection.
  public static func json(_ connection: Connection) -> JSONValue {
    .object([
      ("name", .string(connection.name)), ("baseUrl", .string("\(connection.baseURL)")),
      ("authentication", .string(connection.authentication.rawValue)),
      (
        "user",
        .object([
          ("username", .string(connection.userName)), ("name", .string(connection.displayName)),
        ])
      ),
      ("tokenName", .optional(connection.tokenName)),
      ("scopes", .array(connection.scopes.map(JSONValue.string))),
      ("expiresAt", .time(connection.expiresAt)),
      ("needsReauthorization", .bool(connection.health != .ok)),
      ("gitlabVersion", .optional(connection.gitlabVersion)),
      ("checkedAt", .time(connection.checkedAt)),
    ])
  }

  /// Who it speaks for, with which rights and until when: the rest of a sentence.
  public static func owner(_ connection: Connection) -> String {
    var text = TerminalText.safe("\(connection.displayName) (@\(connection.userName))")
    if let name = connection.tokenName { text += ", token \"\(TerminalText.safe(name))\"" }
    if !connection.scopes.isEmpty {
      text += ", scopes \(TerminalText.safe(connection.scopes.joined(separator: " ")))"
    }
    if connection.authentication == .oauth {
      text += ", renews itself"
    } else if let expiry = connection.expiresAt {
      text += ", expires \(UTCTime.text(expiry).prefix(10))"
    }
    return text
  }

  /// A table, a line a connection.
  public static func text(_ connections: [Connection], at now: Date) -> String {
    guard !connections.isEmpty else { return "No connections. 'sigsentry connect' makes one.\n" }
    var table = TextTable(columns: [
      .left("name"), .left("GitLab"), .left("user"), .left("scopes"), .left("expires"),
      .left("health"),
    ])
    for connection in connections {
      table.add([
        TerminalText.safe(connection.name), "\(connection.baseURL)",
        TerminalText.safe("@\(connection.userName)"),
        TerminalText.safe(connection.scopes.joined(separator: " ")),
        connection.authentication == .oauth
          ? "renews itself"
          : connection.expiresAt.map { String(UTCTime.text($0).prefix(10)) } ?? "never",
        health(connection, at: now),
      ])
    }
    return table.text
  }

  private static func health(_ connection: Connection, at now: Date) -> String {
    if connection.health != .ok { return "needs re-authorization" }
    guard let expiry = connection.expiresAt, connection.authentication != .oauth else {
      return "ok"
    }
    return expiry <= now ? "expired" : "ok"
  }
}
