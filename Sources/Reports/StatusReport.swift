import Cache
import Foundation
import Settings

/// One watched repository with what is cached of it.
public struct RepositoryStatus: Sendable {
  /// The path.
  public var path: String
  /// The instance.
  public var baseURL: String
  /// The connection's name; `nil` where it is read without a token.
  public var connection: String?
  /// Days that are kept ready.
  public var lookbackDays: Int
  /// Whether `sync` without a path visits it.
  public var isActive: Bool
  /// Whether it is in the settings at all.
  public var isWatched: Bool
  /// What the cache knows; `nil` before the first sync.
  public var project: CachedProject?
  /// The last sync, where it came to an end without the cache knowing of the project.
  public var attempt: SyncRun?
  /// Counts of it.
  public var counts: CacheStore.ProjectCounts?
  /// Whether the mirror holds the file contents of its window only; `nil` where there is none.
  public var isWindowOnly: Bool?

  /// Makes a status of its parts.
  public init(
    path: String, baseURL: String, connection: String?, lookbackDays: Int, isActive: Bool,
    isWatched: Bool = true, project: CachedProject?, attempt: SyncRun? = nil,
    counts: CacheStore.ProjectCounts?, isWindowOnly: Bool? = nil
  ) {
    self.path = path
    self.baseURL = baseURL
    self.connection = connection
    self.lookbackDays = lookbackDays
    self.isActive = isActive
    self.isWatched = isWatched
    self.project = project
    self.attempt = attempt
    self.counts = counts
    self.isWindowOnly = isWindowOnly
  }

  /// Why the last sync failed; `nil` where it went well or there was none.
  public var failure: String? { project?.failure ?? attempt?.failure }

  /// The JSON object.
  public var json: JSONValue {
    .object([
      ("repository", .string(path)), ("baseUrl", .string(baseURL)),
      ("connection", .optional(connection)),
      ("projectId", .optional(project.map { Int($0.projectID) })),
      ("lookbackDays", .integer(lookbackDays)), ("active", .bool(isActive)),
      ("syncedAt", .time(project?.syncedAt)),
      ("attemptedAt", .time(project?.attemptedAt ?? attempt?.startedAt)),
      ("failure", .optional(failure)),
      ("mergeRequests", .optional(counts?.mergeRequests)),
      ("incomplete", .optional(counts?.incomplete)), ("commits", .optional(counts?.commits)),
      ("files", .optional(counts?.files)),
      ("contents", .optional(isWindowOnly.map { $0 ? "window" : "all" })),
    ])
  }
}

/// The forms of `repos list` and `status`.
public enum StatusReport {
  /// The JSON object of `status`.
  public static func json(
    _ repositories: [RepositoryStatus], connections: [Connection]
  ) -> JSONValue {
    .object([
      ("repositories", .array(repositories.map(\.json))),
      ("connections", .array(connections.map(ConnectionReport.json))),
    ])
  }

  /// A table, a line a repository.
  ///
  /// - Parameter names: What they are called, where the list does not tell that.
  public static func text(
    _ repositories: [RepositoryStatus], names: RepositoryNames? = nil, at now: Date
  ) -> String {
    guard !repositories.isEmpty else {
      return "No repositories. 'sigsentry repos add GROUP/PROJECT' adds one.\n"
    }
    var table = TextTable(columns: [
      .left("repository"), .left("synced"), .right("days"), .right("MRs"), .right("no diff"),
      .right("commits"), .right("files"), .left("state"),
    ])
    let names = names ?? RepositoryNames(repositories.map { ($0.baseURL, $0.path) })
    for repository in repositories {
      let counts = repository.counts
      table.add([
        TerminalText.safe(names.name(of: repository.path, at: repository.baseURL)),
        repository.project?.syncedAt.map { age(of: $0, at: now) } ?? "never",
        "\(repository.lookbackDays)", counts.map { "\($0.mergeRequests)" } ?? "-",
        counts.map { "\($0.incomplete)" } ?? "-", counts.map { "\($0.commits)" } ?? "-",
        counts.map { "\($0.files)" } ?? "-", state(repository),
      ])
    }
    return table.text
  }

  private static func state(_ repository: RepositoryStatus) -> String {
    if let failure = repository.failure { return TerminalText.safe(failure) }
    let state =
      !repository.isWatched
      ? "cached only"
      : !repository.isActive
        ? "paused" : repository.project?.syncedAt == nil ? "not synced yet" : "ok"
    return repository.isWindowOnly == true ? state + ", window only" : state
  }

  /// How long ago, in the largest unit that fits: `5 min ago`.
  static func age(of date: Date, at now: Date) -> String {
    let seconds = max(0, now.timeIntervalSince(date))
    switch seconds {
    case ..<90: return "\(Int(seconds)) s ago"
    case ..<5400: return "\(Int(seconds / 60)) min ago"
    case ..<172_800: return "\(Int(seconds / 3600)) h ago"
    default: return "\(Int(seconds / 86400)) d ago"
    }
  }
}
