import Foundation

extension GitLabDouble {
  /// Adds a merge request as it is told and makes its refs in the repository.
  ///
  /// - Returns: The merge request's number.
  /// - Throws: ``GitCommandError`` where its head is not in the repository.
  @discardableResult
  public func addMergeRequest(_ request: MergeRequest, in project: Int) async throws -> Int {
    if let repository = self.project(project)?.repository {
      try await GitReferences.update(
        core.git, repository, Self.refs(of: request, iid: nextIID(request, project)))
    }
    return try insert([request], in: project).first ?? 0
  }

  /// Adds many merge requests; those whose head is not in the repository get no ref.
  ///
  /// The refs are packed, so that thousands of them cost little.
  public func addMergeRequests(_ requests: [MergeRequest], in project: Int) async throws {
    let numbers = try insert(requests, in: project)
    guard let repository = self.project(project)?.repository else { return }
    let heads = requests.map { $0.sha ?? "missing" }.joined(separator: "\n") + "\n"
    let answer = try await core.git.text(
      ["cat-file", "--batch-check=%(objecttype)"], in: repository, input: Array(heads.utf8))
    let found = answer.split(separator: "\n", omittingEmptySubsequences: false)
    var changes: [(name: String, target: String?)] = []
    for (index, request) in requests.enumerated() where index < found.count {
      guard found[index] == "commit", let sha = request.sha else { continue }
      changes.append(("refs/merge-requests/\(numbers[index])/head", sha))
    }
    try await GitReferences.update(core.git, repository, changes)
    try await core.git.run(["pack-refs", "--all"], in: repository)
  }

  /// Opens a merge request from a branch, with the commits that git tells.
  ///
  /// - Parameters:
  ///   - source: The source branch, or any revision.
  ///   - target: The target branch.
  /// - Returns: The merge request's number.
  @discardableResult
  public func openMergeRequest(
    in project: Int, title: String, source: String, target: String = "main", text: String? = nil,
    author: User? = nil, at date: Date? = nil, iid: Int = 0, sourceBranch: String? = nil
  ) async throws -> Int {
    let (_, repository) = try served(project)
    let refs = try await diffRefs(source: source, target: target, in: repository)
    return try await addMergeRequest(
      MergeRequest(
        iid: iid, title: title, text: text, createdAt: date ?? core.now(), author: author,
        targetBranch: target, sourceBranch: sourceBranch ?? source, diffRefs: refs), in: project)
  }

  /// The merge request of that number.
  public func mergeRequest(_ iid: Int, in project: Int) -> MergeRequest? {
    core.withWorld { $0.mergeRequests[project]?[iid] }
  }

  /// All merge requests of a project, by number.
  public func mergeRequests(in project: Int) -> [MergeRequest] {
    core.withWorld { $0.mergeRequests[project].map { Array($0.values) } ?? [] }
      .sorted { $0.iid < $1.iid }
  }

  /// Changes a merge request; `updatedAt` moves only if the change moves it.
  public func update(
    mergeRequest iid: Int, in project: Int, _ change: (inout MergeRequest) -> Void
  ) throws {
    try core.withWorld { world in
      guard var request = world.mergeRequests[project]?[iid] else {
        throw GitLabDoubleError.noMergeRequest(iid, project: project)
      }
      change(&request)
      world.mergeRequests[project]?[iid] = request
    }
  }

  /// Moves a merge request's time of change.
  public func touch(mergeRequest iid: Int, in project: Int, at date: Date? = nil) throws {
    let date = date ?? core.now()
    try update(mergeRequest: iid, in: project) { $0.updatedAt = date }
  }

  /// Fills in what GitLab computes in the background after a merge request was opened.
  public func prepare(mergeRequest iid: Int, in project: Int) async throws {
    guard let request = mergeRequest(iid, in: project) else {
      throw GitLabDoubleError.noMergeRequest(iid, project: project)
    }
    try await pushHead(
      of: iid, in: project, to: request.sha ?? request.sourceBranch, touching: false)
  }

  /// Pushes, or force-pushes, a new head; the earlier one stays reachable by its id.
  ///
  /// - Parameter touching: Whether `updated_at` moves, which real pushes do not always do.
  public func pushHead(
    of iid: Int, in project: Int, to revision: String, touching: Bool = true
  ) async throws {
    let (_, repository) = try served(project)
    guard let request = mergeRequest(iid, in: project) else {
      throw GitLabDoubleError.noMergeRequest(iid, project: project)
    }
    let refs = try await diffRefs(
      source: revision, target: request.targetBranch, in: repository)
    try await GitReferences.update(
      core.git, repository,
      [
        ("refs/merge-requests/\(iid)/head", refs.head),
        ("refs/keep-around/\(refs.head)", refs.head), ("refs/keep-around/\(refs.base)", refs.base),
      ])
    let now = core.now()
    try core.withWorld { world in
      guard var request = world.mergeRequests[project]?[iid] else {
        throw GitLabDoubleError.noMergeRequest(iid, project: project)
      }
      request.sha = refs.head
      request.diffRefs = refs
      request.preparedAt = request.preparedAt ?? now
      request.versions.append(DiffVersion(id: world.makeID(), refs: refs, createdAt: now))
      if touching { request.updatedAt = now }
      world.mergeRequests[project]?[iid] = request
    }
  }

  /// How a merge request is merged.
  public enum MergeStyle: Sendable {
    /// A merge commit with two parents.
    case mergeCommit
    /// One commit with all changes.
    case squash
    /// A squash commit, merged by a merge commit.
    case squashAndMergeCommit
    /// The target branch moves to the head.
    case fastForward
  }

