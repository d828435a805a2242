import Cache
import Foundation
import GitLabDouble
import HTTP
import Mirror
import Sync
import TestSupport

import class GitLab.AnonymousAccess
import class GitLab.FixedToken

/// A project on a stand-in GitLab, and a cache directory to sync it into.
final class SyncFixture {
  static let now = Date(timeIntervalSince1970: 1_760_000_000)

  let upstream: GitFixture
  let double: GitLabDouble
  let project: Int
  let cache: CacheStore
  let directory: URL
  private let token: String

  init(prefix: String = "") async throws {
    upstream = try GitFixture()
    var options = GitLabDouble.Options()
    options.prefix = prefix
    options.now = { Self.now }
    double = try await GitLabDouble.start(options: options)
    project = double.addProject(path: "acme/shop", repository: upstream.path)
    token = double.addToken().value
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("sync-\(UUID().uuidString)")
    cache = try CacheStore(directory: directory.path, access: .readWrite)
  }

  func stop() async {
    await double.stop()
    try? FileManager.default.removeItem(at: directory)
  }

  /// Writes a commit with these files on top of a branch, or of the given parents, and returns its id.
  @discardableResult
  func commit(
    _ branch: String, _ files: [String: String], from parents: [String] = [], daysAgo: Double = 1
  ) throws -> String {
    let time = Int(Self.now.timeIntervalSince1970 - daysAgo * 86400)
    var stream =
      "commit refs/heads/\(branch)\ncommitter Ada <ada@example.com> \(time) +0000\ndata 6\nchange\n"
    var parents = parents
    let name = "refs/heads/\(branch)"
    if parents.isEmpty, try !upstream.gitText("for-each-ref", name).isEmpty {
      parents = ["\(name)^0"]
    }
    for (index, parent) in parents.enumerated() {
      stream += (index == 0 ? "from " : "merge ") + parent + "\n"
    }
    for (path, text) in files.sorted(by: { $0.key < $1.key }) {
      stream += "M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n"
    }
    try upstream.git("fast-import", "--quiet", "--force", input: Array(stream.utf8))
    return try upstream.gitText("rev-parse", "refs/heads/\(branch)")
  }

  /// Opens a merge request from a branch that changes these files.
  @discardableResult
  func open(_ branch: String, _ files: [String: String], daysAgo: Double = 1) async throws -> Int {
    try commit(branch, files, from: ["refs/heads/main"], daysAgo: daysAgo)
    return try await double.openMergeRequest(
      in: project, title: "Change \(branch)", source: branch,
      at: Self.now.addingTimeInterval(-daysAgo * 86400))
  }

  func target(
    path: String = "acme/shop", id: Int64? = nil, since: Date? = nil,
    silence: Duration = .seconds(60),
    token: String? = nil, resolved: @escaping @Sendable (Int64, String) -> Void = { _, _ in }
  ) -> SyncTarget {
    let secret = Secret(token ?? self.token)
    return SyncTarget(
      path: path, projectID: id, baseURL: double.baseURL, host: "double", lookbackDays: 30,
      since: since,
      http: HTTPConfiguration(
        userAgent: "test", connectTimeout: .seconds(5), silenceTimeout: silence),
      tokens: { _ in FixedToken(secret) }, resolved: { resolved($0.id, $0.path) })
  }

  func sync(
    _ targets: SyncTarget..., cancellation: Cancellation = Cancellation(),
    report: @escaping @Sendable (SyncEvent) -> Void = { _ in }
  ) async -> [SyncReport] {
    let service = SyncService(
      cache: cache, cancellation: cancellation, clock: { Self.now }, wait: { _ in })
    return await service.sync(
      targets.isEmpty ? [target()] : targets, jobs: 2, report: report)
  }

  /// Runs what blocks its thread on one of its own: the server in this process needs the shared ones to answer.
  func apart<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }

  /// Stats of the project's mirror, with a way to the server.
  func onlineStats(
    _ body: @escaping @Sendable (MirrorStats) throws -> MirrorStats.Comparison?
  ) async throws -> MirrorStats.Comparison? {
    let (project, directory, target) = (try cached(), directory.path, target())
    return try await apart {
      try body(
        MirrorStats(project, cacheDirectory: directory) {
          ContentDownload(target, cancellation: Cancellation(), wait: { _ in })
        })
    }
  }

  /// Syncs and returns what it brought.
  @discardableResult
  func syncWell() async throws -> SyncSummary {
    try await sync()[0].result.get()
  }

  func cached() throws -> CachedProject {
    guard let project = try cache.project(path: "acme/shop") else {
      throw CacheError.missing(path: "")
    }
    return project
  }

  func request(_ iid: Int) throws -> CachedMergeRequest {
    guard let request = try cache.mergeRequest(project: cached().id, iid: Int64(iid)) else {
      throw CacheError.missing(path: "!\(iid)")
    }
    return request
  }

  var mirror: MirrorDirectory {
    MirrorDirectory(cache: directory.path, host: "double", projectID: Int64(project))
  }
}
