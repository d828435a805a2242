import Foundation

extension Core {
  private func page<Row>(_ rows: [Row], _ exchange: Exchange) throws -> Page<Row> {
    try Page(
      of: rows, query: exchange.query,
      address: externalURL + (exchange.path ?? ""), identifier: nil,
      totalLimit: settings.totalCountLimit)
  }

  /// `GET …/versions`, newest first.
  func versions(_ exchange: Exchange, _ project: Project, _ request: MergeRequest) async throws
    -> Answer
  {
    let page = try page(request.versions.reversed(), exchange)
    var rows: [JSON] = []
    for version in page.rows { rows.append(try await json(version, project, request)) }
    return .json(.array(rows), headers: page.headers)
  }

  /// `GET …/versions/:version_id`, with commits and diffs.
  func version(_ id: Substring, _ project: Project, _ request: MergeRequest) async throws -> Answer
  {
    guard let version = request.versions.first(where: { String($0.id) == id }),
      let repository = project.repository
    else { return .notFound }
    var json = try await json(version, project, request)
    var limits = settings.diffLimits
    limits.collapses = false
    let diff = try await diffs.stored(version.refs, in: repository, limits: limits)
    let range = "\(version.refs.base)..\(version.refs.head)"
    json.merge([
      .init("commits", .array(try await commitList(["-500", range], project))),
      .init("diffs", .array(diff.files.map { self.json($0, unified: false) })),
    ])
    return .json(json)
  }

  private func json(_ version: DiffVersion, _ project: Project, _ request: MergeRequest)
    async throws -> JSON
  {
    var size: String?
    var state = version.state ?? "collected"
    if let repository = project.repository {
      let diff = try? await diffs.stored(
        version.refs, in: repository, limits: settings.diffLimits)
      size = diff?.count
      if version.state == nil, let diff {
        state = diff.overflow ? "overflow" : diff.files.isEmpty ? "empty" : "collected"
      }
    }
    return [
      "id": .int(version.id), "head_commit_sha": .string(version.refs.head),
      "base_commit_sha": .string(version.refs.base),
      "start_commit_sha": .string(version.refs.start),
      "created_at": .string(ISO8601.string(version.createdAt)),
      "merge_request_id": .int(request.id), "state": .string(state), "real_size": JSON(size),
      "patch_id_sha": nil,
    ]
  }

  /// `GET …/commits`, newest first.
  func commits(_ exchange: Exchange, _ project: Project, _ request: MergeRequest) async throws
    -> Answer
  {
    guard let refs = request.diffRefs else {
      return .json([], headers: try page([JSON](), exchange).headers)
    }
    let all = try await commitList(["\(refs.base)..\(refs.head)"], project)
    let page = try page(all, exchange)
    return .json(.array(Array(page.rows)), headers: page.headers)
  }

  /// `GET …/diffs`.
  func diffs(_ exchange: Exchange, _ project: Project, _ request: MergeRequest) async throws
    -> Answer
  {
    let diff = try await storedDiff(project, request)
    let page = try page(diff?.files ?? [], exchange)
    let unified = exchange.query.flag("unidiff")
    return .json(.array(page.rows.map { json($0, unified: unified) }), headers: page.headers)
  }

  /// `GET …/changes`.
  func changes(_ exchange: Exchange, _ project: Project, _ request: MergeRequest) async throws
    -> Answer
  {
    let diff = try await storedDiff(project, request)
    var json = try await singleJSON(request, project, exchange)
    let unified = exchange.query.flag("unidiff")
    let raw = exchange.query.flag("access_raw_diffs")
    json.merge([
      .init("changes", .array((diff?.files ?? []).map { self.json($0, unified: unified) })),
      .init("overflow", .bool(!raw && diff?.overflow == true)),
    ])
    return .json(json)
  }

  private func storedDiff(_ project: Project, _ request: MergeRequest) async throws -> StoredDiff? {
    guard let refs = request.diffRefs, let repository = project.repository else { return nil }
    return try await diffs.stored(refs, in: repository, limits: settings.diffLimits)
  }

  private func json(_ file: StoredFile, unified: Bool) -> JSON {
    var patch = file.patch
    if unified, patch.hasPrefix("@@") {
      let old = file.status == "A" ? "/dev/null" : "a/\(file.oldPath)"
      let new = file.status == "D" ? "/dev/null" : "b/\(file.newPath)"
      patch = "--- \(old)\n+++ \(new)\n" + patch
    }
    var json: JSON = [
      "diff": .string(patch), "collapsed": .bool(file.collapsed),
      "too_large": .bool(file.tooLarge), "new_path": .string(file.newPath),
      "old_path": .string(file.oldPath), "a_mode": .string(file.oldMode),
      "b_mode": .string(file.newMode), "new_file": .bool(file.status == "A"),
      "renamed_file": .bool(file.status == "R"), "deleted_file": .bool(file.status == "D"),
      "generated_file": false,
    ]
    if !settings.atLeast(18, 4) { json.remove(["collapsed", "too_large"]) }
    if !settings.atLeast(16, 9) { json.remove(["generated_file"]) }
    return json
  }

