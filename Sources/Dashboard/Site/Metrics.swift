import Cache
import Foundation
import Reports
import Settings

/// The numbers of the server in the text format of Prometheus (version 0.0.4).
struct Metrics {
  private let services: Services

  init(_ services: Services) { self.services = services }

  func text(at now: Date) throws -> String {
    let values = services.counters.values
    var text = ""
    func add(
      _ name: String, _ kind: String, _ help: String, _ samples: [(labels: String, value: String)]
    ) {
      guard !samples.isEmpty else { return }
      text += "# HELP sigsentry_\(name) \(help)\n# TYPE sigsentry_\(name) \(kind)\n"
      for sample in samples { text += "sigsentry_\(name)\(sample.labels) \(sample.value)\n" }
    }
    func count(_ name: String, _ help: String, _ value: Int) {
      add(name, "counter", help, [("", "\(value)")])
    }
    count("syncs_total", "Syncs of repositories that ended.", values.syncs)
    count("sync_failures_total", "Syncs of repositories that failed.", values.failures)
    count("api_requests_total", "Requests to GitLab's API.", values.apiRequests)
    count("received_bytes_total", "Bytes received from GitLab.", values.bytesReceived)
    count("webhooks_total", "Webhook events taken.", values.webhooks)
    count("analyses_total", "Analyses that ended.", values.analyses)
    add(
      "rate_limit_remaining", "gauge", "What was left of GitLab's rate limit at the last sync.",
      values.rateLimitRemaining.map { [("", "\($0)")] } ?? [])
    add(
      "cache_bytes", "gauge", "Bytes of the cache's database.",
      [("", "\(services.cache.byteCount)")])
    let statuses = try RepositoryStatuses(store: services.store, cache: services.cache)
    let repositories = try services.store.repositories()
    var ages: [(String, String)] = []
    var failed: [(String, String)] = []
    for setting in repositories {
      let labels =
        "{repository=\"\(Self.escaped(setting.path))\",gitlab=\"\(Self.escaped("\(setting.baseURL)"))\"}"
      let project = try services.cache.project(of: setting)
      if let syncedAt = project?.syncedAt {
        ages.append((labels, "\(Int(max(0, now.timeIntervalSince(syncedAt))))"))
      }
      failed.append((labels, try statuses.failure(of: setting, cached: project) == nil ? "0" : "1"))
    }
    add("repository_age_seconds", "gauge", "Seconds since the last sync that went well.", ages)
    add("repository_failed", "gauge", "Whether the last sync failed.", failed)
    return text
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
