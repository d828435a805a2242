import Cache
import Correlation
import Foundation
import Mirror
import Settings

/// Finds where a symptom's cause is to be looked for, and notes what a reader of the answer should know of that.
public struct AnalysisScopes {
  /// Why it is not clear where to look.
  public struct Failure: Error, Sendable, Equatable {
    /// What is wrong, a sentence.
    public var summary: String
    /// What to do, a sentence.
    public var hint: String

    init(summary: String, hint: String) {
      self.summary = summary
      self.hint = hint
    }

    init(unsynced repository: String) {
      self.init(
        summary: "The repository \(repository) was never synced.",
        hint: "Run 'sigsentry sync \(repository)'.")
    }
  }

  let cache: CacheStore
  let projects: [CachedProject]
  let settings: SettingsStore?
  /// Where to look.
  public internal(set) var found: [AnalysisScope] = []
  /// How the question was understood, sentences.
  public internal(set) var notes: [String] = []
  /// What the answer lacks, sentences.
  public internal(set) var shortfalls: [String] = []
  /// Whether a repository was left out that was asked for.
  public var leavesOut: Bool { !unreached.isEmpty }

  /// The directories that services are mapped to.
  var directories: [MappedDirectory] = []
  /// Why what was asked for cannot be looked at.
  var unreached: [Failure] = []
  /// A cache that is older than this at the time of the incident may lack the culprit.
  private static let staleSeconds = 3600.0
  /// The most repositories that get a note of one kind.
  private static let mostNotes = 3

  /// Looks where is named, else where the symptom's services lead, else everywhere.
  ///
  /// - Parameter settings: `nil` where there are none yet.
  /// - Throws: ``Failure``, ``CachedProjectLookup/Failure``, `CacheError`, `SettingsError`.
  public init(
    cache: CacheStore, settings: SettingsStore?, repositories: [String], services: [String],
    symptom: Symptom
  ) throws {
    self.cache = cache
    self.settings = settings
    projects = try cache.projects().filter { $0.syncedAt != nil }
    for service in Self.distinct(services) { try add(asked: service) }
    for path in Self.distinct(repositories) { try add(repository: path) }
    if let first = unreached.first {
      guard !found.isEmpty else { throw first }
      shortfalls += unreached.map { "\($0.summary) It was left out. \($0.hint)" }
    }
    if found.isEmpty { try addServices(of: symptom) }
    if found.isEmpty { try addAll() }
    found = Self.joined(found)
    if symptom.isSkimmed {
      notes.append(
        "The symptom is so long that its middle was read for stack traces alone, not for words, paths and log lines."
      )
    }
  }

  // MARK: Repositories

  private mutating func add(repository text: String) throws {
    do {
      let project = try CachedProjectLookup.project(text, in: cache)
      guard project.syncedAt != nil else { throw Failure(unsynced: text) }
      // A service's part of the repository is the narrower answer.
      if !found.contains(where: { $0.project.id == project.id }) {
        found.append(AnalysisScope(project: project))
      }
    } catch let failure as Failure {
      unreached.append(failure)
    } catch CachedProjectLookup.Failure.unknown(let name, let nearest) {
      guard try isConfigured(text) else {
        throw CachedProjectLookup.Failure.unknown(name, nearest: nearest)
      }
      unreached.append(Failure(unsynced: text))
    }
  }

  private func isConfigured(_ text: String) throws -> Bool {
    let name = text.lowercased()
    return try settings?.repositories().contains {
      $0.path.lowercased() == name
        || RepositoryNames.address(of: $0.path, at: "\($0.baseURL)").lowercased() == name
    } ?? false
  }

  /// Looks at all that was synced, and tells what was not.
  private mutating func addAll() throws {
    found = projects.map { AnalysisScope(project: $0) }
    guard !found.isEmpty else {
      throw Failure(
        summary: "No repository in the cache has been synced.",
        hint: "Run 'sigsentry repos add PATH' and 'sigsentry sync'.")
    }
    let configured = try settings?.repositories(activeOnly: true) ?? []
    let names = RepositoryNames(configured.lazy.map { ("\($0.baseURL)", $0.path) })
    let missing = try configured.filter { try cache.project(of: $0)?.syncedAt == nil }
      .map { names.name(of: $0.path, at: "\($0.baseURL)") }
    guard let first = missing.first else { return }
    if missing.count == 1 {
      shortfalls.append(
        "\(first) was never synced, and not looked at: 'sigsentry sync \(first)' brings it.")
      return
    }
    let shown = missing.prefix(Self.mostNotes).joined(separator: ", ")
    let more =
      missing.count > Self.mostNotes ? " and \(missing.count - Self.mostNotes) more" : ""
    shortfalls.append(
      "\(shown)\(more) were never synced, and not looked at: 'sigsentry sync' brings them.")
  }

