import Foundation
import GRDB

/// A row of `connection`.
struct ConnectionRecord: Codable, FetchableRecord, MutablePersistableRecord {
  static let databaseTableName = "connection"

  var id: Int64?
  var name: String
  var baseURL: String
  var authentication: Connection.Authentication
  var userName: String
  var displayName: String
  var tokenName: String?
  var scopes: String
  var expiresAt: Date?
  var caFile: String?
  var clientID: String?
  var needsReauthorizationSince: Date?
  var gitlabVersion: String?
  var createdAt: Date
  var checkedAt: Date
  var generation: Int64

  init(_ draft: ConnectionDraft) {
    name = draft.name
    baseURL = draft.baseURL.description
    authentication = draft.authentication
    userName = draft.userName
    displayName = draft.displayName
    tokenName = draft.tokenName
    scopes = draft.scopes.joined(separator: " ")
    expiresAt = draft.expiresAt
    caFile = draft.caFile
    clientID = draft.clientID
    gitlabVersion = draft.gitlabVersion
    createdAt = draft.checkedAt
    checkedAt = draft.checkedAt
    generation = 0
  }

  mutating func didInsert(_ inserted: InsertionSuccess) {
    id = inserted.rowID
  }

  /// The stored value for the callers.
  ///
  /// - Throws: ``BaseURLError`` where the row was tampered with.
  func connection() throws -> Connection {
    try Connection(
      id: id ?? 0, name: name, baseURL: BaseURL(baseURL, allowInsecure: true),
      authentication: authentication, userName: userName, displayName: displayName,
      tokenName: tokenName, scopes: scopes.split(separator: " ").map(String.init),
      expiresAt: expiresAt, caFile: caFile, clientID: clientID,
      health: needsReauthorizationSince.map { .needsReauthorization(since: $0) } ?? .ok,
      gitlabVersion: gitlabVersion, createdAt: createdAt, checkedAt: checkedAt)
  }

  /// Takes over what a caller may change.
  mutating func take(_ connection: Connection) {
    name = connection.name
    userName = connection.userName
    displayName = connection.displayName
    tokenName = connection.tokenName
    scopes = connection.scopes.joined(separator: " ")
    caFile = connection.caFile
    clientID = connection.clientID
    gitlabVersion = connection.gitlabVersion
    checkedAt = connection.checkedAt
  }

  /// Takes over what a new login says; id, name, instance and the day of creation stay.
  mutating func take(_ draft: ConnectionDraft) {
    let old = self
    self = ConnectionRecord(draft)
    id = old.id
    name = old.name
    createdAt = old.createdAt
    generation = old.generation
  }
}
