import Settings

/// Service mappings in the forms of `mappings`.
public enum MappingReport {
  /// A JSON list. `paths` gives the repositories' paths by their ids.
  public static func json(
    _ mappings: [ServiceMapping], paths: [RepositorySetting.ID: String]
  ) -> JSONValue {
    .array(
      mappings.map { mapping in
        .object([
          ("service", .string(mapping.service)),
          ("repository", .optional(paths[mapping.repositoryID])),
          ("pathPrefix", .optional(mapping.pathPrefix)), ("branch", .optional(mapping.branch)),
        ])
      })
  }

  /// A table, a line a mapping.
  public static func text(
    _ mappings: [ServiceMapping], paths: [RepositorySetting.ID: String]
  ) -> String {
    guard !mappings.isEmpty else { return "No mappings.\n" }
    var table = TextTable(columns: [
      .left("service"), .left("repository"), .left("path prefix"), .left("branch"),
    ])
    for mapping in mappings {
      table.add([
        TerminalText.safe(mapping.service),
        TerminalText.safe(paths[mapping.repositoryID] ?? "?"),
        TerminalText.safe(mapping.pathPrefix ?? "-"), TerminalText.safe(mapping.branch ?? "-"),
      ])
    }
    return table.text
  }
}
