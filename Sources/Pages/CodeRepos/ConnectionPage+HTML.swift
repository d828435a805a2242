extension ConnectionPage: Page {
  package func html(in shell: Shell) -> HTML {
    let warning: HTML =
      connection.health == .ok
      ? ""
      : """
      <div class="notice warning"><p><strong>This connection needs re-authorization.</strong> Changes are saved, but \
      GitLab cannot be asked about them.</p><p><a class="button primary" \
      href="\(shell.link(.reauthorize(connection.id)))">Re-authorize</a></p></div>

      """
    return shell.document(
      connection.name, in: .codeRepos, trail: [("Code Repos", .codeRepos)],
      """
      <p>\(ConnectionCard.health(connection, in: shell))</p>
      \(ConnectionCard.facts(connection, in: shell))\(warning)\
      \(shell.form(
        .connection(connection.id),
        """
        <input type="hidden" name="\(Field.version.rawValue)" value="\(version)">\
        \(repositoriesPart)\(servicesPart)<div class="buttons"><button class="primary">Save</button>
        <a class="button" href="\(shell.link(.codeRepos))">Cancel</a></div>
        """))
      """)
  }

  private var repositoriesPart: HTML {
    let area = FormField.area(
      Field.repositories.rawValue, label: "Repositories, one per line", value: repositories,
      rows: min(20, max(6, repositories.utf8.count { $0 == 0x0A } + 2)),
      hint: """
        A path as <code>group/project</code>, or the address of any page of it. A line that is taken out is no longer \
        watched; its cache stays until it is cleared.
        """,
      error: errors[.repositories], attributes: " spellcheck=\"false\" wrap=\"off\"")
    let lookback = FormField.line(
      Field.lookbackDays.rawValue, label: "Lookback days", value: lookbackDays, type: "number",
      hint: "How many days of merge requests are kept ready: 1 to 365.",
      error: errors[.lookbackDays],
      attributes: " min=\"1\" max=\"365\" step=\"1\" required class=\"short\"")
    let active = FormField.choice(
      Field.isActive.rawValue, value: "on", id: Field.isActive.rawValue,
      label: "Keep these repositories in sync", isChosen: isActive, type: "checkbox")
    return """
      <fieldset><legend>Repositories</legend>
      \(area)\(checklist)\(lookback)\(active)</fieldset>

      """
  }

  private var checklist: HTML {
    guard !checks.isEmpty else { return "" }
    let lines = checks.map { check -> HTML in
      let (look, mark, words): (HTML, HTML, HTML) =
        switch check.mark {
        case .ok: ("good", "✓", "found")
        case .warning: ("fair", "!", "warning")
        case .failed: ("bad", "✕", "not usable")
        }
      return """
        <li class="\(look)"><span class="tick" aria-hidden="true">\(mark)</span><span class="unseen">\(words): </span>\
        <code>\(bidirectional: check.line)</code> <span class="reason">\(check.reason)</span></li>

        """
    }
    return "<ul class=\"checks\" aria-label=\"How each line fared\">\n\(lines)</ul>\n"
  }

  private var servicesPart: HTML {
    let known = connection.repositories.map { repository -> HTML in
      "<option value=\"\(repository.path)\"></option>"
    }
    let rows =
      mappings + Array(repeating: MappingRow(service: "", repository: ""), count: Self.emptyRows)
    return """
      <fieldset><legend>Services</legend>
      <p class="hint">Which repository, and which part of it, a service in the logs is built from. Empty a service's \
      name to remove its row; save to get more empty rows.</p>
      <datalist id="known-repositories">\(known)</datalist>
      <div class="mappings">
      \(rows.enumerated().map { mapping($0.element, row: $0.offset) })</div></fieldset>

      """
  }

  private func mapping(_ mapping: MappingRow, row: Int) -> HTML {
    func cell(_ field: MappingRow.Field, _ label: String, _ value: String, _ more: HTML = "")
      -> HTML
    {
      let name = MappingRow.name(field, row: row)
      return """
        <div>\(FormField.line(
          name, label: label, value: value, error: mapping.errors[field],
          attributes: " autocomplete=\"off\" spellcheck=\"false\"\(more)"))</div>
        """
    }
    return """
      <div class="mapping" role="group" aria-label="Mapping \(row + 1)">\
      \(cell(.service, "Service", mapping.service))\
      \(cell(.repository, "Repository", mapping.repository, " list=\"known-repositories\""))\
      \(cell(.pathPrefix, "Path prefix", mapping.pathPrefix, " placeholder=\"all of it\""))\
      \(cell(.branch, "Branch", mapping.branch, " placeholder=\"default branch\""))</div>

      """
  }
}
