/// What heads a repository's pages.
struct RepositoryHead {
  let repository: RepositoryDetails

  func html(in shell: Shell) -> HTML {
    let failure: HTML =
      repository.failure.map {
        "<div class=\"notice failure\"><p><strong>The last sync failed.</strong> \($0)</p></div>\n"
      } ?? ""
    let toggle =
      repository.isActive
      ? shell.postButton("Pause", .pause(repository.id))
      : shell.postButton("Resume", .resume(repository.id))
    return """
      <dl class="facts">
      <div><dt>Synced</dt><dd>\(repository.syncedAt.map { HTML.age($0, at: shell.now) } ?? "never")</dd></div>
      <div><dt>Window</dt><dd>\(repository.windowStart.map { "since \(HTML.day($0)), " } ?? "" as HTML)\
      \(Words.count(repository.lookbackDays, "day"))</dd></div>
      <div><dt>Default branch</dt><dd>\(bidirectional: repository.defaultBranch ?? "–")</dd></div>
      <div><dt>Commits</dt><dd>\(Words.number(repository.commits))</dd></div>
      <div><dt>GitLab</dt><dd>\(HTML.external(repository.webURL, "\(repository.baseURL)"))</dd></div>
      </dl>
      \(failure)<div class="buttons">\(shell.postButton("Sync now", .syncRepository(repository.id))) \(toggle) \
      <a class="button plain" href="\(shell.link(.clearCache(repository.id)))">Clear cache…</a> \
      <a class="button plain" href="\(shell.link(.removeRepository(repository.id)))">Remove…</a></div>

      """
  }
}
