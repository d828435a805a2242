import Foundation
import Pages
import TestSupport

/// Every page in every state that looks different, made of made-up values.
struct SamplePages {
  /// What is put around every text that comes from elsewhere.
  var dressing: @Sendable (String) -> String = { $0 }

  static let now = Date(timeIntervalSince1970: 1_777_107_600)

  var shell: Shell {
    Shell(
      csrfToken: text("3f9c1d"), isLoggedIn: true,
      notices: [
        Notice(
          kind: .success, text: text("Saved."),
          details: [text("group/new was added"), text("Lookback is 60 days, was 30")])
      ], connectionsInNeed: 1, now: Self.now)
  }

  func text(_ text: String) -> String { dressing(text) }

  func ago(_ minutes: Double) -> Date { Self.now.addingTimeInterval(-minutes * 60) }

  /// All pages, by name.
  var all: [(name: String, html: HTML)] {
    let quiet = Shell(csrfToken: "3f9c1d", isLoggedIn: true, now: Self.now)
    let offline = Shell(csrfToken: "3f9c1d", isOffline: true, now: Self.now)
    var pages = accessPages(quiet) + codeReposPages(quiet, offline: offline)
    pages += syncPages(quiet, offline: offline)
    pages += repositoryPages(quiet) + analysisPages(quiet)
    return pages
  }

  // MARK: Access and settings

  private func accessPages(_ quiet: Shell) -> [(name: String, html: HTML)] {
    let permissions = ["config:read", "config:write", "analysis:read", "analysis:create"].map {
      SettingsPage.Permission(name: $0, meaning: "may \($0)", isChosen: $0.hasSuffix("read"))
    }
    let key = APIKeySummary(
      id: text("k1"), name: text("Pager bot"), prefix: text("ss_secret_ab12"),
      permissions: [text("analysis:create"), "analysis:read"], createdAt: ago(90_000),
      lastUsedAt: ago(3))
    var revoked = key
    revoked.id = "k2"
    revoked.revokedAt = ago(600)
    revoked.lastUsedAt = nil
    let hook = "https://sigsentry.example.com/hooks/gitlab"
    return [
      ("login", LoginPage().html(in: Shell(csrfToken: "x", now: Self.now))),
      (
        "login-wrong",
        LoginPage(next: text("/sync"), error: text("This is not the token."))
          .html(in: Shell(csrfToken: "x", now: Self.now))
      ),
      (
        "error",
        ErrorPage(
          status: 404, title: text("There is no such page"),
          message: text("No repository 12 is watched."), remedy: text("See Code Repos."),
          requestID: text("7f3a")
        ).html(in: quiet)
      ),
      (
        "leaving",
        LeavingPage(
          address: "https://gitlab.example.com/oauth/authorize?client_id=" + text("abc"),
          baseURL: text("https://gitlab.example.com")
        ).html(in: quiet)
      ),
      (
        "settings",
        SettingsPage(
          keys: [key, revoked], permissions: permissions, newSecret: text("ss_secret_ab12cd34ef56"),
          name: text("Pager"), errors: [.permission: text("Tick at least one.")],
          webhookURL: text(hook), hasWebhookToken: false, openAPIURL: "/v1/openapi.json"
        ).html(in: shell)
      ),
      (
        "settings-empty",
        SettingsPage(
          permissions: permissions, webhookURL: hook, hasWebhookToken: true,
          openAPIURL: "/v1/openapi.json"
        ).html(in: quiet)
      ),
    ]
  }

  // MARK: Code Repos

  func repository(_ id: Int64, _ path: String) -> RepositorySummary {
    RepositorySummary(
      id: id, path: text(path), syncedAt: ago(Double(id) * 7), mergeRequests: 1_204, incomplete: 3)
  }

