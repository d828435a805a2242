/// The merge requests of a repository, filtered, ordered and cut by the query of the address.
struct MergeRequestTable {
  let repository: Int64
  let query: MergeRequestQuery
  let rows: [MergeRequestRow]

  func html(in shell: Shell) -> HTML {
    let found = query.apply(to: rows)
    let pages = max(1, (found.count + MergeRequestQuery.pageSize - 1) / MergeRequestQuery.pageSize)
    let page = min(query.page, pages)
    let start = (page - 1) * MergeRequestQuery.pageSize
    let shown = found[start..<min(found.count, start + MergeRequestQuery.pageSize)]
    let largest = rows.reduce(0) { max($0, $1.churn) }
    let pager = HTML.pager(page, of: pages) { number in
      address(query.with { $0.page = number }, in: shell)
    }
    return """
      <section aria-labelledby="merge-requests"><div class="head"><h2 id="merge-requests">Merge requests</h2>\
      <a class="twin" href="\(shell.link(.repositoryData(repository, .mergeRequests), query.items))">JSON\
      <span class="unseen"> of merge requests</span></a></div>
      \(filters(shell))<p class="meta" role="status">\(summary(found.count))</p>
      \(shown.isEmpty ? nothing(shell) : table(shown, largest: largest, in: shell))\(pager)</section>

      """
  }

  private func summary(_ count: Int) -> String {
    count == rows.count
      ? Words.count(count, "merge request")
      : "\(Words.number(count)) of \(Words.count(rows.count, "merge request"))"
  }

  private func address(_ query: MergeRequestQuery, in shell: Shell) -> String {
    shell.link(.repository(repository), query.items) + "#merge-requests"
  }

  private func filters(_ shell: Shell) -> HTML {
    let authors = Set(rows.compactMap(\.author)).union(query.author.map { [$0] } ?? []).sorted()
    func option(_ value: String, _ words: String, _ chosen: String) -> HTML {
      "<option value=\"\(value)\"\(value == chosen ? " selected" : "")>\(words)</option>"
    }
    let states = MergeRequestQuery.states.map { option($0, $0, query.state ?? "") }
    let people = authors.prefix(1_000).map { option($0, $0, query.author ?? "") }
    let order: HTML =
      query.sort == .merged && !query.isAscending
      ? ""
      : """
      <input type="hidden" name="sort" value="\(query.sort.rawValue)">\
      <input type="hidden" name="order" value="\(query.isAscending ? "asc" : "desc")">
      """
    return """
      <form class="filters" method="get" action="\(shell.link(.repository(repository)))#merge-requests">
      <div class="field"><label for="q">Title or number</label><input id="q" name="q" type="search" value="\(query.text)"></div>
      <div class="field"><label for="state">State</label><select id="state" name="state"><option value="">all</option>\(states)</select></div>
      <div class="field"><label for="author">Author</label><select id="author" name="author"><option value="">all</option>\(people)</select></div>
      \(order)<div class="field"><button>Filter</button></div></form>

      """
  }

  private func nothing(_ shell: Shell) -> HTML {
    .empty(
      "No merge request is like that.",
      "<p><a href=\"\(address(MergeRequestQuery(), in: shell))\">Show all</a></p>")
  }

  private func column(
    _ words: String, _ sort: MergeRequestQuery.Sort, classes: String, in shell: Shell
  ) -> HTML {
    let isCurrent = query.sort == sort
    let isAscending =
      isCurrent ? !query.isAscending : sort == .title || sort == .author
    let target = query.with {
      $0.sort = sort
      $0.isAscending = isAscending
      $0.page = 1
    }
    let state: HTML =
      isCurrent ? " aria-sort=\"\(query.isAscending ? "ascending" : "descending")\"" : ""
    return """
      <th scope="col" class="\(classes)"\(state)><a href="\(address(target, in: shell))">\(words)\
      \(isCurrent ? "<span aria-hidden=\"true\"> \(query.isAscending ? "↑" : "↓")</span>" : "" as HTML)</a></th>
      """
  }

  private func table(
    _ shown: ArraySlice<MergeRequestRow>, largest: Int, in shell: Shell
  ) -> HTML {
    let place = shell.link(.repository(repository)) + "/merge-requests/"
    var body = HTML()
    for row in shown { body += self.row(row, place: place, largest: largest) }
    return .scrolling(
      "Merge requests",
      """
      <table class="requests"><thead><tr>\(column("Number", .number, classes: "n", in: shell))\
      \(column("Title", .title, classes: "", in: shell))\
      \(column("Author", .author, classes: "opt", in: shell))\
      <th scope="col" class="opt">State</th>\
      \(column("Merged", .merged, classes: "opt", in: shell))\
      \(column("Files", .files, classes: "n opt", in: shell))\
      \(column("Added", .additions, classes: "n", in: shell))\
      \(column("Deleted", .deletions, classes: "n", in: shell))\
      \(column("Size", .churn, classes: "b", in: shell))</tr></thead>
      <tbody>
      \(body)</tbody></table>
      """)
  }

  private func row(_ row: MergeRequestRow, place: String, largest: Int) -> HTML {
    let numbers: HTML =
      row.files.map { files in
        """
        <td class="n opt">\(Words.number(files))</td>\(HTML.counts(row.additions, row.deletions))\
        <td class="b">\(Bars.html(additions: row.additions, deletions: row.deletions, largest: largest))</td>
        """
      }
        ?? """
        <td class="opt"></td><td colspan="2" class="reason">no diff: \(row.incomplete ?? "not computed yet")</td>\
        <td class="b"></td>
        """
    return """
      <tr><td class="n"><a href="\(place)\(row.iid)">!\(row.iid)</a></td>\
      <th scope="row">\(row.isDraft ? "<span class=\"pill idle\">draft</span> " : "" as HTML)\(bidirectional: row.title)</th>\
      <td class="opt">\(bidirectional: row.author ?? "deleted account")</td><td class="opt">\(row.state)</td>\
      <td class="opt">\(row.mergedAt.map(HTML.day) ?? "–")</td>\(numbers)</tr>

      """
  }
}
