import Foundation

extension CodeReposPage: Page {
  package func html(in shell: Shell) -> HTML {
    guard !connections.isEmpty || !unconnected.isEmpty else {
      return shell.document("Code Repos", in: .codeRepos, empty(shell))
    }
    let cards = connections.map { ConnectionCard(connection: $0).html(in: shell) }
    let others: HTML =
      unconnected.isEmpty
      ? ""
      : """
      <section class="card"><h2>Without a connection</h2>
      <p class="meta">Public projects, read as anybody may.</p>
      \(RepositoryTable(repositories: unconnected, label: "Repositories without a connection").html(in: shell))\
      </section>

      """
    return shell.document(
      "Code Repos", in: .codeRepos,
      """
      <div class="buttons"><a class="button primary" href="\(shell.link(.connect))">Connect repository</a></div>
      \(cards)\(others)
      """)
  }

  private func empty(_ shell: Shell) -> HTML {
    .empty(
      "Nothing is connected yet.",
      """
      <p>Connect to GitLab.com or to your own GitLab, name the repositories to watch, and every later question is \
      answered from this machine's disk.</p>
      <p><a class="button primary" href="\(shell.link(.connect))">Connect repository</a></p>
      """)
  }
}

/// A connection with its repositories.
struct ConnectionCard {
  let connection: ConnectionSummary

  func html(in shell: Shell) -> HTML {
    """
    <section class="card\(needsHelp ? " alarm" : "")" aria-labelledby="connection-\(connection.id)">
    <div class="head"><h2 id="connection-\(connection.id)"><a href="\(shell.link(.connection(connection.id)))">\
    \(bidirectional: connection.name)</a></h2>\(Self.health(connection, in: shell))</div>
    \(Self.facts(connection, in: shell))\(prompt(shell))
    \(repositories(shell))<div class="buttons">\
    <a class="button" href="\(shell.link(.connection(connection.id)))">Repositories and services</a>
    \(needsHelp ? "" : reauthorize(shell, style: "button"))
    <a class="button" href="\(shell.link(.disconnect(connection.id)))">Remove…<span class="unseen"> \
    \(connection.name)</span></a></div>
    </section>

    """
  }

  private var needsHelp: Bool { connection.health != .ok }

  private func reauthorize(_ shell: Shell, style: HTML) -> HTML {
    """
    <a class="\(style)" href="\(shell.link(.reauthorize(connection.id)))">Re-authorize<span class="unseen"> \
    \(connection.name)</span></a>
    """
  }

  private func prompt(_ shell: Shell) -> HTML {
    guard case .needsReauthorization(let since) = connection.health else { return "" }
    return """
      <div class="notice warning"><p><strong>This connection needs re-authorization.</strong> GitLab has refused its \
      token since \(HTML.time(since)). What is cached stays readable; nothing new is fetched until then.</p>
      <p>\(reauthorize(shell, style: "button primary"))</p></div>

      """
  }

  private func repositories(_ shell: Shell) -> HTML {
    guard !connection.repositories.isEmpty else {
      return .empty(
        "No repositories yet.",
        """
        <p><a href="\(shell.link(.connection(connection.id)))">Name the repositories to watch</a>, one per line.</p>
        """)
    }
    return RepositoryTable(
      repositories: connection.repositories, label: "Repositories of \(connection.name)"
    ).html(in: shell)
  }

  /// Where it leads, as whom, with which rights and until when.
  static func facts(_ connection: ConnectionSummary, in shell: Shell) -> HTML {
    let token: HTML = connection.tokenName.map { " “\(bidirectional: $0)”" } ?? ""
    let scopes: HTML =
      connection.scopes.isEmpty
      ? "" : "<div><dt>Scopes</dt><dd>\(connection.scopes.joined(separator: ", "))</dd></div>"
    let version: HTML =
      connection.gitlabVersion.map { "<div><dt>Version</dt><dd>\($0)</dd></div>" } ?? ""
    let checked: HTML =
      connection.checkedAt.map {
        "<div><dt>Checked</dt><dd>\(HTML.age($0, at: shell.now))</dd></div>"
      } ?? ""
    return """
      <dl class="facts">
      <div><dt>GitLab</dt><dd>\(HTML.external(connection.baseURL, "\(connection.baseURL)"))</dd></div>
      <div><dt>Account</dt><dd>\(bidirectional: connection.displayName) (@\(connection.userName))</dd></div>
      <div><dt>Access</dt><dd>\(connection.authentication.words)\(token)</dd></div>
      <div><dt>Expires</dt><dd>\(expiry(connection, in: shell))</dd></div>
      <div><dt>Lookback</dt><dd>\(Words.count(connection.lookbackDays, "day"))</dd></div>
      <div><dt>Services</dt><dd>\(Words.number(connection.mappings))</dd></div>
      \(scopes)\(version)\(checked)</dl>

      """
  }

