import Foundation

/// Reads merge requests out of a repository's own history, or out of a list in a file.
public enum MergeRequestHarvest {
  /// One merge request for every commit that says "See merge request …!N", and one for every run
  /// of commits with a trailer `Part-of: <…/merge_requests/N>`.
  ///
  /// The commits are those that the default branch reaches. Costs three passes of `git log`;
  /// merge bases are found in memory.
  ///
  /// - Parameter git: The `git` command.
  /// - Throws: ``GitCommandError``.
  public static func history(of repository: String, git: String = "/usr/bin/git") async throws
    -> [MergeRequest]
  {
    let git = try await Git(executable: git)
    _ = try await git.run(["rev-parse", "--git-dir"], in: repository)
    // Where the default branch has no commit yet, there is no history.
    guard await git.line(["rev-parse", "--verify", "--quiet", "HEAD"], in: repository) != nil
    else { return [] }
    async let log = git.run(
      CommitGraph.logArguments + ["HEAD", "--"], in: repository)
    let messages = ["log", "-z", "--encoding=UTF-8", "--format=%H%x1f%P%x1f%an%x1f%ae%x1f%B"]
    async let merges = git.run(
      messages + ["--merges", "--grep=^See merge request ", "HEAD", "--"], in: repository)
    async let parts = git.run(
      messages + ["--grep=^Part-of: <.*/merge_requests/", "HEAD", "--"], in: repository)
    let branch = await git.line(["symbolic-ref", "--short", "HEAD"], in: repository) ?? "main"
    let graph = CommitGraph(log: try await log)
    var walker = CommitGraph.Walker(graph)
    var found = readMerges(try await merges, graph, &walker, branch: branch)
    let known = Set(found.map(\.iid))
    found += readParts(try await parts, graph, branch: branch).filter { !known.contains($0.iid) }
    return found.sorted { $0.iid < $1.iid }
  }

  private struct Record {
    var hash: String
    var parents: [String]
    var author: User
    var message: String

    init?(_ bytes: ArraySlice<UInt8>) {
      let fields = bytes.split(separator: 0x1F, maxSplits: 4, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      guard fields.count == 5 else { return nil }
      hash = fields[0]
      parents = fields[1].split(separator: " ").map { String($0) }
      author = User(id: 0, username: "", name: fields[2], email: fields[3])
      message = fields[4]
    }
  }

  // MARK: Merge commits

  private static func readMerges(
    _ output: [UInt8], _ graph: CommitGraph, _ walker: inout CommitGraph.Walker, branch: String
  ) -> [MergeRequest] {
    var rows: [(project: String, iid: Int, record: Record)] = []
    for record in output.split(separator: 0).compactMap({ Record($0) }) {
      for line in record.message.split(whereSeparator: \.isNewline) {
        guard line.hasPrefix("See merge request "),
          let mark = line.lastIndex(of: "!"),
          let iid = Int(line[line.index(after: mark)...].prefix { $0.isNumber })
        else { continue }
        let project = line[..<mark].dropFirst("See merge request ".count)
        rows.append((String(project), iid, record))
      }
    }
    // Forks and security mirrors count their merge requests anew; the commonest path is the project's.
    let counts = Dictionary(grouping: rows.filter { !$0.project.isEmpty }) { $0.project }
      .mapValues(\.count)
    let own = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    var requests: [Int: MergeRequest] = [:]
    for row in rows where row.project.isEmpty || row.project == own {
      guard requests[row.iid] == nil, row.record.parents.count == 2,
        let request = request(row.iid, row.record, graph, &walker, branch: branch)
      else { continue }
      requests[row.iid] = request
    }
    return Array(requests.values)
  }

  private static func request(
    _ iid: Int, _ record: Record, _ graph: CommitGraph, _ walker: inout CommitGraph.Walker,
    branch: String
  ) -> MergeRequest? {
    guard let merge = graph.position(of: record.hash),
      let target = graph.position(of: record.parents[0]),
      let head = graph.position(of: record.parents[1])
    else { return nil }
    let (base, ahead) = walker.compare(target, head)
    // A later merge of what the target already had brings nothing and is not the one meant.
    guard let base, base != head else { return nil }
    let merged = graph.committed[merge]
    let begun = ahead.max().map { graph.authored[$0] } ?? merged
    let words = Words(record.message)
    let author = ahead.max().map { first in
      User(id: 0, username: "", name: graph.author(at: first))
    }
    var request = MergeRequest(
      iid: iid, title: words.title, text: words.rest, state: "merged",
      createdAt: Date(timeIntervalSince1970: Double(min(begun, merged))),
      mergedAt: Date(timeIntervalSince1970: Double(merged)), author: author,
      targetBranch: words.target ?? branch, sourceBranch: words.source ?? "mr-\(iid)",
      mergeCommitSHA: record.hash,
      diffRefs: DiffRefs(
        base: graph.hash(at: base), head: record.parents[1], start: record.parents[0]))
    request.mergeUser = record.author
    return request
  }

  /// The parts of GitLab's merge message.
  private struct Words {
    var title: String
    var rest: String
    var source: String?
    var target: String?

    init(_ message: String) {
      var lines = message.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)[...]
      let subject = lines.popFirst() ?? ""
      let quoted = subject.split(separator: "'", omittingEmptySubsequences: false)
      if subject.hasPrefix("Merge branch '"), quoted.count >= 3 {
        source = String(quoted[1])
        if quoted.count >= 5 { target = String(quoted[3]) }
      }
      let body = lines.filter { !$0.hasPrefix("See merge request ") }
      let next = subject.hasPrefix("Merge ") ? body.first { !$0.isEmpty } : nil
      title = String(next ?? subject)
      let text = body.drop { $0.isEmpty || $0 == next }
      rest = text.joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  // MARK: Trailers

