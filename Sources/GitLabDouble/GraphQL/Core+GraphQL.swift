import Foundation
import HTTPTypes

/// An object of the GraphQL schema, on its way to the answer.
private indirect enum Node: Sendable {
  case query
  case project(Project)
  case requests(Project, [MergeRequest], page: Range<Int>)
  case edge(Project, MergeRequest, cursor: String)
  case request(Project, MergeRequest)
  /// An object whose fields are all known.
  case plain(String, JSON)

  var type: String {
    switch self {
    case .query: "Query"
    case .project: "Project"
    case .requests: "MergeRequestConnection"
    case .edge: "MergeRequestEdge"
    case .request: "MergeRequest"
    case .plain(let type, _): type
    }
  }
}

private enum Value: Sendable {
  case scalar(JSON)
  case node(Node)
  case nodes([Node])
}

extension Core {
  /// Answers `POST /api/graphql`.
  func answerGraphQL(_ exchange: Exchange, body: [UInt8], entry: RequestLog.Entry) async throws
    -> Answer
  {
    guard settings.graphQL else { return .routeNotFound }
    guard exchange.method == .post else { return .routeNotFound }
    let caller: Caller
    do {
      caller = try self.caller(of: exchange, entry: entry)
      try require(["api", "read_api"], of: caller)
    } catch is Answer {
      return .json(["errors": [["message": "Invalid token"]]], status: 401)
    }
    guard let document = try? JSONDecoder().decode(JSON.self, from: Data(body)),
      case .string(let text) = document["query"] ?? .null
    else {
      return .json(["errors": [["message": "Unexpected end of document", "locations": []]]])
    }
    entry.update { $0.body = text }
    guard text.utf8.count <= 10_000 else {
      return .json(["errors": [["message": "Query too large"]]])
    }
    do {
      let operation = try GraphQLParser.parse(text)
      var variables: JSON = .object(operation.defaults)
      if case .object(let given) = document["variables"] ?? .null { variables.merge(given) }
      let complexity = try GraphQLSchema.check(
        operation.selection, on: "Query", path: ["query"], variables: variables)
      let limits = settings.graphQLComplexity
      let limit = caller.user == nil ? limits.anonymous : limits.authenticated
      guard complexity <= limit else {
        return .json([
          "errors": [
            [
              "message": .string(
                "Query has complexity of \(complexity), which exceeds max complexity of \(limit)")
            ]
          ]
        ])
      }
      let data = try await execute(
        operation.selection, on: .query, caller: caller, variables: variables)
      return .json(["data": data])
    } catch let failure as GraphQLFailure {
      return .json(["errors": [failure.json]])
    }
  }

  private func execute(
    _ fields: [GraphQLField], on node: Node, caller: Caller, variables: JSON
  ) async throws -> JSON {
    var members: [JSON.Member] = []
    for field in fields {
      var arguments: JSON = [:]
      for argument in field.arguments {
        arguments.merge([.init(argument.name, try argument.value.resolved(variables))])
      }
      let value =
        field.name == "__typename"
        ? .scalar(.string(node.type))
        : try await resolve(field.name, arguments, on: node, caller: caller, at: field)
      let json: JSON
      switch value {
      case .scalar(let scalar): json = scalar
      case .node(let inner):
        json = try await execute(field.selection, on: inner, caller: caller, variables: variables)
      case .nodes(let nodes):
        var values: [JSON] = []
        for inner in nodes {
          values.append(
            try await execute(field.selection, on: inner, caller: caller, variables: variables))
        }
        json = .array(values)
      }
      members.append(.init(field.alias, json))
    }
    return .object(members)
  }

