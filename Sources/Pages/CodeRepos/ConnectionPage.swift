/// A connection with the form of its repositories and service mappings.
package struct ConnectionPage: Sendable {
  /// What the form sends; each is the name of its control.
  package enum Field: String, Sendable, CaseIterable {
    /// Repositories, one a line.
    case repositories
    /// 1 to 365.
    case lookbackDays
    /// `on`, or missing for paused.
    case isActive
    /// Of which stored state the form was made.
    case version
  }

  /// A row of the mappings table; the names of its controls carry the row's number, see ``MappingRow/name(_:row:)``.
  package struct MappingRow: Sendable {
    /// The columns of the table.
    package enum Field: String, Sendable, CaseIterable {
      case service, repository, pathPrefix, branch
    }

    /// The service's name in the logs; a row without one is no mapping, so emptying it removes the mapping.
    package var service: String
    /// The repository's path.
    package var repository: String
    /// The directory in it; empty for all.
    package var pathPrefix: String
    /// The branch it is deployed from; empty for the default branch.
    package var branch: String
    /// What is wrong at which column.
    package var errors: [Field: String]

    /// Makes one of its parts.
    package init(
      service: String, repository: String, pathPrefix: String = "", branch: String = "",
      errors: [Field: String] = [:]
    ) {
      self.service = service
      self.repository = repository
      self.pathPrefix = pathPrefix
      self.branch = branch
      self.errors = errors
    }

    /// The name of a control: `service.0`, `repository.0` and so on.
    package static func name(_ field: Field, row: Int) -> String { "\(field.rawValue).\(row)" }
  }

  /// How a line of the text area fared.
  package struct RepositoryCheck: Sendable {
    /// What was found.
    package enum Mark: Sendable { case ok, warning, failed }

    /// The line as it was given.
    package var line: String
    /// What was found.
    package var mark: Mark
    /// Why, and what to do; a clause such as "found, 1,204 merge requests".
    package var reason: String

    /// Makes one of its parts.
    package init(
      line: String, mark: Mark, reason: String
    ) {
      self.line = line
      self.mark = mark
      self.reason = reason
    }
  }

  /// The connection.
  package var connection: ConnectionSummary
  /// The text area's content, one a line.
  package var repositories: String
  /// The field's content.
  package var lookbackDays: String
  /// Whether its repositories are synced.
  package var isActive: Bool
  /// The mappings; three empty rows are shown below them.
  package var mappings: [MappingRow]
  /// Of which stored state the form was made; it comes back with the form.
  package var version: String
  /// How each line fared; empty before anything was checked.
  package var checks: [RepositoryCheck]
  /// What is wrong at which field.
  package var errors: [Field: String]

  /// Makes one of its parts.
  package init(
    connection: ConnectionSummary, repositories: String, lookbackDays: String,
    isActive: Bool = true, mappings: [MappingRow] = [], version: String = "",
    checks: [RepositoryCheck] = [], errors: [Field: String] = [:]
  ) {
    self.connection = connection
    self.repositories = repositories
    self.lookbackDays = lookbackDays
    self.isActive = isActive
    self.mappings = mappings
    self.version = version
    self.checks = checks
    self.errors = errors
  }

  /// How many empty rows stand below the mappings.
  package static let emptyRows = 3
}
