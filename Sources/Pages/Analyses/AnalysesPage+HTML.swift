extension AnalysesPage: Page {
  package func html(in shell: Shell) -> HTML {
    let button: HTML = """
      <div class="buttons"><a class="button primary" href="\(shell.link(.newAnalysis))">New analysis</a></div>

      """
    guard !analyses.isEmpty else {
      return shell.document(
        "Analyses", in: .analyses,
        .empty(
          "No analysis yet.",
          """
          <p>Describe what went wrong or paste a stack trace, and SigSentry names the merge requests that may have \
          broken it.</p>
          \(button)
          """))
    }
    return shell.document(
      "Analyses", in: .analyses,
      """
      \(button)\(HTML.scrolling(
        "Analyses",
        """
        <table class="stack"><thead><tr><th scope="col">What was seen</th><th scope="col">When</th>\
        <th scope="col">Repositories</th><th scope="col">Status</th><th scope="col">First suspect</th>\
        <th scope="col" class="n">Confidence</th></tr></thead>
        <tbody>
        \(analyses.map { row($0, in: shell) })</tbody></table>
        """))\(HTML.pager(page, of: pages) { shell.link(.analyses, [("page", "\($0)")]) })
      """)
  }

  private func row(_ analysis: AnalysisSummary, in shell: Shell) -> HTML {
    """
    <tr><th scope="row"><a href="\(shell.link(.analysis(analysis.id)))">\(bidirectional: analysis.title)</a></th>\
    <td data-label="When">\(HTML.age(analysis.createdAt, at: shell.now))</td>\
    <td data-label="Repositories">\(bidirectional: analysis.place)</td>\
    <td data-label="Status">\(analysis.status.pill)</td>\
    <td data-label="First suspect">\(bidirectional: analysis.suspect ?? "–")</td>\
    <td class="n" data-label="Confidence">\(analysis.confidence.map(Words.percent) ?? "–")</td></tr>

    """
  }
}

extension AnalysisSummary {
  /// The first line of the description, cut to what a line holds.
  var title: String {
    let line = description.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    guard !line.isEmpty else { return "Analysis \(id)" }
    return line.count > 120 ? line.prefix(119) + "…" : line
  }
}

extension AnalysisSummary.Status {
  /// A word, told apart by more than colour.
  var pill: HTML {
    switch self {
    case .pending: "<span class=\"pill idle\">○ waiting</span>"
    case .processing: "<span class=\"pill fair\">… running</span>"
    case .complete: "<span class=\"pill good\">✓ complete</span>"
    case .partial: "<span class=\"pill fair\">! in part</span>"
    case .failed: "<span class=\"pill bad\">✕ failed</span>"
    }
  }
}