  private func resolve(
    _ name: String, _ arguments: JSON, on node: Node, caller: Caller, at field: GraphQLField
  ) async throws -> Value {
    switch node {
    case .plain(_, let json): return .scalar(json[name] ?? .null)
    case .query: return try root(name, arguments, caller: caller, at: field)
    case .project(let project): return try self.field(name, arguments, of: project, at: field)
    case .requests(let project, let all, let page):
      switch name {
      case "count": return .scalar(.int(all.count))
      case "nodes": return .nodes(all[page].map { .request(project, $0) })
      case "edges":
        return .nodes(
          zip(page, all[page]).map { .edge(project, $1, cursor: Self.cursor($0)) })
      default:
        return .node(
          .plain(
            "PageInfo",
            [
              "hasNextPage": .bool(page.upperBound < all.count),
              "hasPreviousPage": .bool(page.lowerBound > 0),
              "startCursor": page.isEmpty ? nil : .string(Self.cursor(page.lowerBound)),
              "endCursor": page.isEmpty ? nil : .string(Self.cursor(page.upperBound - 1)),
            ]))
      }
    case .edge(let project, let request, let cursor):
      return name == "cursor" ? .scalar(.string(cursor)) : .node(.request(project, request))
    case .request(let project, let request):
      return try await self.field(name, arguments, of: request, in: project)
    }
  }

  private func root(_ name: String, _ arguments: JSON, caller: Caller, at field: GraphQLField)
    throws -> Value
  {
    switch name {
    case "project":
      guard case .string(let path) = arguments["fullPath"] ?? .null else {
        throw missing("fullPath", "project", field)
      }
      let project = withWorld { world in
        world.project(at: path).flatMap { world.canSee($0, caller) ? $0 : nil }
      }
      return project.map { .node(.project($0)) } ?? .scalar(.null)
    case "currentUser":
      guard let user = caller.user else { return .scalar(.null) }
      return .node(userNode(user))
    case "metadata":
      guard caller.user != nil else { return .scalar(.null) }
      let version = settings.version
      return .node(
        .plain(
          "Metadata",
          [
            "version": .string(version), "revision": "ceb07b24cb0",
            "enterprise": .bool(version.hasSuffix("-ee")),
          ]))
    default:
      let user = caller.user.map { "\"\($0.username)\"" } ?? "nil"
      guard case .string(let text) = arguments["text"] ?? .null else {
        throw missing("text", "echo", field)
      }
      return .scalar(.string("\(user) says: \(text)"))
    }
  }

  private func missing(_ argument: String, _ name: String, _ field: GraphQLField) -> GraphQLFailure
  {
    GraphQLFailure(
      message: "Field '\(name)' is missing required arguments: \(argument)", line: field.line,
      column: field.column, path: ["query", field.alias],
      extensions: [
        .init("code", "missingRequiredArguments"), .init("className", "Field"),
        .init("name", .string(name)), .init("arguments", .string(argument)),
      ])
  }

  private func userNode(_ user: User) -> Node {
    .plain(
      "User",
      [
        "id": .string("gid://gitlab/User/\(user.id)"), "username": .string(user.username),
        "name": .string(user.name), "state": .string(user.state), "publicEmail": nil,
        "webUrl": .string("\(externalURL)/\(user.username)"), "bot": false,
      ])
  }

  private func field(
    _ name: String, _ arguments: JSON, of project: Project, at field: GraphQLField
  ) throws -> Value {
    switch name {
    case "id": return .scalar(.string("gid://gitlab/Project/\(project.id)"))
    case "fullPath": return .scalar(.string(project.path))
    case "name": return .scalar(.string(project.name))
    case "path": return .scalar(.string(project.slug))
    case "webUrl": return .scalar(.string("\(externalURL)/\(project.path)"))
    case "visibility": return .scalar(.string(project.visibility.rawValue))
    case "archived": return .scalar(.bool(project.archived))
    case "httpUrlToRepo": return .scalar(.string("\(externalURL)/\(project.path).git"))
    case "createdAt": return .scalar(.string(ISO8601.string(project.createdAt)))
    case "repository":
      let empty = project.repository.map { !GitReferences.exist(in: $0) } ?? true
      return .node(
        .plain(
          "Repository",
          [
            "rootRef": empty ? nil : .string(project.defaultBranch),
            "exists": .bool(project.repository != nil), "empty": .bool(empty),
          ]))
    default: break
    }
    guard project.mergeRequestsEnabled else { return .scalar(.null) }
    let all = withWorld { $0.mergeRequests[project.id].map { Array($0.values) } ?? [] }
    if name == "mergeRequest" {
      let wanted = Self.strings(arguments["iid"]).first
      let found = all.first { String($0.iid) == wanted }
      return found.map { .node(.request(project, $0)) } ?? .scalar(.null)
    }
    let rows = try Self.select(all, arguments, field)
    var start = 0
    if case .string(let cursor) = arguments["after"] ?? .null {
      start = min(rows.count, (Self.position(of: cursor) ?? -1) + 1)
    }
    var size = 100
    if case .int(let first) = arguments["first"] ?? .null { size = min(100, max(0, first)) }
    return .node(.requests(project, rows, page: start..<min(rows.count, start + size)))
  }