  var connection: ConnectionSummary {
    ConnectionSummary(
      id: 1, name: text("example"), baseURL: text("https://gitlab.example.com"),
      authentication: .oauth, userName: text("ada"), displayName: text("Ada Lovelace"),
      scopes: [text("read_api"), "read_repository"], health: .ok,
      gitlabVersion: text("18.2.0-ee"), checkedAt: ago(5),
      repositories: [
        repository(1, "platform/checkout-api"), repository(2, "platform/payments/ledger"),
        RepositorySummary(
          id: 3, path: text("platform/search"), isActive: true,
          failure: text("404: not found, or not visible to the token. Check the path for a typo.")),
        RepositorySummary(id: 4, path: text("web/storefront"), isActive: false),
      ], mappings: 2)
  }

  var refused: ConnectionSummary {
    ConnectionSummary(
      id: 2, name: text("gitlab-com"), baseURL: "https://gitlab.com",
      authentication: .personalAccessToken, userName: text("grace"),
      displayName: text("Grace Hopper"), tokenName: text("sigsentry laptop"),
      scopes: ["read_api", "read_repository"], expiresAt: ago(-9 * 1440),
      health: .needsReauthorization(since: ago(130)))
  }

  private func codeReposPages(_ quiet: Shell, offline: Shell) -> [(name: String, html: HTML)] {
    var expiring = refused
    expiring.health = .ok
    expiring.id = 3
    let mapping = ConnectionPage.MappingRow(
      service: text("checkout-api"), repository: text("platform/checkout-api"),
      pathPrefix: text("services/api"), branch: text("release"),
      errors: [.repository: text("It is not in the list above.")])
    return [
      ("repos-empty", CodeReposPage(connections: []).html(in: quiet)),
      (
        "repos",
        CodeReposPage(
          connections: [connection, refused, expiring],
          unconnected: [repository(9, "gitlab-org/gitlab-runner")]
        ).html(in: shell)
      ),
      ("connect", connectForm().html(in: quiet)),
      (
        "connect-token",
        connectForm(
          method: .token,
          errors: [
            .token: text("401: GitLab does not take the token."), .baseURL: text("No host."),
          ]
        ).html(in: offline)
      ),
      (
        "reauthorize",
        ConnectPage(
          reauthorizing: refused, method: .token,
          callbackURL: text("http://127.0.0.1:8787/oauth/callback")
        ).html(in: quiet)
      ),
      (
        "connection",
        ConnectionPage(
          connection: connection,
          repositories: text("platform/checkout-api\nplatform/payments/ledger\nplatfrom/search"),
          lookbackDays: text("400"), mappings: [mapping, mapping],
          checks: [
            .init(
              line: text("platform/checkout-api"), mark: .ok, reason: text("1,204 merge requests")),
            .init(line: text("platform/payments/ledger"), mark: .warning, reason: text("archived")),
            .init(
              line: text("platfrom/search"), mark: .failed,
              reason: text(
                "404: not found, or not visible to the token. Check the path for a typo.")),
          ],
          errors: [
            .lookbackDays: text("Give 1 to 365 days."),
            .repositories: text("One line is not usable."),
          ]
        ).html(in: shell)
      ),
      (
        "connection-new",
        ConnectionPage(
          connection: refused, repositories: "", lookbackDays: "30"
        ).html(in: quiet)
      ),
      (
        "confirm",
        ConfirmPage(
          question: text("Remove the connection example?"),
          consequences: [
            text("Its token is deleted."), text("4 repositories are no longer synced."),
          ],
          button: "Remove", action: .disconnect(1), cancel: .codeRepos,
          choice: .init(name: "revoke", label: "Also revoke the token on GitLab")
        ).html(in: quiet)
      ),
    ]
  }

  private func connectForm(
    method: ConnectPage.Method = .oauth, errors: [ConnectPage.Field: String] = [:]
  ) -> ConnectPage {
    ConnectPage(
      isGitLabCom: errors.isEmpty, baseURL: text("https://gitlab.example.com"),
      name: text("example"), method: method, clientID: text("5fd1"),
      callbackURL: text("http://127.0.0.1:8787/oauth/callback"), errors: errors)
  }

  // MARK: Sync