  private static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  /// Each branch of a project once: a whole project takes in its parts, and parts are looked at together.
  private static func joined(_ scopes: [AnalysisScope]) -> [AnalysisScope] {
    var joined: [AnalysisScope] = []
    for scope in scopes {
      let same = joined.firstIndex {
        $0.project.id == scope.project.id && branch(of: $0) == branch(of: scope)
      }
      guard let same else {
        joined.append(scope)
        continue
      }
      let isWhole = joined[same].pathPrefixes.isEmpty || scope.pathPrefixes.isEmpty
      joined[same].pathPrefixes =
        isWhole ? [] : distinct(joined[same].pathPrefixes + scope.pathPrefixes)
    }
    return joined
  }

  private static func branch(of scope: AnalysisScope) -> String? {
    scope.branch ?? scope.project.defaultBranch
  }

  // MARK: Revisions and windows

  /// Whether one of the repositories has a revision.
  public func have(_ revision: String) -> Bool {
    found.contains { has(revision, $0) }
  }

  private func has(_ revision: String, _ scope: AnalysisScope) -> Bool {
    (try? repository(of: scope.project)?.resolveCommit(revision)) != nil
  }

  /// Leaves out the repositories that do not have a revision, where others do.
  public mutating func keep(having revision: String) throws {
    guard found.count > 1 else { return }
    let having = found.filter { has(revision, $0) }
    guard !having.isEmpty, having.count < found.count else { return }
    let gone = found.count - having.count
    found = having
    notes.append(
      "\(gone) \(gone == 1 ? "repository does" : "repositories do") not have the revision \(revision) and \(gone == 1 ? "was" : "were") left out."
    )
  }

  /// Tells where the cache does not reach over the window, and where the last sync failed.
  public mutating func checkWindow(from start: Date, until end: Date) {
    let names = RepositoryNames(of: found.lazy.map(\.project))
    var short: [(name: String, since: Date)] = []
    var stale: [(name: String, syncedAt: Date)] = []
    var failed: [CachedProject] = []
    var seen: Set<Int64> = []
    for project in found.map(\.project) where seen.insert(project.id).inserted {
      if project.failure != nil { failed.append(project) }
      let name = names.name(of: project)
      if let listed = project.listedSince, listed > start.addingTimeInterval(60) {
        short.append((name, listed))
      }
      if let synced = project.syncedAt, end.timeIntervalSince(synced) > Self.staleSeconds {
        stale.append((name, synced))
      }
    }
    for (name, listed) in short.prefix(Self.mostNotes) {
      shortfalls.append(
        "The cache has the merge requests of \(name) since \(UTCTime.text(listed)) alone: 'sigsentry sync \(name) --since \(UTCTime.text(start))' brings more."
      )
    }
    if short.count > Self.mostNotes {
      shortfalls.append(
        "So it is with \(Count.of(short.count - Self.mostNotes, "more repository", "more repositories"))."
      )
    }
    stale.sort { ($0.syncedAt, $0.name) < ($1.syncedAt, $1.name) }
    for (name, synced) in stale.prefix(Self.mostNotes) {
      shortfalls.append(
        "\(name) was synced last at \(UTCTime.text(synced)): what was merged since then is not known."
      )
    }
    if let next = stale.dropFirst(Self.mostNotes).first {
      shortfalls.append(
        "So it is with \(Count.of(stale.count - Self.mostNotes, "more repository", "more repositories")), synced at \(UTCTime.text(next.syncedAt)) or later."
      )
    }
    for project in failed.prefix(Self.mostNotes) {
      guard let failure = project.failure, let syncedAt = project.syncedAt else { continue }
      shortfalls.append(
        "The last sync of \(names.name(of: project)) failed (\(failure)); the answer stands on what it had at \(UTCTime.text(syncedAt))."
      )
    }
    if failed.count > Self.mostNotes {
      shortfalls.append(
        "So did that of \(failed.count - Self.mostNotes) more; 'sigsentry status' tells of each.")
    }
  }

  // MARK: Weights

  /// The weights that were fitted to the one repository that is looked at; a note where they do not count any more.
  public static func weights(
    for query: AnalysisQuery, in cache: CacheStore, notes: inout [String]
  ) -> FittedWeights? {
    let path = query.scopes.first?.project.path ?? ""
    let fitted: FittedWeights?
    do {
      fitted = try FittedWeights.stored(for: query, in: cache)
    } catch {
      notes.append(
        "The weights that were fitted to \(path) cannot be read and do not count: run 'sigsentry backtest \(path) --fit' again."
      )
      return nil
    }
    guard let fitted else { return nil }
    if fitted.isUsable { return fitted }
    notes.append(
      "The weights that were fitted to \(path) are for rules of version \(fitted.algorithm) and do not count: run 'sigsentry backtest \(path) --fit' again."
    )
    return nil
  }
}