  private static func strings(_ value: JSON?) -> [String] {
    switch value {
    case .string(let text): [text]
    case .int(let number): [String(number)]
    case .array(let values): values.flatMap { strings($0) }
    default: []
    }
  }

  private static func select(
    _ all: [MergeRequest], _ arguments: JSON, _ field: GraphQLField
  ) throws -> [MergeRequest] {
    var rows = all
    if let iids = arguments["iids"], iids != .null {
      let wanted = Set(strings(iids))
      rows.removeAll { !wanted.contains(String($0.iid)) }
    }
    if let state = strings(arguments["state"]).first, state != "all" {
      rows.removeAll { $0.state != state }
    }
    for (argument, isSource) in [("targetBranches", false), ("sourceBranches", true)] {
      let branches = Set(strings(arguments[argument]))
      guard !branches.isEmpty else { continue }
      rows.removeAll { !branches.contains(isSource ? $0.sourceBranch : $0.targetBranch) }
    }
    let dates: [(String, @Sendable (MergeRequest) -> Date?)] = [
      ("updated", { $0.updatedAt }), ("created", { $0.createdAt }), ("merged", { $0.mergedAt }),
    ]
    for (name, value) in dates {
      for suffix in ["After", "Before"] {
        guard let text = strings(arguments[name + suffix]).first else { continue }
        guard let limit = ISO8601.date(text).map({ ISO8601.milliseconds($0) }) else {
          throw GraphQLFailure(
            message: "Argument '\(name + suffix)' on Field 'mergeRequests' has an invalid value "
              + "(\"\(text)\"). Expected type 'Time'.", line: field.line, column: field.column)
        }
        rows.removeAll { request in
          guard let date = value(request).map({ ISO8601.milliseconds($0) }) else { return true }
          return suffix == "After" ? date < limit : date > limit
        }
      }
    }
    let sort = (strings(arguments["sort"]).first ?? "created_desc").lowercased()
    let key: (MergeRequest) -> Int =
      if sort.hasPrefix("updated") {
        { ISO8601.milliseconds($0.updatedAt) }
      } else if sort.hasPrefix("merged_at") {
        { $0.mergedAt.map { ISO8601.milliseconds($0) } ?? .max }
      } else {
        { ISO8601.milliseconds($0.createdAt) }
      }
    let sorted = rows.map { (key($0), $0) }.sorted { ($0.0, $0.1.id) < ($1.0, $1.1.id) }.map(\.1)
    return sort.hasSuffix("asc") ? sorted : sorted.reversed()
  }

  private static func cursor(_ position: Int) -> String {
    Data("{\"position\":\"\(position)\"}".utf8).base64EncodedString()
  }

  private static func position(of cursor: String) -> Int? {
    Data(base64Encoded: cursor).flatMap {
      Int(String(decoding: $0, as: UTF8.self).filter { $0.isASCII && $0.isNumber })
    }
  }