  private func syncPages(_ quiet: Shell, offline: Shell) -> [(name: String, html: HTML)] {
    let result = text("12 merge requests, 40 diffs, 3.2 MB")
    let running = [
      RepositoryProgress(
        id: 1, path: text("platform/checkout-api"), phase: .fetching, done: 12_345, total: 28_000,
        bytes: 8_300_000, bytesPerSecond: 3_210_000, perSecond: 4_801, secondsLeft: 7.2,
        lastResult: result, lastEndedAt: ago(600)),
      RepositoryProgress(
        id: 2, path: text("platform/payments/ledger"), phase: .listing, done: 300),
      RepositoryProgress(id: 3, path: text("platform/search"), phase: .waiting),
      RepositoryProgress(
        id: 4, path: text("web/storefront"), phase: .failed,
        lastResult: text("404: not found, or not visible to the token"), lastEndedAt: ago(1)),
      RepositoryProgress(
        id: 5, path: text("web/admin"), phase: .done, lastResult: result, lastEndedAt: ago(0.2)),
    ]
    let runs = [
      SyncRun(
        startedAt: ago(600), seconds: 42.3, trigger: text("by hand"), repositories: 5,
        mergeRequests: 120, diffs: 430, bytes: 48_200_000,
        failures: [.init(repository: text("platform/search"), reason: text("404: not found"))]),
      SyncRun(
        startedAt: ago(2_040), seconds: 3.9, trigger: "webhook", repositories: 1, mergeRequests: 1,
        diffs: 1, bytes: 12_345),
    ]
    let idle = running.map {
      RepositoryProgress(
        id: $0.id, path: $0.path, phase: $0.id == 3 ? .paused : .idle, lastResult: $0.lastResult,
        lastEndedAt: $0.lastEndedAt)
    }
    return [
      ("sync", SyncPage(isRunning: true, repositories: running, runs: runs).html(in: quiet)),
      ("sync-idle", SyncPage(isRunning: false, repositories: idle).html(in: offline)),
      ("sync-empty", SyncPage(isRunning: false).html(in: quiet)),
    ]
  }

  // MARK: Repositories

  func details(syncedAt: Date?) -> RepositoryDetails {
    RepositoryDetails(
      id: 1, path: text("platform/checkout-api"), baseURL: "https://gitlab.example.com",
      webURL: text("https://gitlab.example.com/platform/checkout-api"),
      defaultBranch: text("main"), lookbackDays: 30, windowStart: ago(30 * 1440),
      syncedAt: syncedAt, failure: syncedAt == nil ? text("5xx: GitLab has trouble") : nil,
      incomplete: syncedAt == nil ? 0 : 2, commits: 3_401)
  }

  /// Merge requests of a month, the same in every run.
  func mergeRequests(_ count: Int) -> [MergeRequestRow] {
    var random = SeededGenerator(seed: 7)
    let authors = ["Ada Lovelace", "Grace Hopper", "Edsger Dijkstra", "Barbara Liskov"]
    return (1...count).map { number in
      let size = Double.random(in: 0...9, using: &random)
      let lines = Int(size * size * size * 4)
      let isMerged = number % 5 != 0
      return MergeRequestRow(
        iid: Int64(number), title: text("Take the pool's lock before counting \(number)"),
        state: isMerged ? "merged" : "opened", isDraft: number % 17 == 0,
        author: number % 31 == 0 ? nil : text(authors[number % authors.count]),
        updatedAt: ago(Double(number) * 40),
        mergedAt: isMerged ? ago(Double(number * 43_000) / Double(count)) : nil,
        targetBranch: text("main"), files: number % 23 == 0 ? nil : 1 + lines / 40,
        additions: lines, deletions: lines / 3,
        incomplete: number % 23 == 0 ? text("the head commit is gone from the server") : nil)
    }
  }

