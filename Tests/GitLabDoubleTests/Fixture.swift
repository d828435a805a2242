import Foundation
import TestSupport

@testable import GitLabDouble

/// A double with one project whose bare repository has a few branches.
final class Fixture: Sendable {
  let double: GitLabDouble
  let folder: String
  let repository: String
  let git: Git
  let project: Int
  let token: AccessToken
  let client: TestClient

  /// 2025-06-01 12:00:00 UTC.
  static let now = Date(timeIntervalSince1970: 1_748_779_200)

  init(
    settings: Settings = Settings(), prefix: String = "", visibility: Project.Visibility = .private
  ) async throws {
    folder = try TemporaryFolder.make("double-tests")
    git = try await Git(executable: "/usr/bin/git")
    repository = folder + "/widgets.git"
    try await Self.makeRepository(repository, git)
    var options = GitLabDouble.Options()
    options.prefix = prefix
    options.now = { Fixture.now }
    double = try await GitLabDouble.start(settings, options: options)
    project = double.addProject(
      path: "acme/platform/widgets", repository: repository, visibility: visibility)
    token = double.addToken("glpat-good", name: "Mara Lind")
    client = TestClient(port: double.port, headers: [("PRIVATE-TOKEN", "glpat-good")])
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  var anonymous: TestClient { TestClient(port: double.port) }

  func api(_ path: String, _ headers: [(String, String)] = []) async throws -> SocketResponse {
    try await client.get(double.core.prefix + "/api/v4" + path, headers)
  }

  func graphQL(_ query: String, variables: JSON = [:]) async throws -> SocketResponse {
    let body: JSON = ["query": .string(query), "variables": variables]
    return try await client.send(
      "POST", double.core.prefix + "/api/graphql",
      headers: [("Content-Type", "application/json")], body: body.bytes)
  }

  /// The address of the project's repository, with credentials in it.
  func url(_ path: String = "acme/platform/widgets.git", password: String? = "glpat-good") -> String
  {
    let login = password.map { "x:\($0)@" } ?? ""
    return double.baseURL.replacing("://", with: "://\(login)") + "/" + path
  }

  /// `main` with three commits; `feature` two ahead of the second; `large` with 30 files.
  private static func makeRepository(_ path: String, _ git: Git) async throws {
    try await git.run(["init", "--quiet", "--bare", path])
    var stream = FastImport()
    stream.commit("main", "Begin", files: ["README.md": "widgets\n", "src/pool.c": lines(40)])
    stream.commit("main", "Add the index", files: ["src/index.c": lines(20)])
    stream.commit(
      "feature", "Speed up the index", from: "main", files: ["src/index.c": lines(25)])
    stream.commit(
      "feature", "Use the pool", files: ["src/pool.c": lines(35), "doc/pool.md": "pool\n"])
    stream.commit(
      "large", "Add many files", from: "main",
      files: Dictionary(uniqueKeysWithValues: (0..<30).map { ("many/\($0).txt", lines($0 + 1)) }))
    stream.commit("main", "Say more", files: ["README.md": "widgets\nand more\n"])
    try await git.run(["fast-import", "--quiet"], in: path, input: stream.bytes)
  }

  private static func lines(_ count: Int) -> String {
    (0..<count).map { "line \($0)\n" }.joined()
  }
}

/// Writes a stream for `git fast-import`.
struct FastImport {
  private(set) var bytes: [UInt8] = []
  private var time = 1_748_000_000

  init() {}

  mutating func commit(
    _ branch: String, _ message: String, from: String? = nil, files: [String: String]
  ) {
    time += 600
    var text = "commit refs/heads/\(branch)\ncommitter Joon Park <joon@example.com> \(time) +0000\n"
    text += "data \(message.utf8.count)\n\(message)\n"
    if let from { text += "from refs/heads/\(from)\n" }
    for (path, content) in files.sorted(by: { $0.key < $1.key }) {
      text += "M 100644 inline \(path)\ndata \(content.utf8.count)\n\(content)\n"
    }
    bytes += Array(text.utf8)
  }
}