  /// Merges a merge request in the repository, as GitLab does.
  ///
  /// - Throws: ``GitCommandError`` where there are conflicts.
  public func merge(
    _ iid: Int, in project: Int, style: MergeStyle = .mergeCommit, by user: User? = nil,
    at date: Date? = nil
  ) async throws {
    let (served, repository) = try served(project)
    guard let request = mergeRequest(iid, in: project), let head = request.sha else {
      throw GitLabDoubleError.noMergeRequest(iid, project: project)
    }
    let date = date ?? core.now()
    let branch = "refs/heads/\(request.targetBranch)"
    let target = try await resolve(branch, in: repository)
    let message =
      "Merge branch '\(request.sourceBranch)' into '\(request.targetBranch)'\n\n\(request.title)\n\n"
      + "See merge request \(served.path)!\(iid)\n"
    var tip = head
    var squashed: String?
    var merged: String?
    if style != .fastForward {
      let output = try await core.git.text(
        ["merge-tree", "--write-tree", target, head], in: repository)
      guard let tree = output.split(separator: "\n").first.map({ String($0) }) else {
        throw GitCommandError(arguments: ["merge-tree"], message: "no tree")
      }
      func commit(_ parents: [String], _ text: String) async throws -> String {
        let stamp = "\(Int(date.timeIntervalSince1970)) +0000"
        let body =
          "tree \(tree)\n" + parents.map { "parent \($0)\n" }.joined()
          + "author GitLab <gitlab@localhost> \(stamp)\ncommitter GitLab <gitlab@localhost> \(stamp)\n\n"
          + text
        let output = try await core.git.text(
          ["hash-object", "-t", "commit", "-w", "--stdin"], in: repository, input: Array(body.utf8))
        return output.filter { !$0.isNewline }
      }
      if style != .mergeCommit {
        squashed = try await commit([target], "\(request.title)\n")
        tip = squashed ?? head
      }
      if style != .squash {
        merged = try await commit([target, tip], message)
        tip = merged ?? tip
      }
    }
    try await GitReferences.update(core.git, repository, [(branch, tip)])
    try update(mergeRequest: iid, in: project) { request in
      request.state = "merged"
      request.mergedAt = date
      request.updatedAt = date
      request.mergeUser = user ?? request.author
      request.mergeCommitSHA = merged
      request.squashCommitSHA = squashed
      request.squash = squashed != nil
    }
  }

  /// Drops `refs/merge-requests/<iid>/head`, as newer servers do some 14 days after the merge.
  public func deleteHeadRef(of iid: Int, in project: Int) async throws {
    let (_, repository) = try served(project)
    try await GitReferences.update(core.git, repository, [("refs/merge-requests/\(iid)/head", nil)])
  }

  /// Deletes a merge request; its ref may stay, as on a real server.
  public func deleteMergeRequest(_ iid: Int, in project: Int) {
    core.withWorld { $0.mergeRequests[project]?[iid] = nil }
  }

  // MARK: Helpers

  private func nextIID(_ request: MergeRequest, _ project: Int) -> Int {
    if request.iid > 0 { return request.iid }
    return core.withWorld { ($0.mergeRequests[project]?.keys.max() ?? 0) + 1 }
  }

  private static func refs(of request: MergeRequest, iid: Int) -> [(name: String, target: String?)]
  {
    var refs: [(name: String, target: String?)] = []
    if let sha = request.sha {
      refs.append(("refs/merge-requests/\(iid)/head", sha))
      refs.append(("refs/keep-around/\(sha)", sha))
    }
    if let base = request.diffRefs?.base { refs.append(("refs/keep-around/\(base)", base)) }
    if let base = request.diffRefs?.base, base == request.sha { refs.removeLast() }
    return refs
  }

  /// Stores merge requests and returns their numbers.
  private func insert(_ requests: [MergeRequest], in project: Int) throws -> [Int] {
    try core.withWorld { world in
      guard world.projects[project] != nil else { throw GitLabDoubleError.noProject(project) }
      var known = world.mergeRequests[project] ?? [:]
      var largest = known.keys.max() ?? 0
      let numbers = requests.map { request -> Int in
        var request = request
        if request.iid <= 0 { request.iid = largest + 1 }
        largest = max(largest, request.iid)
        if request.id == 0 { request.id = world.makeID() }
        for person in [\MergeRequest.author, \.mergeUser, \.closedBy] {
          guard let known = request[keyPath: person], known.id == 0 else { continue }
          request[keyPath: person] = world.user(
            named: known.name, email: known.email, username: known.username)
        }
        if request.versions.isEmpty, let refs = request.diffRefs {
          request.versions = [
            DiffVersion(id: world.makeID(), refs: refs, createdAt: request.createdAt)
          ]
        }
        known[request.iid] = request
        return request.iid
      }
      world.mergeRequests[project] = known
      return numbers
    }
  }

  func resolve(_ revision: String, in repository: String) async throws -> String {
    let output = try await core.git.text(
      ["rev-parse", "--verify", "--quiet", revision + "^{commit}"], in: repository)
    return output.filter { !$0.isNewline }
  }

  private func diffRefs(source: String, target: String, in repository: String) async throws
    -> DiffRefs
  {
    let head = try await resolve(source, in: repository)
    let start = try await resolve("refs/heads/\(target)", in: repository)
    let base = try await core.git.text(["merge-base", start, head], in: repository)
    return DiffRefs(
      base: base.split(separator: "\n").first.map { String($0) } ?? start, head: head, start: start)
  }
}
