extension MergeRequestPage: Page {
  package func html(in shell: Shell) -> HTML {
    shell.document(
      "!\(mergeRequest.iid) \(mergeRequest.title)", in: .codeRepos,
      trail: [
        ("Code Repos", .codeRepos), (repository.path, .repository(repository.id)),
      ],
      """
      <p>\(pills)</p>
      \(facts(shell))<div class="buttons">\(gitlab)<a class="button" \
      href="\(shell.link(.mergeRequestData(repository.id, mergeRequest.iid)))">JSON</a></div>
      \(about)\(versionsPart(shell))\(filesPart(shell))
      """)
  }

  private var gitlab: HTML {
    guard let webURL, webURL.hasPrefix("https://") || webURL.hasPrefix("http://") else { return "" }
    return "<a class=\"button primary\" href=\"\(webURL)\" rel=\"noreferrer\">Open on GitLab</a> "
  }

  private var pills: HTML {
    let draft: HTML = mergeRequest.isDraft ? " <span class=\"pill idle\">draft</span>" : ""
    let labels = labels.prefix(50).map { label -> HTML in
      " <span class=\"pill tagged\">\(bidirectional: label)</span>"
    }
    return "<span class=\"pill state\">\(mergeRequest.state)</span>\(draft)\(labels)"
  }

  private func facts(_ shell: Shell) -> HTML {
    func sha(_ name: HTML, _ value: String?) -> HTML {
      value.map {
        "<div><dt>\(name)</dt><dd><code title=\"\($0)\">\(Words.short($0))</code></dd></div>\n"
      }
        ?? ""
    }
    return """
      <dl class="facts">
      <div><dt>Author</dt><dd>\(bidirectional: mergeRequest.author ?? "deleted account")</dd></div>
      <div><dt>Branches</dt><dd><code>\(bidirectional: sourceBranch)</code> → \
      <code>\(bidirectional: mergeRequest.targetBranch)</code></dd></div>
      <div><dt>Opened</dt><dd>\(HTML.time(createdAt))</dd></div>
      \(mergeRequest.mergedAt.map { "<div><dt>Merged</dt><dd>\(HTML.time($0))</dd></div>\n" } ?? "" as HTML)\
      \(sha("Base", baseSHA))\(sha("Head", headSHA))\(sha("Landed as", landedSHA))</dl>

      """
  }

  private var about: HTML {
    guard !description.isEmpty else { return "" }
    return """
      <details><summary>Description</summary><div class="prose">\(lines: description)</div></details>

      """
  }

  private func versionsPart(_ shell: Shell) -> HTML {
    guard !versions.isEmpty else { return "" }
    let rows = versions.enumerated().map { index, version -> HTML in
      """
      <tr><th scope="row">\(index == 0 ? "newest" : "\(versions.count - index)")</th>\
      <td><code>\(Words.short(version.headSHA))</code></td><td><code>\(Words.short(version.baseSHA))</code></td>\
      <td>\(version.createdAt.map(HTML.time) ?? "–")</td></tr>

      """
    }
    return """
      <details><summary>\(Words.count(versions.count, "version"))</summary>
      \(HTML.scrolling(
        "Versions",
        """
        <table><thead><tr><th scope="col">Version</th><th scope="col">Head</th><th scope="col">Base</th>\
        <th scope="col">Seen</th></tr></thead>
        <tbody>
        \(rows)</tbody></table>
        """))</details>

      """
  }

  private func filesPart(_ shell: Shell) -> HTML {
    guard mergeRequest.incomplete == nil || !files.isEmpty else {
      return """
        <section aria-labelledby="files"><h2 id="files">Files</h2>
        <div class="notice warning"><p><strong>There is no diff.</strong> \(mergeRequest.incomplete ?? "")</p></div>
        </section>

        """
    }
    guard !files.isEmpty else {
      return """
        <section aria-labelledby="files"><h2 id="files">Files</h2>
        \(HTML.empty("No file differs.", ""))</section>

        """
    }
    let cut = limits.cut(files)
    let additions = files.reduce(0) { $0 + ($1.additions ?? 0) }
    let deletions = files.reduce(0) { $0 + ($1.deletions ?? 0) }
    return """
      <section aria-labelledby="files"><h2 id="files">\(Words.count(files.count, "file"))</h2>
      <p><span class="add">\(Words.added(additions))</span> <span class="del">\(Words.deleted(deletions))</span>, \
      as <code>git diff --numstat -M</code> counts.</p>
      \(note(cut))\(table(cut, in: shell))</section>

      """
  }

