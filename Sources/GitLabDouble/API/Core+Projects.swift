import Foundation
import HTTPTypes

extension Core {
  func userJSON(_ user: User?) -> JSON {
    guard let user else { return .null }
    return [
      "id": .int(user.id), "username": .string(user.username), "public_email": nil,
      "name": .string(user.name), "state": .string(user.state), "locked": false,
      "avatar_url": nil, "web_url": .string("\(externalURL)/\(user.username)"),
    ]
  }

  func ownUser(_ user: User) -> JSON {
    var json = userJSON(user)
    json.merge([
      .init("created_at", "2019-01-01T00:00:00.000Z"), .init("bot", false),
      .init("email", .string(user.email)), .init("commit_email", .string(user.email)),
      .init("two_factor_enabled", true), .init("external", false),
    ])
    return json
  }

  func projectJSON(_ project: Project, _ caller: Caller, simple: Bool) -> JSON {
    let base = externalURL
    let (parent, mayReadCode) = withWorld { world in
      (
        project.forkedFrom.flatMap { world.projects[$0] }, world.canReadCode(project, caller)
      )
    }
    let names = project.path.split(separator: "/").map { String($0) }
    let spaced = (names.dropLast() + [project.name]).joined(separator: " / ")
    let web = "\(base)/\(project.path)"
    var json: JSON = [
      "id": .int(project.id), "description": JSON(project.projectDescription),
      "name": .string(project.name), "name_with_namespace": .string(spaced),
      "path": .string(project.slug), "path_with_namespace": .string(project.path),
      "created_at": .string(ISO8601.string(project.createdAt)),
    ]
    if mayReadCode {
      json.merge([.init("default_branch", .string(project.defaultBranch))])
    }
    let group = project.namespace
    let host = base.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" && $0 != ":" }
    json.merge([
      .init("tag_list", []), .init("topics", []),
      .init("ssh_url_to_repo", .string("git@\(host):\(project.path).git")),
      .init("http_url_to_repo", .string("\(web).git")), .init("web_url", .string(web)),
      .init("readme_url", nil), .init("forks_count", 0), .init("avatar_url", nil),
      .init("star_count", 0),
      .init("last_activity_at", .string(ISO8601.string(project.lastActivityAt))),
      .init("visibility", .string(project.visibility.rawValue)),
      .init(
        "namespace",
        [
          "id": .int(project.id + 1_000_000),
          "name": .string(group.split(separator: "/").last.map { String($0) } ?? group),
          "path": .string(group.split(separator: "/").last.map { String($0) } ?? group),
          "kind": "group", "full_path": .string(group), "parent_id": nil, "avatar_url": nil,
          "web_url": .string("\(base)/groups/\(group)"),
        ]),
    ])
    if !simple { json.merge(details(of: project, parent: parent)) }
    json.merge(project.extra)
    return json
  }

  private func details(of project: Project, parent: Project?) -> [JSON.Member] {
    let empty =
      project.repository.map { !GitReferences.exist(in: $0) } ?? true
    var members: [JSON.Member] = [
      .init("container_registry_enabled", false), .init("packages_enabled", false),
      .init("empty_repo", .bool(empty)), .init("archived", .bool(project.archived)),
      .init("issues_enabled", true),
      .init("merge_requests_enabled", .bool(project.mergeRequestsEnabled)),
      .init("wiki_enabled", false), .init("jobs_enabled", true), .init("snippets_enabled", false),
      .init(
        "merge_requests_access_level", project.mergeRequestsEnabled ? "enabled" : "disabled"),
      .init("repository_access_level", "enabled"), .init("creator_id", 1),
      .init("import_status", "none"), .init("open_issues_count", 0),
      .init("updated_at", .string(ISO8601.string(project.lastActivityAt))),
      .init("lfs_enabled", false), .init("shared_with_groups", []),
      .init("merge_method", .string(project.mergeMethod)), .init("squash_option", "default_off"),
      .init("repository_object_format", "sha1"), .init("approvals_before_merge", 0),
    ]
    if let parent {
      members.append(
        .init(
          "forked_from_project",
          [
            "id": .int(parent.id), "name": .string(parent.name), "path": .string(parent.slug),
            "path_with_namespace": .string(parent.path),
          ]))
    }
    return members
  }

