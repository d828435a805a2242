import Foundation

extension Core {
  /// `GET /projects/:id/merge_requests`.
  func mergeRequests(_ exchange: Exchange, _ project: Project) throws -> Answer {
    let (all, settings) = withWorld { world in
      (world.mergeRequests[project.id].map { Array($0.values) } ?? [], world.settings)
    }
    let filter = try MergeRequestFilter(exchange.query, settings: settings)
    let rows = filter.apply(to: all)
    let page = try Page(
      of: rows, query: exchange.query,
      address: "\(externalURL)/api/v4/projects/\(project.id)/merge_requests",
      identifier: ("id", String(project.id)), totalLimit: settings.totalCountLimit)
    let simple = exchange.query["view"] == "simple"
    let detailedLabels = exchange.query.flag("with_labels_details")
    let items = page.rows.map { request in
      simple
        ? simpleJSON(request, project)
        : listJSON(request, project, detailedLabels: detailedLabels)
    }
    return .json(.array(items), headers: page.headers)
  }

  private func webURL(_ request: MergeRequest, _ project: Project) -> String {
    "\(externalURL)/\(project.path)/-/merge_requests/\(request.iid)"
  }

  private func simpleJSON(_ request: MergeRequest, _ project: Project) -> JSON {
    [
      "id": .int(request.id), "iid": .int(request.iid), "project_id": .int(project.id),
      "title": .string(request.title), "description": JSON(request.text),
      "state": .string(request.state), "created_at": .string(ISO8601.string(request.createdAt)),
      "updated_at": .string(ISO8601.string(request.updatedAt)),
      "web_url": .string(webURL(request, project)),
    ]
  }

  /// A merge request as lists have it: without `diff_refs`, `changes_count` and the like.
  func listJSON(_ request: MergeRequest, _ project: Project, detailedLabels: Bool = false) -> JSON {
    let settings = settings
    let time = { (date: Date?) in JSON(date.map { ISO8601.string($0) }) }
    let labels = request.labels.sorted().map { label -> JSON in
      guard detailedLabels else { return .string(label) }
      return [
        "id": .int(label.utf8.reduce(7) { ($0 * 31 + Int($1)) % 100_003 }), "name": .string(label),
        "color": "#6699cc", "description": nil, "description_html": "", "text_color": "#FFFFFF",
      ]
    }
    let open = request.state == "opened"
    let prepared = request.diffRefs != nil || request.preparedAt != nil
    let detailed =
      request.detailedMergeStatus
      ?? (!prepared
        ? "preparing" : !open ? "not_open" : request.draft ? "draft_status" : "mergeable")
    let source = request.sourceProjectID ?? project.id
    var json: JSON = [
      "id": .int(request.id), "iid": .int(request.iid), "project_id": .int(project.id),
      "title": .string(request.title), "description": JSON(request.text),
      "state": .string(request.state), "created_at": time(request.createdAt),
      "updated_at": time(request.updatedAt),
      "merged_by": request.state == "merged" ? userJSON(request.mergeUser) : .null,
      "merge_user": userJSON(request.mergeUser), "merged_at": time(request.mergedAt),
      "closed_by": userJSON(request.closedBy), "closed_at": time(request.closedAt),
      "target_branch": .string(request.targetBranch),
      "source_branch": .string(request.sourceBranch),
      "user_notes_count": .int(request.userNotesCount), "upvotes": 0, "downvotes": 0,
      "author": userJSON(request.author),
      "assignees": .array(request.assignees.map { userJSON($0) }),
      "assignee": userJSON(request.assignees.first),
      "reviewers": .array(request.reviewers.map { userJSON($0) }),
      "source_project_id": request.sourceProjectGone ? .null : .int(source),
      "target_project_id": .int(project.id), "labels": .array(labels),
      "draft": .bool(request.draft), "imported": false, "imported_from": "none",
      "work_in_progress": .bool(request.draft), "milestone": nil,
      "merge_when_pipeline_succeeds": false,
      "merge_status": .string(prepared ? "can_be_merged" : "checking"),
      "detailed_merge_status": .string(detailed), "merge_after": nil, "sha": JSON(request.sha),
      "merge_commit_sha": JSON(request.mergeCommitSHA),
      "squash_commit_sha": JSON(request.squashCommitSHA), "discussion_locked": nil,
      "should_remove_source_branch": nil, "force_remove_source_branch": true,
      "prepared_at": time(request.preparedAt),
    ]
    if source != project.id, !request.sourceProjectGone {
      json.merge([
        .init("allow_collaboration", true), .init("allow_maintainer_to_push", true),
      ])
    }
    json.merge([
      .init("reference", .string("!\(request.iid)")),
      .init(
        "references",
        [
          "short": .string("!\(request.iid)"), "relative": .string("!\(request.iid)"),
          "full": .string("\(project.path)!\(request.iid)"),
        ]),
      .init("web_url", .string(webURL(request, project))),
      .init(
        "time_stats",
        [
          "time_estimate": 0, "total_time_spent": 0, "human_time_estimate": nil,
          "human_total_time_spent": nil,
        ]),
      .init("squash", .bool(request.squash)), .init("squash_on_merge", .bool(request.squash)),
      .init("task_completion_status", ["count": 0, "completed_count": 0]),
      .init("has_conflicts", false), .init("blocking_discussions_resolved", true),
      .init("approvals_before_merge", nil),
    ])
    var missing: Set<String> = []
    if !settings.atLeast(14, 7) { missing.insert("merge_user") }
    if !settings.atLeast(15, 6) { missing.insert("detailed_merge_status") }
    if !settings.atLeast(16, 1) { missing.insert("prepared_at") }
    if !settings.atLeast(17, 5) { missing.insert("merge_after") }
    if !missing.isEmpty { json.remove(missing) }
    json.merge(request.extra)
    return json
  }

