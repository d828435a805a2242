import Foundation
import Pages
import Reports
import Settings

/// A connection with everything that is read with it: one item of `/v1/config/repos`.
struct ConfigItem: Sendable {
  var connection: Connection
  var repositories: [RepositorySetting]
  /// The mappings to these repositories.
  var mappings: [ServiceMapping]

  static let platform = "gitlab"

  /// The days of the repository that looks back furthest.
  var lookbackDays: Int {
    repositories.map(\.lookbackDays).max() ?? RepositorySetting.defaultLookbackDays
  }

  /// Whether any repository is synced.
  var isActive: Bool { repositories.isEmpty || repositories.contains(where: \.isActive) }

  var updatedAt: Date {
    ([connection.createdAt, connection.checkedAt] + repositories.map(\.updatedAt)).max()
      ?? connection.createdAt
  }

  /// Another one for other repositories, mappings or switches, so that a form can tell which it was made of.
  var version: String {
    var text = "\(lookbackDays) \(isActive) \(repositories.map(\.id).sorted())"
    for mapping in mappings.sorted(by: { $0.service < $1.service }) {
      text += "\u{0}\(mapping.service)\u{0}\(mapping.repositoryID)\u{0}\(mapping.pathPrefix ?? "")"
      text += "\u{0}\(mapping.branch ?? "")"
    }
    return Asset.hash(Array(text.utf8))
  }

  /// The API's form. Credentials are no part of it.
  var json: JSONValue {
    let paths = Dictionary(
      repositories.map { ($0.id, $0.path) }, uniquingKeysWith: { first, _ in first })
    return .object([
      ("id", .string("\(connection.id)")), ("name", .string(connection.name)),
      ("platform", .string(Self.platform)), ("baseUrl", .string("\(connection.baseURL)")),
      ("authentication", .string(connection.authentication.rawValue)),
      ("user", .string(connection.userName)), ("expiresAt", .time(connection.expiresAt)),
      ("needsReauthorization", .bool(connection.health != .ok)),
      ("repositories", .array(repositories.map { .string($0.path) })),
      (
        "serviceMappings",
        .array(
          mappings.map { mapping in
            .object([
              ("serviceName", .string(mapping.service)),
              ("repo", .optional(paths[mapping.repositoryID])),
              ("pathPrefix", .optional(mapping.pathPrefix)),
              ("defaultBranch", .optional(mapping.branch)),
            ])
          })
      ),
      ("lookbackDays", .integer(lookbackDays)), ("isActive", .bool(isActive)),
      ("createdAt", .time(connection.createdAt)), ("updatedAt", .time(updatedAt)),
    ])
  }
}

/// What is to become of a connection and what is read with it; what is nil stays as it is.
struct ConfigChange: Sendable {
  struct Mapping: Sendable {
    var service: String
    var repository: String
    var pathPrefix: String?
    var branch: String?
  }

  /// All repositories there shall be, as people write them.
  var repositories: [String]?
  /// All mappings there shall be.
  var mappings: [Mapping]?
  var lookbackDays: Int?
  var isActive: Bool?

  static let maximumRepositories = 1000
  static let maximumMappings = 500
}