  /// `GET /projects`, by offset or by keyset.
  func projects(_ exchange: Exchange, _ caller: Caller) throws -> Answer {
    let query = exchange.query
    var rows = withWorld { world in
      world.projects.values.filter { world.canSee($0, caller) }
    }
    if let search = query["search"]?.lowercased(), !search.isEmpty {
      rows.removeAll {
        !$0.name.lowercased().contains(search) && !$0.slug.lowercased().contains(search)
          && !(query.flag("search_namespaces") && $0.path.lowercased().contains(search))
      }
    }
    if query.flag("membership") {
      rows.removeAll { project in
        guard let user = caller.user else { return true }
        return project.members.map { !$0.contains(user.id) } ?? false
      }
    }
    if let archived = query["archived"] { rows.removeAll { $0.archived != (archived == "true") } }
    if let visibility = query["visibility"] {
      rows.removeAll { $0.visibility.rawValue != visibility }
    }
    let ascending = query["sort"] == "asc"
    let order = query["order_by"] ?? "created_at"
    rows.sort { left, right in
      let (a, b) = ascending ? (left, right) : (right, left)
      switch order {
      case "id": return a.id < b.id
      case "name": return (a.name, a.id) < (b.name, b.id)
      case "path": return (a.path, a.id) < (b.path, b.id)
      case "last_activity_at", "updated_at":
        return (a.lastActivityAt, a.id) < (b.lastActivityAt, b.id)
      default: return (a.createdAt, a.id) < (b.createdAt, b.id)
      }
    }
    let address = "\(externalURL)/api/v4/projects"
    let render = { (project: Project) in
      self.projectJSON(project, caller, simple: query.flag("simple"))
    }
    guard query["pagination"] == "keyset" else {
      let page = try Page(
        of: rows, query: query, address: address, identifier: nil,
        totalLimit: settings.totalCountLimit)
      return .json(.array(page.rows.map(render)), headers: page.headers)
    }
    guard order == "id" else {
      throw Answer.error(
        "Keyset pagination is not yet available for this type of request", status: 405)
    }
    if let after = query["id_after"].flatMap({ Int($0) }) { rows.removeAll { $0.id <= after } }
    if let before = query["id_before"].flatMap({ Int($0) }) { rows.removeAll { $0.id >= before } }
    let size = min(try Page<Project>.number("per_page", in: query) ?? 20, 100)
    let shown = rows.prefix(size)
    var headers: [(String, String)] = []
    if rows.count > size, let last = shown.last {
      let next = query.encoded(
        setting: [(ascending ? "id_after" : "id_before", String(last.id))], removing: ["page"])
      headers.append(("Link", "<\(address)?\(next)>; rel=\"next\""))
    }
    return .json(.array(shown.map(render)), headers: headers)
  }

  // MARK: Tokens

  func ownToken(_ exchange: Exchange, _ caller: Caller) throws -> Answer {
    guard case .token(let token, let user) = caller else { throw Answer.unauthorized }
    if case .oauth = token.kind { throw Self.wrongTokenType }
    if exchange.method == .delete {
      withWorld { $0.tokens[token.value]?.revoked = true }
      return Answer(204)
    }
    return .json(tokenJSON(token, user))
  }

  private static let wrongTokenType = Answer.message(
    "400 Bad request - This endpoint requires token type to be a personal access token",
    status: 400)

  private func tokenJSON(_ token: AccessToken, _ user: User) -> JSON {
    var json: JSON = [
      "id": .int(token.id), "name": .string(token.name), "revoked": .bool(token.revoked),
      "created_at": .string(ISO8601.string(token.createdAt)), "description": nil,
      "scopes": .array(token.scopes.map { .string($0) }), "user_id": .int(user.id),
      "last_used_at": .string(ISO8601.string(now())), "active": true,
      "expires_at": JSON(token.expiresAt.map { ISO8601.day($0) }),
    ]
    if !settings.atLeast(17, 7) { json.remove(["description"]) }
    return json
  }

  func rotateToken(_ exchange: Exchange, _ caller: Caller) throws -> Answer {
    guard case .token(var token, let user) = caller else { throw Answer.unauthorized }
    if case .oauth = token.kind { throw Answer.message("405 Method Not Allowed", status: 405) }
    guard settings.atLeast(16, 10) else { throw Answer.routeNotFound }
    try require(["api", "self_rotate"], of: caller)
    let old = token.value
    token.value = "glpat-" + Self.randomHex(20)
    token.expiresAt =
      exchange.query["expires_at"].flatMap { ISO8601.date($0) } ?? now().addingTimeInterval(604_800)
    token.createdAt = now()
    token = withWorld { world in
      world.tokens[old]?.revoked = true
      token.id = world.makeID()
      world.tokens[token.value] = token
      return token
    }
    var json = tokenJSON(token, user)
    json.merge([.init("token", .string(token.value))])
    return .json(json)
  }

  static func randomHex(_ bytes: Int) -> String {
    (0..<bytes).map { _ in
      let text = String(UInt8.random(in: 0...255), radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
  }
}
