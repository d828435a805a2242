import Cache
import Correlation
import Foundation
import Reports
import Settings
import Sync

/// Answers questions in the background, one after the other on threads of their own.
actor AnalysisCenter {
  private let store: SettingsStore
  private let cache: CacheStore
  private let workers: Workers
  private let counters: Counters
  private let download: @Sendable (CachedProject) throws -> ContentDownload?
  private var waiting = 0
  private var tasks: [StoredAnalysis.ID: Task<Void, Never>] = [:]

  /// The most questions that wait.
  static let maximumWaiting = 50

  /// - Parameter download: How what the mirror of a project lacks is fetched; `nil` where it cannot be.
  init(
    store: SettingsStore, cache: CacheStore, workers: Workers, counters: Counters,
    download: @escaping @Sendable (CachedProject) throws -> ContentDownload?
  ) {
    self.store = store
    self.cache = cache
    self.workers = workers
    self.counters = counters
    self.download = download
  }

  /// Takes a question; its answer comes later.
  ///
  /// - Throws: ``WebFailure`` where too many wait or a name is unknown; ``SettingsError``.
  func submit(_ question: AnalysisQuestion) async throws -> StoredAnalysis {
    guard waiting < Self.maximumWaiting else {
      throw WebFailure(
        .rateLimited, "Too many analyses are waiting.", hint: "Wait until some are answered.")
    }
    waiting += 1
    let analysis: StoredAnalysis
    do {
      analysis = try await workers.onDisk { [self] in
        try checkNames(question)
        return try store.insertAnalysis(
          question: String(decoding: question.json.line, as: UTF8.self),
          symptom: question.symptom, at: Date())
      }
    } catch {
      waiting -= 1
      throw error
    }
    tasks[analysis.id] = Task {
      await answer(question, id: analysis.id)
      finished(analysis.id)
    }
    return analysis
  }

  /// Waits until what was begun has ended.
  func drain() async {
    while let task = tasks.values.first { await task.value }
  }

  private func finished(_ id: StoredAnalysis.ID) {
    waiting -= 1
    tasks[id] = nil
    counters.countAnalysis()
  }

  /// Names that neither the settings nor the cache know are slips of the finger.
  private nonisolated func checkNames(_ question: AnalysisQuestion) throws {
    var failures: [FieldFailure] = []
    let settings = try store.repositories()
    var seen: Set<String> = []
    // Of a path that two instances have, the address tells which one is meant.
    let all = try
      (settings.map { (baseURL: "\($0.baseURL)", path: $0.path) }
      + cache.projects().map { (baseURL: $0.baseURL, path: $0.path) })
      .filter {
        seen.insert(RepositoryNames.address(of: $0.path, at: $0.baseURL).lowercased()).inserted
      }
    let (known, addresses) = (Set(all.map { $0.path.lowercased() }), seen)
    for (index, path) in question.repositories.enumerated()
    where !known.contains(path.lowercased()) && !addresses.contains(path.lowercased())
      && (try? CachedProjectLookup.project(path, in: cache)) == nil
    {
      let nearest = NearestPath.suggest(for: path, among: all.map(\.path)).map {
        RepositoryNames.choices(of: $0, among: all)
      }
      failures.append(
        FieldFailure(
          "repositories[\(index)]", SettingsError.unknownRepository(path).summary,
          hint: nearest.map { "Did you mean \($0)?" }))
    }
    let mappings = Set(try store.mappings().map(\.service))
    let names = Set(known.compactMap { $0.split(separator: "/").last.map(String.init) })
    for (index, service) in question.services.enumerated()
    where !mappings.contains(service) && !names.contains(service.lowercased()) {
      let nearest = NearestPath.suggest(for: service, among: mappings.sorted())
      failures.append(
        FieldFailure(
          "services[\(index)]", SettingsError.unknownService(service).summary,
          hint: nearest.map { "Did you mean \($0)?" }))
    }
    guard failures.isEmpty else { throw WebFailure(fields: failures) }
  }

  private nonisolated func answer(
    _ question: AnalysisQuestion, id: StoredAnalysis.ID
  ) async {
    do {
      try await workers.analyzing { [store, cache, download] in
        try store.beginAnalysis(id)
        let answer = try AnswerWriter(store: store, cache: cache, download: download)
          .answer(question)
        try store.finishAnalysis(
          id, status: answer.isPartial ? .partial : .complete, answer.forms, at: Date())
      }
    } catch {
      let failure = WebFailure(error)
      let reason = [failure.message, failure.hint].compactMap { $0 }.joined(separator: " ")
      try? await workers.onDisk { [store] in
        try store.failAnalysis(id, reason: reason, at: Date())
      }
    }
  }
}
