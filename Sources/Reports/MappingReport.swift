import Cache
import Settings

/// Service mappings in the forms of `mappings`.
public enum MappingReport {
  /// A JSON list. `repositories` are those of the settings by their ids.
  public static func json(
    _ mappings: [ServiceMapping], repositories: [RepositorySetting.ID: RepositorySetting]
  ) -> JSONValue {
    .array(
      mappings.map { mapping in
        .object([
          ("service", .string(mapping.service)),
          ("repository", .optional(repositories[mapping.repositoryID]?.path)),
          ("baseUrl", .optional(repositories[mapping.repositoryID].map { "\($0.baseURL)" })),
          ("pathPrefix", .optional(mapping.pathPrefix)), ("branch", .optional(mapping.branch)),
        ])
      })
  }

  /// A table, a line a mapping.
  public static func text(
    _ mappings: [ServiceMapping], repositories: [RepositorySetting.ID: RepositorySetting]
  ) -> String {
    guard !mappings.isEmpty else { return "No mappings.\n" }
    var table = TextTable(columns: [
      .left("service"), .left("repository"), .left("path prefix"), .left("branch"),
    ])
    let names = RepositoryNames(of: repositories.values)
    for mapping in mappings {
      table.add([
        TerminalText.safe(mapping.service),
        TerminalText.safe(repositories[mapping.repositoryID].map(names.name) ?? "?"),
        TerminalText.safe(mapping.pathPrefix ?? "-"), TerminalText.safe(mapping.branch ?? "-"),
      ])
    }
    return table.text
  }
}
