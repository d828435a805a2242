extension SyncPage: Page {
  package func html(in shell: Shell) -> HTML {
    guard !repositories.isEmpty else {
      return shell.document(
        "Sync", in: .sync,
        .empty(
          "There is nothing to sync yet.",
          """
          <p><a class="button primary" href="\(shell.link(.connect))">Connect repository</a></p>
          """))
    }
    return shell.document(
      "Sync", in: .sync,
      """
      \(controls(shell))\
      \(HTML.scrolling("Progress", progressTable(shell)))\
      <section id="runs" aria-labelledby="runs-title"><h2 id="runs-title">History</h2>
      \(history(shell))</section>

      """)
  }

  private func controls(_ shell: Shell) -> HTML {
    let start =
      shell.isOffline
      ? "<p class=\"meta\">The server runs offline: nothing is fetched.</p>\n"
      : isRunning ? "" : shell.postButton("Sync all now", .sync, style: "primary")
    return """
      <div id="sync-controls" class="live" data-events="\(shell.link(.events))"\(isRunning ? " data-running" : "")>
      <p role="status" id="sync-status">\(statusLine)</p>
      <div class="buttons">\(start) \
      <a class="button" href="\(shell.link(.sync))">Refresh</a></div></div>

      """
  }

  /// Where the run as a whole stands, a sentence.
  package var statusLine: String {
    guard isRunning else { return "No sync is running." }
    let taking = repositories.filter { $0.phase != .idle && $0.phase != .paused }
    let ended = taking.count { $0.phase == .done || $0.phase == .failed }
    return
      "A sync is running: \(ended) of \(Words.count(taking.count, "repository", "repositories")) done."
  }

  private func progressTable(_ shell: Shell) -> HTML {
    """
    <table class="stack progress"><thead><tr><th scope="col">Repository</th><th scope="col">Phase</th>\
    <th scope="col">Progress</th><th scope="col">Rate</th><th scope="col">Time left</th>\
    <th scope="col">Last result</th></tr></thead>
    <tbody>
    \(repositories.map { row($0, in: shell) })</tbody></table>
    """
  }

  private func row(_ repository: RepositoryProgress, in shell: Shell) -> HTML {
    let words = repository.words
    return """
      <tr data-repository="\(repository.id)" class="\(repository.phase.rawValue)">\
      <th scope="row"><a href="\(shell.link(.repository(repository.id)))">\(bidirectional: repository.name)</a></th>\
      <td data-label="Phase" data-field="phase">\(words.phase)</td>\
      <td data-label="Progress"><progress aria-label="Progress of \(repository.name)" max="1"\
      \(repository.share.map { " value=\"\(Self.decimal($0))\"" } ?? "" as HTML)\
      \(repository.isUnderWay ? "" : " hidden")></progress>\
      <span data-field="amount">\(words.amount)</span></td>\
      <td data-label="Rate" data-field="rate">\(words.rate)</td>\
      <td data-label="Time left" data-field="left">\(words.left)</td>\
      <td data-label="Last result"><span data-field="result">\(repository.lastResult ?? "none yet")</span>\
      \(repository.lastEndedAt.map { " <span class=\"meta\">\(HTML.age($0, at: shell.now))</span>" } ?? "" as HTML)</td></tr>

      """
  }

  /// Three digits behind the point are more than a bar can show.
  private static func decimal(_ share: Double) -> String {
    let thousandths = String(Int((share * 1000).rounded()))
    return share >= 1
      ? "1" : "0." + String(repeating: "0", count: 3 - thousandths.utf8.count) + thousandths
  }

  private func history(_ shell: Shell) -> HTML {
    guard !runs.isEmpty else { return .empty("No sync has run yet.", "") }
    return .scrolling(
      "History of runs",
      """
      <table class="stack"><thead><tr><th scope="col">Began</th><th scope="col" class="n">Took</th>\
      <th scope="col">Started by</th><th scope="col" class="n">Repositories</th>\
      <th scope="col" class="n">Merge requests</th><th scope="col" class="n">Diffs</th>\
      <th scope="col" class="n">Received</th><th scope="col">Outcome</th></tr></thead>
      <tbody>
      \(runs.map { run($0, in: shell) })</tbody></table>
      """)
  }

  private func run(_ run: SyncRun, in shell: Shell) -> HTML {
    let outcome: HTML
    if run.failures.isEmpty {
      outcome = "<span class=\"pill good\">✓ done</span>"
    } else {
      let reasons = run.failures.map { failure -> HTML in
        "<li><code>\(bidirectional: failure.repository)</code> \(failure.reason)</li>"
      }
      outcome = """
        <details><summary><span class="pill bad">✕ \(run.failures.count) failed</span></summary>\
        <ul>\(reasons)</ul></details>
        """
    }
    return """
      <tr><th scope="row">\(HTML.time(run.startedAt))</th>\
      <td class="n" data-label="Took">\(Words.duration(run.seconds))</td>\
      <td data-label="Started by">\(run.trigger)</td>\
      <td class="n" data-label="Repositories">\(Words.number(run.repositories))</td>\
      <td class="n" data-label="Merge requests">\(Words.number(run.mergeRequests))</td>\
      <td class="n" data-label="Diffs">\(Words.number(run.diffs))</td>\
      <td class="n" data-label="Received">\(Words.bytes(run.bytes))</td>\
      <td data-label="Outcome">\(outcome)</td></tr>

      """
  }
}