  private static func readParts(_ output: [UInt8], _ graph: CommitGraph, branch: String)
    -> [MergeRequest]
  {
    var groups: [Int: [(position: Int, record: Record)]] = [:]
    for record in output.split(separator: 0).compactMap({ Record($0) }) {
      guard record.parents.count == 1, let position = graph.position(of: record.hash) else {
        continue
      }
      for line in record.message.split(whereSeparator: \.isNewline)
      where line.hasPrefix("Part-of: <") {
        let tail = line.split(separator: "/").last?.prefix { $0.isNumber } ?? ""
        if let iid = Int(tail) { groups[iid, default: []].append((position, record)) }
      }
    }
    return groups.compactMap { iid, members in
      run(of: members.sorted { $0.position < $1.position }, graph).flatMap { run in
        guard let newest = run.first, let oldest = run.last,
          let base = graph.parents(of: oldest.position).first
        else { return nil }
        let merged = graph.committed[newest.position]
        let words = Words(newest.record.message)
        return MergeRequest(
          iid: iid, title: words.title, text: words.rest, state: "merged",
          createdAt: Date(
            timeIntervalSince1970: Double(min(graph.authored[oldest.position], merged))),
          mergedAt: Date(timeIntervalSince1970: Double(merged)), author: oldest.record.author,
          targetBranch: branch, sourceBranch: "mr-\(iid)",
          diffRefs: DiffRefs(
            base: graph.hash(at: base), head: graph.hash(at: newest.position),
            start: graph.hash(at: base)))
      }
    }
  }

  /// The newest unbroken run of commits: a later backport bears the same number.
  private static func run(of members: [(position: Int, record: Record)], _ graph: CommitGraph)
    -> [(position: Int, record: Record)]?
  {
    guard var last = members.first else { return nil }
    var run = [last]
    for member in members.dropFirst() {
      guard graph.parents(of: last.position).first == member.position else { continue }
      run.append(member)
      last = member
    }
    return run
  }

  // MARK: Lists

  private struct Row: Decodable {
    struct Author: Decodable {
      var name: String?
      var username: String?
      var email: String?
    }
    struct Refs: Decodable {
      var base_sha: String
      var head_sha: String
      var start_sha: String?
    }
    var iid: Int
    var title: String?
    var description: String?
    var state: String?
    var target_branch: String?
    var source_branch: String?
    var author: Author?
    var created_at: String?
    var updated_at: String?
    var merged_at: String?
    var closed_at: String?
    var sha: String?
    var merge_commit_sha: String?
    var squash_commit_sha: String?
    var labels: [String]?
    var draft: Bool?
    var diff_refs: Refs?
  }

  /// Reads a list: one JSON object a line, in the fields of GitLab's answer.
  ///
  /// - Throws: ``GitLabDoubleError/unreadable(_:reason:)`` with the line's number.
  public static func list(file: String) throws -> [MergeRequest] {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw GitLabDoubleError.unreadable(file, reason: "no such file")
    }
    let decoder = JSONDecoder()
    return try data.split(separator: UInt8(ascii: "\n")).enumerated().map { number, line in
      let row: Row
      do {
        row = try decoder.decode(Row.self, from: Data(line))
      } catch {
        throw GitLabDoubleError.unreadable(file, reason: "line \(number + 1): \(error)")
      }
      let merged = row.merged_at.flatMap { ISO8601.date($0) }
      let created = row.created_at.flatMap { ISO8601.date($0) } ?? merged
      guard let created else {
        throw GitLabDoubleError.unreadable(file, reason: "line \(number + 1): no created_at")
      }
      let author = row.author.map {
        User(
          id: 0, username: $0.username ?? "", name: $0.name ?? $0.username ?? "Ghost User",
          email: $0.email)
      }
      var request = MergeRequest(
        iid: row.iid, title: row.title ?? "!\(row.iid)", text: row.description,
        state: row.state ?? (merged == nil ? "opened" : "merged"), createdAt: created,
        updatedAt: row.updated_at.flatMap { ISO8601.date($0) }, mergedAt: merged, author: author,
        targetBranch: row.target_branch ?? "main",
        sourceBranch: row.source_branch ?? "mr-\(row.iid)",
        sha: row.sha, mergeCommitSHA: row.merge_commit_sha,
        diffRefs: row.diff_refs.map {
          DiffRefs(base: $0.base_sha, head: $0.head_sha, start: $0.start_sha ?? $0.base_sha)
        })
      request.squashCommitSHA = row.squash_commit_sha
      request.squash = row.squash_commit_sha != nil
      request.labels = row.labels ?? []
      request.draft = row.draft ?? false
      request.closedAt = row.closed_at.flatMap { ISO8601.date($0) }
      return request
    }
  }
}

extension GitLabDouble {
  /// Adds the merge requests that a project's history tells of.
  ///
  /// - Returns: Their number.
  @discardableResult
  public func harvestMergeRequests(in project: Int) async throws -> Int {
    let (_, repository) = try served(project)
    let found = try await MergeRequestHarvest.history(of: repository, git: core.git.executable)
    try await addMergeRequests(found, in: project)
    return found.count
  }

  /// Adds the merge requests of a list in a file.
  ///
  /// - Returns: Their number.
  @discardableResult
  public func addMergeRequests(file: String, in project: Int) async throws -> Int {
    let found = try MergeRequestHarvest.list(file: file)
    try await addMergeRequests(found, in: project)
    return found.count
  }
}
