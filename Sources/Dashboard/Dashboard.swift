import Cache
import Credentials
import Foundation
import HTTP
import Logging
import ServiceLifecycle
import Settings
import Sync
import UnixSignals

/// The web pages and the `/v1` API, with the syncs that run behind them.
public struct Dashboard: Service {
  /// How the dashboard is served.
  public struct Options: Sendable {
    /// Where it listens.
    public var listen: ListenAddress
    /// Where people find it, where that is another address.
    public var publicURL: PublicURL?
    /// What opens the pages; `nil` lets everybody in who reaches them.
    public var loginToken: Secret?
    /// What GitLab's webhooks bring along, besides API keys for them.
    public var webhookToken: Secret?
    /// Requests that one API key may make in a minute.
    public var requestsPerMinute = 600
    /// Seconds from one round of syncs to the next; `nil` syncs only when asked.
    public var syncInterval: Double?
    /// The most syncs at once.
    public var jobs = 4
    /// Whether no socket may be opened to a GitLab.
    public var isOffline = false
    /// The time by which requests are counted.
    var clock: @Sendable () -> ContinuousClock.Instant = { .now }

    /// The defaults for an address.
    public init(listen: ListenAddress) { self.listen = listen }

    /// Whether browsers reach it over TLS.
    var isSecure: Bool { publicURL?.isSecure ?? false }

    /// Whether people other than those at this machine may reach the pages, so that a login is needed.
    public var isExposed: Bool {
      !listen.isLoopback || publicURL.map { !$0.isLoopback } ?? false
    }
  }

  private let services: Services
  private let server: WebServer
  private let started: @Sendable (Int) async -> Void

  /// Seconds between two signs of life to those who listen.
  private static let heartbeat = Duration.seconds(15)
  /// Seconds that what runs is given to end.
  private static let patience = Duration.seconds(10)

  /// - Parameters:
  ///   - cache: Open for writing, unless offline.
  ///   - cancellation: Switched on when the dashboard ends.
  ///   - wait: Waits so many seconds before a request to GitLab is tried again; throws to end that.
  ///   - started: Told the port once requests are taken.
  public init(
    options: Options, store: SettingsStore, cache: CacheStore, vault: Vault,
    provider: TokenProvider, cancellation: Cancellation,
    wait: @escaping @Sendable (Double) throws -> Void,
    started: @escaping @Sendable (Int) async -> Void
  ) {
    services = Services(
      options: options, store: store, cache: cache, vault: vault, provider: provider,
      cancellation: cancellation, wait: wait)
    self.started = started
    server = WebServer(services: services)
  }

  /// Serves until a signal to end comes, and ends in good order.
  ///
  /// - Throws: ``DashboardError``, ``SettingsError``.
  public func runUntilSignalled() async throws {
    var logger = Logger(label: "dashboard") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    var configuration = ServiceGroupConfiguration(
      services: [
        .init(
          service: self, successTerminationBehavior: .gracefullyShutdownGroup,
          failureTerminationBehavior: .cancelGroup)
      ], gracefulShutdownSignals: [.sigint, .sigterm], logger: logger)
    configuration.maximumGracefulShutdownDuration = Self.patience
    try await ServiceGroup(configuration: configuration).run()
  }

  /// Serves until the task is cancelled or the group that it runs in shuts down.
  public func run() async throws {
    let presence = try ServerPresence(directory: services.store.directory)
    // It has to live to the end: what is used no more may be freed before.
    defer { withExtendedLifetime(presence) {} }
    // Where another server runs, they may be its own.
    let left = presence.isAlone ? try services.store.unansweredAnalyses() : []
    services.workers.start()
    let outcome: Result<Void, any Error>
    do {
      try await withGracefulShutdownHandler {
        try await serve(givingUp: left, among: presence)
      } onGracefulShutdown: {
        services.cancellation.cancel()
        services.syncs.board.close()
      }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    services.cancellation.cancel()
    services.syncs.board.close()
    await services.syncs.drain()
    await services.analyses.drain()
    try await services.workers.stop()
    if case .failure(let error) = outcome, !(error is CancellationError) { throw error }
  }

  private func serve(
    givingUp left: [StoredAnalysis.ID], among presence: ServerPresence
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await server.run { port in
          await giveUp(left)
          presence.share()
          await started(port)
        }
      }
      group.addTask { await keepFresh() }
      group.addTask { await beat() }
      // Only the server ends by itself; the others wait for its end.
      for try await _ in group.prefix(1) { break }
      group.cancelAll()
    }
  }

  /// Notes that analyses have no answer. Where that cannot be written now, the next start does.
  private func giveUp(_ analyses: [StoredAnalysis.ID]) async {
    try? await services.workers.onDisk { [store = services.store] in
      for id in analyses {
        try store.failAnalysis(
          id, reason: "The server ended before it was answered. Run it again.", at: Date())
      }
    }
  }

  /// Requests a sync of all repositories, round after round.
  private func keepFresh() async {
    guard let interval = services.options.syncInterval, !services.options.isOffline else {
      return await Self.sleep(.seconds(1 << 30))
    }
    while !Task.isCancelled {
      let repositories = try? await services.workers.onDisk { [store = services.store] in
        try store.repositories(activeOnly: true)
      }
      for repository in repositories ?? [] {
        await services.syncs.request(repository, cause: .schedule)
      }
      await Self.sleep(.seconds(interval))
    }
  }

  private func beat() async {
    while !Task.isCancelled {
      await Self.sleep(Self.heartbeat)
      services.syncs.board.beat()
    }
  }

  /// Sleeps until then or until the task is cancelled.
  private static func sleep(_ duration: Duration) async {
    try? await Task.sleep(for: duration)
  }
}
