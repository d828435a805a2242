import Cache
import Credentials
import Foundation
import HTTP
import Settings
import Sync

/// What the routes work with.
struct Services: Sendable {
  let options: Dashboard.Options
  let store: SettingsStore
  let cache: CacheStore
  let configuration: Configuration
  let cancellation: Cancellation
  let workers = Workers()
  let sessions = Sessions()
  let keys: APIKeys
  let counters = Counters()
  let notices = Notices()
  let logins = PendingLogins()
  /// Wrong tokens of one address.
  let wrongLogins: RateLimiter
  let syncs: SyncCenter
  let analyses: AnalysisCenter

  init(
    options: Dashboard.Options, store: SettingsStore, cache: CacheStore, vault: Vault,
    provider: TokenProvider, cancellation: Cancellation,
    wait: @escaping @Sendable (Double) throws -> Void
  ) {
    self.options = options
    wrongLogins = RateLimiter(rate: 0.2, burst: 10, clock: options.clock)
    self.store = store
    self.cache = cache
    self.cancellation = cancellation
    configuration = Configuration(
      store: store, cache: cache, vault: vault, provider: provider, wait: wait,
      isOffline: options.isOffline)
    keys = APIKeys(store: store)
    let access = RepositoryAccess(store: store, provider: provider)
    syncs = SyncCenter(
      store: store, cache: cache, access: access,
      workers: workers, cancellation: cancellation, wait: wait, counters: counters,
      jobs: options.jobs)
    analyses = AnalysisCenter(
      store: store, cache: cache, workers: workers, counters: counters,
      download: { project in
        guard !options.isOffline else { return nil }
        return try access.contentDownload(for: project, cancellation: cancellation, wait: wait)
      })
  }

  /// Brings new repositories into the cache.
  func syncSoon(_ repositories: [RepositorySetting]) async {
    guard options.syncInterval != nil, !options.isOffline else { return }
    for repository in repositories where repository.isActive {
      await syncs.request(repository, cause: .person)
    }
  }

  /// Lets the syncs know of repositories that came and went.
  func noteChange(from before: [RepositorySetting], to after: [RepositorySetting]) async {
    let (old, new) = (Set(before.map(\.id)), Set(after.map(\.id)))
    for id in old.subtracting(new) { await syncs.forget(id) }
    await syncSoon(after.filter { !old.contains($0.id) })
  }
}