  // MARK: Repository

  /// The endpoints below `/repository`.
  func repositoryRoute(_ exchange: Exchange, _ project: Project, _ parts: [Substring]) async throws
    -> Answer
  {
    guard let repository = project.repository else {
      return .message("404 Repository Not Found", status: 404)
    }
    let name = parts.count > 1 ? PercentCoding.decode(parts[1]) : ""
    if parts[0] == "commits" {
      guard GitReferences.isSafe(name),
        let found = try? await commitList(["-1", name], project).first
      else { return .message("404 Commit Not Found", status: 404) }
      var commit = found
      if exchange.query["stats"] != "false" {
        let stats = DiffReader.numstat(
          try await git.run(
            ["show", "-m", "--first-parent", "--format=", "--numstat", "-M", "-z", name, "--"],
            in: repository))
        let additions = stats.reduce(0) { $0 + $1.additions }
        let deletions = stats.reduce(0) { $0 + $1.deletions }
        commit.merge([
          .init(
            "stats",
            [
              "additions": .int(additions), "deletions": .int(deletions),
              "total": .int(additions + deletions),
            ])
        ])
      }
      commit.merge([
        .init("status", nil), .init("project_id", .int(project.id)), .init("last_pipeline", nil),
      ])
      return .json(commit)
    }
    if parts.count > 1 {
      let refs = try await GitReferences.read(git, repository, below: "refs/heads/\(name)")
      guard let ref = refs.first(where: { $0.name == "refs/heads/\(name)" }) else {
        return .message("404 Branch Not Found", status: 404)
      }
      return .json(try await branchJSON(ref, project))
    }
    var refs = try await GitReferences.read(git, repository, below: "refs/heads")
    if let search = exchange.query["search"]?.lowercased(), !search.isEmpty {
      refs.removeAll { !$0.name.dropFirst(11).lowercased().contains(search) }
    }
    let page = try page(refs, exchange)
    var rows: [JSON] = []
    for ref in page.rows { rows.append(try await branchJSON(ref, project)) }
    return .json(.array(rows), headers: page.headers)
  }

  private func branchJSON(_ ref: GitReferences.Ref, _ project: Project) async throws -> JSON {
    let name = String(ref.name.dropFirst("refs/heads/".count))
    let commit = try await commitList(["-1", ref.target], project).first ?? .null
    return [
      "name": .string(name), "commit": commit, "merged": false,
      "protected": .bool(name == project.defaultBranch), "developers_can_push": false,
      "developers_can_merge": false, "can_push": false,
      "default": .bool(name == project.defaultBranch),
      "web_url": .string("\(externalURL)/\(project.path)/-/tree/\(name)"),
    ]
  }

  /// Commits as GitLab's `Commit` entity.
  func commitList(_ arguments: [String], _ project: Project) async throws -> [JSON] {
    guard let repository = project.repository else { return [] }
    let format = "--format=%H%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%cn%x1f%ce%x1f%cI%x1f%B"
    let output = try await git.run(
      ["log", "-z", "--encoding=UTF-8", format] + arguments + ["--"], in: repository)
    return output.split(separator: 0).compactMap { record in
      let fields = record.split(separator: 0x1F, maxSplits: 8, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      guard fields.count == 9 else { return nil }
      let title = fields[8].split(separator: "\n").first.map { String($0) } ?? ""
      let zone = { (text: String) in
        text.hasSuffix("Z")
          ? text.dropLast() + ".000+00:00" : text.prefix(19) + ".000" + text.dropFirst(19)
      }
      return [
        "id": .string(fields[0]), "short_id": .string(String(fields[0].prefix(8))),
        "created_at": .string(String(zone(fields[7]))),
        "parent_ids": .array(fields[1].split(separator: " ").map { .string(String($0)) }),
        "title": .string(title), "message": .string(fields[8]), "author_name": .string(fields[2]),
        "author_email": .string(fields[3]), "authored_date": .string(String(zone(fields[4]))),
        "committer_name": .string(fields[5]), "committer_email": .string(fields[6]),
        "committed_date": .string(String(zone(fields[7]))), "trailers": [:],
        "extended_trailers": [:],
        "web_url": .string("\(externalURL)/\(project.path)/-/commit/\(fields[0])"),
      ]
    }
  }
}