  private func field(
    _ name: String, _ arguments: JSON, of request: MergeRequest, in project: Project
  ) async throws -> Value {
    let time = { (date: Date?) in Value.scalar(JSON(date.map { ISO8601.string($0) })) }
    switch name {
    case "id": return .scalar(.string("gid://gitlab/MergeRequest/\(request.id)"))
    case "iid": return .scalar(.string(String(request.iid)))
    case "title": return .scalar(.string(request.title))
    case "description": return .scalar(JSON(request.text))
    case "state": return .scalar(.string(request.state))
    case "createdAt": return time(request.createdAt)
    case "updatedAt": return time(request.updatedAt)
    case "mergedAt": return time(request.mergedAt)
    case "closedAt": return time(request.closedAt)
    case "preparedAt": return time(request.preparedAt)
    case "draft": return .scalar(.bool(request.draft))
    case "targetBranch": return .scalar(.string(request.targetBranch))
    case "sourceBranch": return .scalar(.string(request.sourceBranch))
    case "webPath": return .scalar(.string("/\(project.path)/-/merge_requests/\(request.iid)"))
    case "webUrl":
      return .scalar(.string("\(externalURL)/\(project.path)/-/merge_requests/\(request.iid)"))
    case "reference": return .scalar(.string("!\(request.iid)"))
    case "diffHeadSha": return .scalar(JSON(request.sha))
    case "mergeCommitSha": return .scalar(JSON(request.mergeCommitSHA))
    case "squash", "squashOnMerge": return .scalar(.bool(request.squash))
    case "userNotesCount": return .scalar(.int(request.userNotesCount))
    case "sourceProjectId":
      return .scalar(
        request.sourceProjectGone ? .null : .int(request.sourceProjectID ?? project.id))
    case "targetProjectId": return .scalar(.int(project.id))
    case "detailedMergeStatus":
      return .scalar(.string((request.detailedMergeStatus ?? "not_open").uppercased()))
    case "mergeStatusEnum": return .scalar("CAN_BE_MERGED")
    case "author": return request.author.map { .node(userNode($0)) } ?? .scalar(.null)
    case "mergeUser": return request.mergeUser.map { .node(userNode($0)) } ?? .scalar(.null)
    case "labels":
      let labels = request.labels.sorted().map { JSON.object([.init("title", .string($0))]) }
      return .node(.plain("LabelConnection", ["nodes": .array(labels)]))
    case "diffRefs":
      guard let refs = request.diffRefs else { return .scalar(.null) }
      return .node(
        .plain(
          "DiffRefs",
          [
            "baseSha": .string(refs.base), "headSha": .string(refs.head),
            "startSha": .string(refs.start),
          ]))
    default: break
    }
    let stats = try await fileStats(request, project)
    switch name {
    case "commitCount":
      guard let refs = request.diffRefs, let repository = project.repository else {
        return .scalar(.null)
      }
      let count = await git.line(
        ["rev-list", "--count", "\(refs.base)..\(refs.head)"], in: repository)
      return .scalar(JSON(count.flatMap { Int($0) }))
    case "diffStats":
      let wanted = Self.strings(arguments["path"]).first
      return .nodes(
        (stats ?? []).filter { wanted == nil || $0.path == wanted }.map { stat in
          .plain(
            "DiffStats",
            [
              "path": .string(stat.path), "additions": .int(stat.additions),
              "deletions": .int(stat.deletions),
            ])
        })
    default:
      let additions = stats?.reduce(0) { $0 + $1.additions } ?? 0
      let deletions = stats?.reduce(0) { $0 + $1.deletions } ?? 0
      // GitLab counts the stored files here, so the number is capped where the diff overflowed.
      let files = min(stats?.count ?? 0, settings.diffLimits.files)
      return .node(
        .plain(
          "DiffStatsSummary",
          [
            "additions": .int(additions), "deletions": .int(deletions),
            "changes": .int(additions + deletions), "fileCount": .int(files),
          ]))
    }
  }

  private func fileStats(_ request: MergeRequest, _ project: Project) async throws -> [FileStat]? {
    guard let refs = request.diffRefs, let repository = project.repository else { return nil }
    return try await diffs.stats(refs, in: repository)
  }
}