  private func note(_ cut: DiffLimits.Cut?) -> HTML {
    guard let cut else { return "" }
    return """
      <div class="notice warning"><p><strong>GitLab's API would cut this diff.</strong> At its default limits of \
      \(Words.number(limits.files)) files and \(Words.number(limits.lines)) lines it leaves out at least \
      \(Words.count(cut.files, "file")), with \(Words.number(cut.additions + cut.deletions)) changed lines. \
      They are marked ✂ here.</p></div>

      """
  }

  private func table(_ cut: DiffLimits.Cut?, in shell: Shell) -> HTML {
    let largest = files.reduce(0) { max($0, $1.churn) }
    let kept = cut?.kept ?? files.count
    var body = HTML()
    for index in order { body += row(files[index], isCut: index >= kept, largest: largest) }
    return .scrolling(
      "Files",
      """
      <table class="files" data-sortable data-filter="files"><thead><tr>\
      \(column("File", .path, "", in: shell))<th scope="col" class="opt">Change</th>\
      \(column("Added", .additions, "n", in: shell))\(column("Deleted", .deletions, "n", in: shell))\
      \(column("Size", .churn, "b", in: shell))</tr></thead>
      <tbody>
      \(body)</tbody></table>
      """)
  }

  private func column(
    _ words: String, _ by: FileSort, _ classes: String, in shell: Shell
  ) -> HTML {
    let isCurrent = sort == by
    let query = isCurrent ? [] : [(name: "sort", value: by.rawValue)]
    let address = shell.link(.mergeRequest(repository.id, mergeRequest.iid), query)
    let state: HTML =
      isCurrent ? " aria-sort=\"\(by == .path ? "ascending" : "descending")\"" : ""
    return """
      <th scope="col" class="\(classes)"\(state)><a href="\(address)#files">\(words)</a></th>
      """
  }

  /// The positions of the files in the order that was asked for.
  private var order: [Int] {
    switch sort {
    case .git: return Array(files.indices)
    case .path: return files.indices.sorted { files[$0].path < files[$1].path }
    case .additions: return descending { $0.additions ?? -1 }
    case .deletions: return descending { $0.deletions ?? -1 }
    case .churn: return descending { $0.additions == nil ? -1 : $0.churn }
    }
  }

  private func descending(_ key: (FileRow) -> Int) -> [Int] {
    files.indices.map { (key: key(files[$0]), index: $0) }.sorted {
      $0.key != $1.key ? $0.key > $1.key : $0.index < $1.index
    }.map(\.index)
  }

  /// A cell is a paragraph of its own, so a path needs no isolation where it stands alone; and where classes are left out,
  /// the style goes by the column. Both for the sake of 5,000 rows.
  private func row(_ file: FileRow, isCut: Bool, largest: Int) -> HTML {
    """
    <tr><th scope="row">\(name(file, isCut: isCut))</th><td>\(file.status)</td>\
    \(counts(file))<td>\
    \(Bars.html(additions: file.additions ?? 0, deletions: file.deletions ?? 0, largest: largest))</td></tr>

    """
  }

  private func name(_ file: FileRow, isCut: Bool) -> HTML {
    guard isCut || file.oldPath != nil || file.isEstimate else { return "\(file.path)" }
    let old: HTML =
      file.oldPath.map { "<span class=\"meta\">\(bidirectional: $0) → </span>" } ?? ""
    let estimate: HTML =
      file.isEstimate ? " <span class=\"meta\">(too large to compare; all lines)</span>" : ""
    return """
      \(isCut ? "<b title=\"left out by GitLab's API\">✂</b> " : "" as HTML)\(old)\
      \(bidirectional: file.path)\(estimate)
      """
  }

  private func counts(_ file: FileRow) -> HTML {
    guard let additions = file.additions, let deletions = file.deletions else {
      return "<td><span class=\"meta\">binary</span></td><td></td>"
    }
    return "<td>\(Words.added(additions))</td><td>\(Words.deleted(deletions))</td>"
  }
}
