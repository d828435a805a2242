extension RepositoryPage: Page {
  package func html(in shell: Shell) -> HTML {
    let head = RepositoryHead(repository: repository).html(in: shell)
    guard !mergeRequests.isEmpty else {
      return shell.document(
        repository.path, in: .codeRepos, trail: [("Code Repos", .codeRepos)],
        "\(head)\(empty(shell))")
    }
    return shell.document(
      repository.path, in: .codeRepos, trail: [("Code Repos", .codeRepos)],
      """
      \(head)\(incompleteNote)\(contents)\(places(shell))\(time(shell))\(largest(shell))\(hotspots(shell))\(people(shell))\
      \(MergeRequestTable(repository: repository.id, query: query, rows: mergeRequests).html(in: shell))
      """)
  }

  private func empty(_ shell: Shell) -> HTML {
    repository.syncedAt == nil
      ? .empty(
        "Nothing is cached yet.",
        "<p>The first sync reads the last \(Words.count(repository.lookbackDays, "day")) from GitLab. Progress is on <a href=\"\(shell.link(.sync))\">Sync</a>.</p>"
      )
      : .empty(
        "No merge requests in the window.",
        "<p>None changed in the last \(Words.count(repository.lookbackDays, "day")). More lookback days show more.</p>"
      )
  }

  private var incompleteNote: HTML {
    guard repository.incomplete > 0 else { return "" }
    return """
      <div class="notice warning"><p>\(Words.count(repository.incomplete, "merge request")) \
      \(repository.incomplete == 1 ? "has" : "have") no diff, and no share in the numbers below; the table says why.</p></div>

      """
  }

  private var contents: HTML {
    """
    <nav class="contents" aria-label="On this page"><ul><li><a href="#places">Files and directories</a></li>\
    <li><a href="#time">Over time</a></li><li><a href="#largest">Largest</a></li><li><a href="#hotspots">Hotspots</a></li>\
    <li><a href="#authors">Authors</a></li><li><a href="#merge-requests">Merge requests</a></li></ul></nav>

    """
  }

  /// A part of the page, with the links that its picture or table needs.
  private func part(
    _ id: String, _ title: String, twin: Route.RepositoryData, in shell: Shell, _ content: HTML
  ) -> HTML {
    """
    <section aria-labelledby="\(id)"><div class="head"><h2 id="\(id)">\(title)</h2>\
    <a class="twin" href="\(shell.link(.repositoryData(repository.id, twin)))">JSON<span class="unseen"> of \
    \(title)</span></a></div>
    \(content)</section>

    """
  }

  private func places(_ shell: Shell) -> HTML {
    let tree = ChurnTree(files: files, directory: query.directory)
    guard tree.churn > 0 else {
      return part(
        "places", "Files and directories", twin: .directories, in: shell,
        .empty("No lines changed here.", wholeRepository(shell)))
    }
    let place = query.directory.map { "\(repository.path), \($0)" } ?? repository.path
    let rows = tree.groups.map { group -> HTML in
      let name: HTML =
        group.directory.map { directory in
          let address = shell.link(
            .repository(repository.id), MergeRequestQuery(directory: directory).items)
          return "<a href=\"\(address)#places\">\(bidirectional: group.name)</a>"
        } ?? "\(bidirectional: group.name)"
      return """
        <tr><th scope="row">\(name)</th><td class="n">\(Words.number(group.churn))</td>\
        <td class="n">\(Words.percent(Double(group.churn) / Double(tree.churn)))</td></tr>

        """
    }
    return part(
      "places", "Files and directories", twin: .directories, in: shell,
      """
      \(query.directory.map { "<p>In <code>\(bidirectional: $0)</code>. \(wholeRepository(shell))</p>\n" } ?? "" as HTML)\
      <figure>\(ChurnTreemap(tree: tree).chart(of: place).html())\
      <figcaption>Area: changed lines. Stronger colour: touched by more merge requests.</figcaption></figure>
      <details><summary>As a table</summary>
      \(HTML.scrolling(
        "Changed lines by directory",
        """
        <table data-sortable><thead><tr><th scope="col">Directory</th><th scope="col" class="n">Changed lines</th>\
        <th scope="col" class="n">Share</th></tr></thead>
        <tbody>
        \(rows)</tbody></table>
        """))</details>

      """)
  }

  private func wholeRepository(_ shell: Shell) -> HTML {
    guard query.directory != nil else { return "" }
    return
      "<a href=\"\(shell.link(.repository(repository.id)))#places\">Show the whole repository</a>"
  }

  private func time(_ shell: Shell) -> HTML {
    let timeline = ChurnTimeline(days)
    guard !timeline.buckets.isEmpty else {
      return part(
        "time", "Over time", twin: .churn, in: shell,
        .empty("No merge request was merged in the window.", ""))
    }
    let rows = timeline.buckets.filter { $0.mergeRequests > 0 }.reversed().map { bucket -> HTML in
      """
      <tr><th scope="row">\(CivilTime(day: bucket.day).day)</th><td class="n">\(bucket.mergeRequests)</td>\
      \(HTML.counts(bucket.additions, bucket.deletions))</tr>

      """
    }
    return part(
      "time", "Over time", twin: .churn, in: shell,
      """
      <figure>\(timeline.chart(of: repository.path).html())\
      <figcaption>Lines added (above) and deleted (below) per \(timeline.unit) of the merge; \
      \(timeline.scaleWords).</figcaption></figure>
      <details><summary>As a table</summary>
      \(HTML.scrolling(
        "Changed lines over time",
        """
        <table data-sortable><thead><tr><th scope="col">\(timeline.span == 1 ? "Day" : "Week from")</th>\
        <th scope="col" class="n">Merge requests</th><th scope="col" class="n">Added</th>\
        <th scope="col" class="n">Deleted</th></tr></thead>
        <tbody>
        \(rows)</tbody></table>
        """))</details>

      """)
  }

  private func largest(_ shell: Shell) -> HTML {
    let rows = mergeRequests.filter { $0.files != nil && $0.churn > 0 }.sorted {
      $0.churn > $1.churn
    }.prefix(10)
    let most = rows.first?.churn ?? 0
    return part(
      "largest", "Largest merge requests", twin: .mergeRequests, in: shell,
      .scrolling(
        "Largest merge requests",
        """
        <table><thead><tr><th scope="col">Merge request</th><th scope="col" class="n">Files</th>\
        <th scope="col" class="n">Added</th><th scope="col" class="n">Deleted</th>\
        <th scope="col"><span class="unseen">Size</span></th></tr></thead>
        <tbody>
        \(rows.map { row -> HTML in
          """
          <tr><th scope="row"><a href="\(shell.link(.mergeRequest(repository.id, row.iid)))">!\(row.iid) \
          \(bidirectional: row.title)</a></th><td class="n">\(Words.number(row.files ?? 0))</td>\
          \(HTML.counts(row.additions, row.deletions))<td class="b">\
          \(Bars.html(additions: row.additions, deletions: row.deletions, largest: most))</td></tr>

          """
        })</tbody></table>
        """))
  }

  private func hotspots(_ shell: Shell) -> HTML {
    part(
      "hotspots", "Hotspots", twin: .files, in: shell,
      churnTable(
        "Files that changed most", Array(files.prefix(30)), column: "File", shown: 30,
        of: files.count))
  }

  private func people(_ shell: Shell) -> HTML {
    part(
      "authors", "Authors", twin: .authors, in: shell,
      churnTable(
        "Authors by changed lines", Array(authors.prefix(30)), column: "Author", shown: 30,
        of: authors.count))
  }

  private func churnTable(
    _ label: String, _ rows: [ChurnRow], column: String, shown: Int, of count: Int
  ) -> HTML {
    guard let first = rows.first else { return .empty("None in the window.", "") }
    let rest: HTML =
      count > shown ? "<p class=\"meta\">The first \(shown) of \(Words.number(count)).</p>\n" : ""
    return """
      \(HTML.scrolling(
        label,
        """
        <table data-sortable><thead><tr><th scope="col">\(column)</th>\
        <th scope="col" class="n"><abbr title="merge requests">MRs</abbr></th>\
        <th scope="col" class="n">Added</th><th scope="col" class="n">Deleted</th>\
        <th scope="col" data-unsortable><span class="unseen">Size</span></th></tr></thead>
        <tbody>
        \(rows.map { row -> HTML in
          """
          <tr><th scope="row">\(bidirectional: row.name)</th><td class="n">\(Words.number(row.mergeRequests))</td>\
          \(HTML.counts(row.additions, row.deletions))<td class="b">\
          \(Bars.html(additions: row.additions, deletions: row.deletions, largest: first.churn))</td></tr>

          """
        })</tbody></table>
        """))\(rest)
      """
  }
}
