/// The part of GitLab's GraphQL schema that the double knows.
enum GraphQLSchema {
  struct Field: Sendable {
    /// The object type of the value; nil for a scalar.
    var type: String?
    var arguments: Set<String> = []
    /// Whether GitLab asks Gitaly for it, which counts double.
    var callsGitaly = false
    /// Whether it is a connection, whose size counts too.
    var isConnection = false
  }

  private static func scalars(_ names: String) -> [String: Field] {
    Dictionary(uniqueKeysWithValues: names.split(separator: " ").map { (String($0), Field()) })
  }

  static let types: [String: [String: Field]] = [
    "Query": [
      "project": Field(type: "Project", arguments: ["fullPath"]),
      "currentUser": Field(type: "User"), "metadata": Field(type: "Metadata"),
      "echo": Field(arguments: ["text"]),
    ],
    "Metadata": scalars("version revision enterprise"),
    "User": scalars("id username name state webUrl publicEmail bot"),
    "Project": scalars("id fullPath name path webUrl visibility archived httpUrlToRepo createdAt")
      .merging([
        "repository": Field(type: "Repository"),
        "mergeRequest": Field(type: "MergeRequest", arguments: ["iid"]),
        "mergeRequests": Field(
          type: "MergeRequestConnection",
          arguments: [
            "iids", "first", "after", "updatedAfter", "updatedBefore", "createdAfter",
            "createdBefore", "mergedAfter", "mergedBefore", "state", "sort", "targetBranches",
            "sourceBranches",
          ], isConnection: true),
      ]) { $1 },
    "Repository": scalars("rootRef exists empty"),
    "MergeRequestConnection": [
      "count": Field(), "nodes": Field(type: "MergeRequest"),
      "edges": Field(type: "MergeRequestEdge"), "pageInfo": Field(type: "PageInfo"),
    ],
    "MergeRequestEdge": ["cursor": Field(), "node": Field(type: "MergeRequest")],
    "PageInfo": scalars("hasNextPage hasPreviousPage startCursor endCursor"),
    "MergeRequest": scalars(
      "id iid title description state createdAt updatedAt mergedAt closedAt preparedAt draft "
        + "targetBranch sourceBranch webUrl reference diffHeadSha mergeCommitSha squash "
        + "squashOnMerge commitCount userNotesCount sourceProjectId targetProjectId webPath "
        + "detailedMergeStatus mergeStatusEnum"
    ).merging([
      "author": Field(type: "User"), "mergeUser": Field(type: "User"),
      "diffRefs": Field(type: "DiffRefs"),
      "diffStatsSummary": Field(type: "DiffStatsSummary", callsGitaly: true),
      "diffStats": Field(type: "DiffStats", arguments: ["path"], callsGitaly: true),
      "labels": Field(type: "LabelConnection", arguments: ["first"], isConnection: true),
    ]) { $1 },
    "LabelConnection": ["nodes": Field(type: "Label")],
    "Label": scalars("title"),
    "DiffRefs": scalars("baseSha headSha startSha"),
    "DiffStatsSummary": scalars("additions deletions changes fileCount"),
    "DiffStats": scalars("path additions deletions"),
  ]

  /// Checks a selection against the schema and returns its complexity, as GitLab counts it.
  static func check(
    _ fields: [GraphQLField], on type: String, path: [String], variables: JSON
  ) throws(GraphQLFailure) -> Int {
    var complexity = 0
    for field in fields where field.name != "__typename" {
      guard let known = types[type]?[field.name] else {
        throw GraphQLFailure(
          message: "Field '\(field.name)' doesn't exist on type '\(type)'", line: field.line,
          column: field.column, path: path + [field.alias],
          extensions: [
            .init("code", "undefinedField"), .init("typeName", .string(type)),
            .init("fieldName", .string(field.name)),
          ])
      }
      for argument in field.arguments where !known.arguments.contains(argument.name) {
        throw GraphQLFailure(
          message: "Field '\(field.name)' doesn't accept argument '\(argument.name)'",
          line: field.line, column: field.column, path: path + [field.alias, argument.name],
          extensions: [
            .init("code", "argumentNotAccepted"), .init("name", .string(field.name)),
            .init("typeName", "Field"), .init("argumentName", .string(argument.name)),
          ])
      }
      var own = known.callsGitaly ? 2 : 1
      if let inner = known.type {
        guard !field.selection.isEmpty else {
          throw GraphQLFailure(
            message: "Field must have selections (field '\(field.name)' returns \(inner) but has "
              + "no selections. Did you mean '\(field.name) { ... }'?)",
            line: field.line, column: field.column, path: path + [field.alias],
            extensions: [.init("code", "selectionMismatch")])
        }
        own += try check(
          field.selection, on: inner, path: path + [field.alias], variables: variables)
      } else if !field.selection.isEmpty {
        throw GraphQLFailure(
          message: "Selections can't be made on scalars (field '\(field.name)' has selections)",
          line: field.line, column: field.column, path: path + [field.alias],
          extensions: [.init("code", "selectionMismatch")])
      }
      if known.isConnection {
        let first = field.arguments.first { $0.name == "first" }
        var size = 100
        if case .int(let wanted) = try first?.value.resolved(variables) {
          size = min(size, max(0, wanted))
        }
        own += own * size / 100
      }
      complexity += own
    }
    return complexity
  }
}