  /// The number of changed files as GitLab tells it: a string, `N+` past the limit, null if unknown.
  func changesCount(_ request: MergeRequest, _ project: Project) async throws -> String? {
    guard let refs = request.diffRefs, let repository = project.repository else { return nil }
    let limits = settings.diffLimits
    return try await diffs.stored(refs, in: repository, limits: limits).count
  }

  /// A merge request as its own endpoint has it.
  func singleJSON(_ request: MergeRequest, _ project: Project, _ exchange: Exchange) async throws
    -> JSON
  {
    var json = listJSON(request, project)
    let refs: JSON =
      request.diffRefs.map {
        [
          "base_sha": .string($0.base), "head_sha": .string($0.head),
          "start_sha": .string($0.start),
        ]
      } ?? .null
    json.merge([
      .init("subscribed", false),
      .init("changes_count", JSON(try await changesCount(request, project))),
      .init("latest_build_started_at", nil), .init("latest_build_finished_at", nil),
      .init("first_deployed_to_production_at", nil), .init("pipeline", nil),
      .init("head_pipeline", nil), .init("diff_refs", refs), .init("merge_error", nil),
      .init("first_contribution", false), .init("user", ["can_merge": false]),
    ])
    if exchange.query.flag("render_html") {
      json.merge([
        .init("title_html", .string(request.title)), .init("description_html", JSON(request.text)),
      ])
    }
    if exchange.query.flag("include_rebase_in_progress") {
      json.merge([.init("rebase_in_progress", false)])
    }
    if exchange.query.flag("include_diverged_commits_count") {
      json.merge([.init("diverged_commits_count", 0)])
    }
    json.merge(request.extra)
    return json
  }
}

/// The filters and the order of a list of merge requests.
struct MergeRequestFilter {
  private let tests: [(MergeRequest) -> Bool]
  private let order: String
  private let ascending: Bool

