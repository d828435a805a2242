import Settings
import Sync
import Synchronization

/// What has happened since the server began, for `/metrics`.
final class Counters: Sendable {
  struct Values: Sendable {
    var syncs = 0
    var failures = 0
    var apiRequests = 0
    var bytesReceived = 0
    var rateLimitRemaining: Int?
    var webhooks = 0
    var analyses = 0
  }

  private let state = Mutex(Values())

  var values: Values { state.withLock { $0 } }

  func count(_ report: SyncReport) {
    state.withLock { values in
      values.syncs += 1
      switch report.result {
      case .success(let summary):
        values.apiRequests += summary.apiRequests
        values.bytesReceived += summary.bytesReceived
        values.rateLimitRemaining = summary.rateLimitRemaining ?? values.rateLimitRemaining
      case .failure: values.failures += 1
      }
    }
  }

  func countWebhook() { state.withLock { $0.webhooks += 1 } }
  func countAnalysis() { state.withLock { $0.analyses += 1 } }
}
