/// The parts of the dashboard that the header leads to.
enum Section: CaseIterable {
  case codeRepos, analyses, sync, settings

  var route: Route {
    switch self {
    case .codeRepos: .codeRepos
    case .analyses: .analyses
    case .sync: .sync
    case .settings: .settings
    }
  }

  var words: String {
    switch self {
    case .codeRepos: "Code Repos"
    case .analyses: "Analyses"
    case .sync: "Sync"
    case .settings: "Settings"
    }
  }
}

extension Shell {
  /// A whole document.
  ///
  /// - Parameters:
  ///   - section: Where the page belongs; nil where there is no way elsewhere, as before the login.
  ///   - trail: The pages above this one.
  func document(
    _ title: String, in section: Section?, trail: [(words: String, route: Route)] = [],
    _ content: HTML
  ) -> HTML {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="same-origin">
    <title>\(title) · SigSentry</title>
    <link rel="icon" type="image/svg+xml" href="\(link(.asset(Asset.icon.name)))">
    <link rel="stylesheet" href="\(link(.asset(Asset.stylesheet.name)))">
    <script src="\(link(.asset(Asset.script.name)))" defer></script>
    </head>
    <body>
    <a class="skip" href="#content">Skip to the content</a>
    \(section == nil ? bareHeader : header(section))
    <main id="content" tabindex="-1">
    \(breadcrumbs(trail))<h1>\(bidirectional: title)</h1>
    \(notices.map(notice))\(content)</main>
    <footer class="foot"><p>SigSentry for GitLab\(isOffline ? " · offline: nothing is fetched" : "")</p></footer>
    </body>
    </html>

    """
  }

  private var bareHeader: HTML {
    """
    <header class="top"><div class="bar"><span class="brand">\(Self.mark)SigSentry</span></div></header>
    """
  }

  private func header(_ current: Section?) -> HTML {
    """
    <header class="top"><div class="bar">
    <a class="brand" href="\(link(.codeRepos))">\(Self.mark)SigSentry</a>
    <nav aria-label="Main"><ul>
    \(Section.allCases.map { item($0, isCurrent: $0 == current) })</ul></nav>
    \(isLoggedIn ? postButton("Log out", .logout, style: "quiet") : "")
    </div></header>
    """
  }

  private func item(_ section: Section, isCurrent: Bool) -> HTML {
    let needs: HTML =
      section == .codeRepos && connectionsInNeed > 0
      ? " <span class=\"badge\">\(connectionsInNeed)<span class=\"unseen\"> need re-authorization</span></span>"
      : ""
    return """
      <li><a href="\(link(section.route))"\(isCurrent ? " aria-current=\"page\"" as HTML : "")>\
      \(section.words)\(needs)</a></li>

      """
  }

  private static let mark: HTML = """
    <svg class="mark" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">\
    <path d="M2 13h4l2-7 4 10 2-5h4" fill="none" stroke="currentColor" stroke-width="2" \
    stroke-linecap="round" stroke-linejoin="round"/></svg>
    """

  private func breadcrumbs(_ trail: [(words: String, route: Route)]) -> HTML {
    guard !trail.isEmpty else { return "" }
    let items = trail.map { step -> HTML in
      "<li><a href=\"\(link(step.route))\">\(bidirectional: step.words)</a></li>"
    }
    return "<nav class=\"trail\" aria-label=\"Breadcrumbs\"><ol>\(items)</ol></nav>\n"
  }

  private func notice(_ notice: Notice) -> HTML {
    let details: HTML =
      notice.details.isEmpty
      ? "" : "<ul>\(notice.details.map { detail -> HTML in "<li>\(detail)</li>" })</ul>"
    return """
      <div class="notice \(notice.kind.rawValue)" role="\(notice.kind == .failure ? "alert" : "status")">\
      <p>\(notice.text)</p>\(details)</div>

      """
  }
}