  /// Reads a query; what this version does not know is ignored.
  ///
  /// - Throws: The 400 for a value that GitLab does not take.
  init(_ query: Parameters, settings: Settings) throws(Answer) {
    var tests: [(MergeRequest) -> Bool] = []
    let state = query["state"] ?? "all"
    guard ["opened", "closed", "locked", "merged", "all"].contains(state) else {
      throw Answer.error("state does not have a valid value", status: 400)
    }
    if state != "all" { tests.append { $0.state == state } }
    if let scope = query["scope"] {
      let known = ["created_by_me", "assigned_to_me", "reviews_for_me", "all"]
      guard known.contains(scope.replacing("-", with: "_")) else {
        throw Answer.error("scope does not have a valid value", status: 400)
      }
    }
    if let iids = query.list("iids") {
      let wanted = Set(iids.compactMap { Int($0) })
      tests.append { wanted.contains($0.iid) }
    }
    let dates: [(String, @Sendable (MergeRequest) -> Date?)] = [
      ("created", { $0.createdAt }), ("updated", { $0.updatedAt }), ("merged", { $0.mergedAt }),
    ]
    for (name, value) in dates where name != "merged" || settings.atLeast(19, 0) {
      for suffix in ["after", "before"] {
        guard let text = query["\(name)_\(suffix)"], !text.isEmpty else { continue }
        guard let limit = ISO8601.date(text).map({ ISO8601.milliseconds($0) }) else {
          throw Answer.error("\(name)_\(suffix) is invalid", status: 400)
        }
        let after = suffix == "after"
        tests.append { request in
          guard let date = value(request).map({ ISO8601.milliseconds($0) }) else { return false }
          return after ? date >= limit : date <= limit
        }
      }
    }
    if let branch = query["target_branch"] { tests.append { $0.targetBranch == branch } }
    if let branch = query["source_branch"] { tests.append { $0.sourceBranch == branch } }
    if let name = query["author_username"] { tests.append { $0.author?.username == name } }
    if let id = query["author_id"].flatMap({ Int($0) }) { tests.append { $0.author?.id == id } }
    if let labels = query["labels"], !labels.isEmpty {
      let wanted = labels.split(separator: ",").map { String($0) }
      tests.append { request in wanted.allSatisfy { request.labels.contains($0) } }
    }
    if let search = query["search"]?.lowercased(), !search.isEmpty {
      tests.append {
        $0.title.lowercased().contains(search) || $0.text?.lowercased().contains(search) == true
      }
    }
    if let draft = query["draft"] ?? query["wip"] {
      let wanted = draft == "true" || draft == "yes"
      tests.append { $0.draft == wanted }
    }
    order = query["order_by"] ?? "created_at"
    var orders = ["created_at", "updated_at", "title", "priority", "label_priority"]
    orders += ["milestone_due", "popularity"]
    if settings.atLeast(17, 2) { orders.append("merged_at") }
    guard orders.contains(order) else {
      throw Answer.error("order_by does not have a valid value", status: 400)
    }
    let sort = query["sort"] ?? "desc"
    guard sort == "asc" || sort == "desc" else {
      throw Answer.error("sort does not have a valid value", status: 400)
    }
    ascending = sort == "asc"
    self.tests = tests
  }

  /// The rows that pass, in order.
  func apply(to requests: [MergeRequest]) -> [MergeRequest] {
    var rows = requests.filter { request in tests.allSatisfy { $0(request) } }
    let key: (MergeRequest) -> Int =
      switch order {
      case "updated_at": { ISO8601.milliseconds($0.updatedAt) }
      case "merged_at": { $0.mergedAt.map { ISO8601.milliseconds($0) } ?? Int.max }
      default: { ISO8601.milliseconds($0.createdAt) }
      }
    if order == "title" {
      rows.sort { ($0.title, $0.id) < ($1.title, $1.id) }
    } else {
      let keyed = rows.map { (key($0), $0) }
      rows = keyed.sorted { ($0.0, $0.1.id) < ($1.0, $1.1.id) }.map { $0.1 }
    }
    return ascending ? rows : rows.reversed()
  }
}