  /// Changed files in a few directories, the largest first.
  func churn(_ count: Int) -> [ChurnRow] {
    let places = [
      "src/pool", "src/http", "src/billing/tax", "test", "docs", "deploy/helm", "web/app",
    ]
    return (1...count).map { number in
      ChurnRow(
        name: text("\(places[number * number % places.count])/file_\(number).swift"),
        mergeRequests: 1 + 40 / number, additions: 9_000 / number, deletions: 3_000 / number)
    }
  }

  /// Files of one merge request in git's order.
  func files(_ count: Int) -> [FileRow] {
    (1...count).map { number in
      FileRow(
        path: text("vendor/module_\(number / 50)/generated/file_\(number).go"),
        oldPath: number % 40 == 0 ? text("vendor/old/file_\(number).go") : nil,
        status: number % 40 == 0 ? "renamed" : number % 3 == 0 ? "added" : "modified",
        additions: number % 90 == 0 ? nil : number * 7 % 131,
        deletions: number % 90 == 0 ? nil : number * 3 % 41, isEstimate: number % 200 == 0)
    }
  }

  func repositoryPage(_ count: Int, query: MergeRequestQuery = .init()) -> RepositoryPage {
    let requests = mergeRequests(count)
    return RepositoryPage(
      repository: details(syncedAt: ago(12)), query: query, mergeRequests: requests,
      files: churn(count), authors: churn(4), days: ChurnDay.days(of: requests))
  }

  func mergeRequestPage(_ count: Int) -> MergeRequestPage {
    MergeRequestPage(
      repository: details(syncedAt: ago(12)), mergeRequest: mergeRequests(1)[0],
      description: text("Counts were wrong.\n\n- lock first\n- count then"),
      webURL: text("https://gitlab.example.com/platform/checkout-api/-/merge_requests/1"),
      labels: [text("bug"), text("backend")], sourceBranch: text("ada/pool"),
      createdAt: ago(4_000), baseSHA: String(repeating: "a1", count: 20),
      headSHA: String(repeating: "b2", count: 20), landedSHA: String(repeating: "c3", count: 20),
      files: count == 0 ? [] : files(count),
      versions: [
        .init(
          headSHA: String(repeating: "b2", count: 20), baseSHA: String(repeating: "a1", count: 20),
          createdAt: ago(100)),
        .init(
          headSHA: String(repeating: "d4", count: 20), baseSHA: String(repeating: "a1", count: 20)),
      ])
  }

  private func repositoryPages(_ quiet: Shell) -> [(name: String, html: HTML)] {
    var gone = mergeRequestPage(0)
    gone.mergeRequest.incomplete = text("the head commit is gone from the server")
    let narrow = MergeRequestQuery([
      (name: "state", value: "merged"), ("q", "pool"), ("sort", "churn"), ("dir", "src"),
    ])
    let nothing = MergeRequestQuery([
      (name: "q", value: text("nothing is like that")), ("author", text("Nobody")),
      ("dir", text("nowhere")),
    ])
    return [
      ("repository", repositoryPage(120).html(in: quiet)),
      ("repository-filtered", repositoryPage(40, query: narrow).html(in: quiet)),
      ("repository-nothing", repositoryPage(40, query: nothing).html(in: quiet)),
      (
        "repository-new",
        RepositoryPage(repository: details(syncedAt: nil), query: .init()).html(in: quiet)
      ),
      (
        "repository-empty",
        RepositoryPage(repository: details(syncedAt: ago(3)), query: .init()).html(in: quiet)
      ),
      ("merge-request", mergeRequestPage(60).html(in: quiet)),
      ("merge-request-cut", mergeRequestPage(1_200).html(in: quiet)),
      ("merge-request-gone", gone.html(in: quiet)),
      ("merge-request-empty", mergeRequestPage(0).html(in: quiet)),
    ]
  }

  // MARK: Analyses