  private static func expiry(_ connection: ConnectionSummary, in shell: Shell) -> HTML {
    guard let expiry = connection.expiresAt else {
      return connection.authentication == .oauth ? "renews itself" : "never, or not told"
    }
    return "\(HTML.day(expiry)), \(Words.distance(expiry, from: shell.now))"
  }

  /// A word on its health, told apart by more than colour.
  static func health(_ connection: ConnectionSummary, in shell: Shell) -> HTML {
    if connection.health != .ok {
      return "<span class=\"pill bad\">✕ needs re-authorization</span>"
    }
    guard let expiry = connection.expiresAt, connection.authentication != .oauth else {
      return "<span class=\"pill good\">✓ ok</span>"
    }
    let left = expiry.timeIntervalSince(shell.now)
    if left <= 0 { return "<span class=\"pill bad\">✕ expired</span>" }
    return left < 14 * 86_400
      ? "<span class=\"pill fair\">! expires \(Words.distance(expiry, from: shell.now))</span>"
      : "<span class=\"pill good\">✓ ok</span>"
  }
}

/// Repositories with what can be done to each.
struct RepositoryTable {
  let repositories: [RepositorySummary]
  let label: String

  func html(in shell: Shell) -> HTML {
    .scrolling(
      label,
      """
      <table class="stack"><thead><tr><th scope="col">Repository</th><th scope="col">Synced</th>\
      <th scope="col" class="n">Merge requests</th><th scope="col">State</th>\
      <th scope="col"><span class="unseen">Actions</span></th></tr></thead>
      <tbody>
      \(repositories.map { row($0, in: shell) })</tbody></table>
      """)
  }

  private func row(_ repository: RepositorySummary, in shell: Shell) -> HTML {
    let toggle =
      repository.isActive
      ? shell.postButton("Pause", .pause(repository.id), about: repository.path)
      : shell.postButton("Resume", .resume(repository.id), about: repository.path)
    return """
      <tr><th scope="row"><a href="\(shell.link(.repository(repository.id)))">\(bidirectional: repository.path)</a></th>\
      <td data-label="Synced">\(repository.syncedAt.map { HTML.age($0, at: shell.now) } ?? "never")</td>\
      <td class="n" data-label="Merge requests">\(counts(repository))</td>\
      <td data-label="State">\(Self.state(repository))</td>\
      <td class="actions">\(shell.postButton("Sync", .syncRepository(repository.id), about: repository.path)) \(toggle) \
      <a class="button plain" href="\(shell.link(.clearCache(repository.id)))">Clear cache…<span class="unseen"> \
      \(repository.path)</span></a> \
      <a class="button plain" href="\(shell.link(.removeRepository(repository.id)))">Remove…<span class="unseen"> \
      \(repository.path)</span></a></td></tr>

      """
  }

  private func counts(_ repository: RepositorySummary) -> HTML {
    guard let count = repository.mergeRequests else { return "–" }
    return repository.incomplete == 0
      ? "\(Words.number(count))"
      : "\(Words.number(count)) <span class=\"meta\">(\(Words.number(repository.incomplete)) without diff)</span>"
  }

  private static func state(_ repository: RepositorySummary) -> HTML {
    if let failure = repository.failure {
      return "<span class=\"pill bad\">✕ failed</span> <span class=\"reason\">\(failure)</span>"
    }
    if !repository.isActive { return "<span class=\"pill idle\">‖ paused</span>" }
    return repository.syncedAt == nil
      ? "<span class=\"pill idle\">○ not synced yet</span>"
      : "<span class=\"pill good\">✓ ok</span>"
  }
}
