import Foundation
import GRDB

/// A row of `secret`.
struct SecretRecord: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "secret"

  var connectionID: Int64
  var kind: SecretKind
  var blob: Data
}