  private func suspect(_ rank: Int) -> SuspectDetails {
    SuspectDetails(
      repository: text("platform/checkout-api"), repositoryID: rank == 3 ? nil : 1,
      iid: Int64(120 + rank), title: text("Take the pool's lock before counting"),
      author: rank == 2 ? nil : text("Ada Lovelace"), mergedAt: ago(300),
      webURL: text("https://gitlab.example.com/platform/checkout-api/-/merge_requests/121"),
      score: 0.83 / Double(rank), confidence: 0.71 / Double(rank),
      explanation: text(
        "It changed line 214 of src/pool.c, where the symptom's first frame lies. It also was merged 40 minutes before."
      ),
      file: text("src/pool.c"), function: text("pool_take"),
      evidence: [
        .init(
          file: text("src/pool.c"), line: 214, weight: 2.4,
          text: text("changed the line of the crash")),
        .init(
          file: "", weight: 0.8,
          text: text("its title shares “pool” with the message")),
        .init(file: "", weight: -0.3, text: text("is large")),
      ],
      snippet: (210...218).map {
        .init(
          number: $0,
          text: text("  if (pool->free < count) return pool_grow(pool, count - pool->free); "),
          isChanged: (213...216).contains($0), isNamed: $0 == 214)
      })
  }

  private func summary(_ status: AnalysisSummary.Status) -> AnalysisSummary {
    AnalysisSummary(
      id: text("a1"), description: text("Checkout returns 500 since noon"), status: status,
      createdAt: ago(4), from: ago(64), until: ago(4),
      repositories: [text("platform/checkout-api")],
      suspect: status == .complete ? text("platform/checkout-api!121 Take the pool's lock") : nil,
      confidence: status == .complete ? 0.71 : nil)
  }

  private var answer: AnalysisAnswer {
    AnalysisAnswer(
      at: ago(4), lookbackDays: 30, suspects: [suspect(1), suspect(2), suspect(3)],
      hasGoodSuspect: true, candidates: 57, frames: 4,
      exonerated: [
        .init(
          repository: text("platform/checkout-api"), iid: 99, title: text("Speed up"),
          reason: text("it was reverted by 1234abcd before the incident"))
      ], revisions: [text("platform/checkout-api"): String(repeating: "e5", count: 20)],
      pathPrefixes: [text("platform/checkout-api"): [text("src/cart"), "lib"]])
  }

  private func analysisPages(_ quiet: Shell) -> [(name: String, html: HTML)] {
    var none = answer
    none.suspects = []
    none.hasGoodSuspect = false
    none.explanation = text("No merge request of the window touched a file of the symptom.")
    let statuses: [AnalysisSummary.Status] = [.pending, .processing, .complete, .partial, .failed]
    let trace = "panic: runtime error\n\tmain.go:12\n\(text("goroutine 1"))"
    return [
      (
        "analyses", AnalysesPage(analyses: statuses.map(summary), page: 2, pages: 3).html(in: quiet)
      ),
      ("analyses-empty", AnalysesPage().html(in: quiet)),
      (
        "new-analysis",
        NewAnalysisPage(
          description: text("Checkout"), symptom: trace, window: .custom,
          from: text("2026-04-25T09:00"),
          repositories: [
            .init(name: text("platform/checkout-api"), isChosen: true),
            .init(name: text("web/storefront"), note: text("never synced")),
          ],
          services: [.init(name: text("checkout-api"), note: text("platform/checkout-api"))],
          errors: [
            .description: text("Say what went wrong."), .symptomFile: text("Too large."),
            .from: text("It lies after the end."), .repository: text("Unknown."),
          ]
        ).html(in: quiet)
      ),
      ("new-analysis-empty", NewAnalysisPage().html(in: quiet)),
      (
        "analysis",
        AnalysisPage(summary: summary(.complete), symptom: trace, answer: answer).html(in: quiet)
      ),
      ("analysis-none", AnalysisPage(summary: summary(.complete), answer: none).html(in: quiet)),
      ("analysis-waiting", AnalysisPage(summary: summary(.processing)).html(in: quiet)),
      (
        "analysis-failed",
        AnalysisPage(summary: summary(.failed), failure: text("There is no cache yet.")).html(
          in: quiet)
      ),
    ]
  }
}
