import Foundation

/// A made-up project with merge requests of all kinds, one of which broke it.
///
/// All of it follows from the seed and the time: the same arguments give the same object ids.
public struct DemoHistory: Sendable {
  /// How large the history becomes.
  public struct Size: Sendable {
    /// Ordinary merge requests.
    public var mergeRequests: Int
    /// Files of the very large merge request; 0 leaves it out.
    public var files: Int
    /// Its lines, of which a third lies in one file.
    public var lines: Int
    /// Lines of its longest file.
    public var longFileLines: Int
    /// Bytes of its longest line.
    public var longLineBytes: Int
    /// Files that it moves.
    public var renames: Int
    /// Binary files that it adds.
    public var binaries: Int

    /// 90 merge requests and one with 5,000 files and half a million lines.
    public static let full = Size(
      mergeRequests: 90, files: 5000, lines: 500_000, longFileLines: 100_000,
      longLineBytes: 8 << 20, renames: 300, binaries: 60)
    /// 60 merge requests and one with 300 files and 6,000 lines.
    public static let small = Size(
      mergeRequests: 60, files: 300, lines: 6000, longFileLines: 1000, longLineBytes: 64 << 10,
      renames: 24, binaries: 6)

    /// Sets all numbers.
    public init(
      mergeRequests: Int, files: Int, lines: Int, longFileLines: Int, longLineBytes: Int,
      renames: Int, binaries: Int
    ) {
      self.mergeRequests = mergeRequests
      self.files = files
      self.lines = lines
      self.longFileLines = longFileLines
      self.longLineBytes = longLineBytes
      self.renames = renames
      self.binaries = binaries
    }
  }

  /// A failure in production whose cause is known.
  public struct Symptom: Sendable {
    /// A stack trace, as a log has it.
    public var text: String
    /// What people say of it.
    public var description: String
    /// The service that fails.
    public var service: String
    /// When it was first seen.
    public var at: Date
    /// The merge request that caused it.
    public var culprit: Int
    /// The file and the line of the crash, at the tip of the default branch.
    public var file: String
    /// See ``file``.
    public var line: Int
  }

  /// A service, and where in the project it lies.
  public struct Service: Sendable {
    /// The name in logs.
    public var name: String
    /// The folder.
    public var pathPrefix: String
  }

  /// The bare repository.
  public var repository: String
  /// The merge requests, by number; their authors have no id yet.
  public var mergeRequests: [MergeRequest]
  /// The numbers of those that come from a fork.
  public var fromFork: Set<Int>
  /// The failure.
  public var symptom: Symptom
  /// The number of the very large merge request; nil where it was left out.
  public var largest: Int?
  /// The number of the merge request that reverts another, and of that other one.
  public var revert: (iid: Int, of: Int)
  /// The services.
  public var services: [Service]

  /// Makes a history in a new bare repository.
  ///
  /// - Parameters:
  ///   - repository: Where the bare repository is made; nothing may be there.
  ///   - path: The project's path, as merge messages name it.
  ///   - now: The time at which the history ends.
  ///   - git: The `git` command.
  /// - Throws: ``GitCommandError``.
  public static func generate(
    at repository: String, path: String, now: Date, seed: UInt64 = 1, size: Size = .full,
    git: String = "/usr/bin/git"
  ) async throws -> DemoHistory {
    let git = try await Git(executable: git)
    var writer = DemoWriter(
      path: path, now: Int(now.timeIntervalSince1970.rounded(.down)), seed: seed, size: size)
    writer.write()
    try await git.run(["init", "--quiet", "--bare", repository])
    try await git.run(
      ["fast-import", "--quiet", "--force", "--export-marks=\(repository)/demo-marks"],
      in: repository, input: writer.stream.bytes)
    let marks = try String(contentsOfFile: repository + "/demo-marks", encoding: .utf8)
    try FileManager.default.removeItem(atPath: repository + "/demo-marks")
    var hashes: [Int: String] = [:]
    for line in marks.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, let mark = Int(words[0].dropFirst()) else { continue }
      hashes[mark] = String(words[1])
    }
    let history = writer.history(repository: repository, hashes: hashes)
    let commits = Set(
      history.mergeRequests.flatMap { $0.versions.flatMap { [$0.refs.head, $0.refs.base] } })
    // Branches of merged and closed ones are gone, as people are used to.
    let branches = history.mergeRequests.filter {
      $0.state == "opened" && !history.fromFork.contains($0.iid)
    }
    try await GitReferences.update(
      git, repository,
      commits.sorted().map { ("refs/keep-around/\($0)", $0) }
        + branches.map { ("refs/heads/\($0.sourceBranch)", $0.sha) }
        + [("refs/demo/squash", nil)])
    try await git.run(["pack-refs", "--all"], in: repository)
    return history
  }
}

extension GitLabDouble {
  /// Adds a project with a made-up history, and the fork some of its merge requests come from.
  @discardableResult
  public func addDemo(
    path: String = "acme/shop/checkout", now: Date, seed: UInt64 = 1,
    size: DemoHistory.Size = .small, visibility: Project.Visibility = .private
  ) async throws -> DemoHistory {
    let repository = try workFolder + "/" + RepositoryView.folderName(path)
    var history = try await DemoHistory.generate(
      at: repository, path: path, now: now, seed: seed, size: size, git: core.git.executable)
    let project = addProject(path: path, repository: repository, visibility: visibility)
    let slug = path.split(separator: "/").last.map { String($0) } ?? path
    let fork = addProject(path: "sam/\(slug)", visibility: visibility)
    update(project: fork) { $0.forkedFrom = project }
    for index in history.mergeRequests.indices
    where history.fromFork.contains(history.mergeRequests[index].iid) {
      history.mergeRequests[index].sourceProjectID = fork
    }
    try await addMergeRequests(history.mergeRequests, in: project)
    return history
  }
}
