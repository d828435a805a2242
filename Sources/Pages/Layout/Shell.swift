import Foundation

/// What every page has around its content, and what it needs to know of the server.
package struct Shell: Sendable {
  /// What stands before every path where a proxy serves the dashboard below one, as `/sigsentry`; else empty.
  package var root: String
  /// The token that every form sends back in the field ``Shell/csrfField``.
  package var csrfToken: String
  /// Whether somebody logged in, who may log out.
  package var isLoggedIn: Bool
  /// What the last request did, to be said at the top.
  package var notices: [Notice]
  /// Connections that need re-authorization: they are counted beside Code Repos.
  package var connectionsInNeed: Int
  /// Whether nothing may be fetched: forms that need GitLab say so.
  package var isOffline: Bool
  /// The time of the request; ages are counted from it.
  package var now: Date

  /// Makes one of its parts.
  package init(
    root: String = "", csrfToken: String, isLoggedIn: Bool = false, notices: [Notice] = [],
    connectionsInNeed: Int = 0, isOffline: Bool = false, now: Date
  ) {
    self.root = root
    self.csrfToken = csrfToken
    self.isLoggedIn = isLoggedIn
    self.notices = notices
    self.connectionsInNeed = connectionsInNeed
    self.isOffline = isOffline
    self.now = now
  }

  /// The name of the hidden field with the CSRF token.
  package static let csrfField = "csrf"

  /// The address of a route.
  package func link(_ route: Route) -> String { root + route.path }

  /// The address of a route with a query.
  package func link(_ route: Route, _ query: [(name: String, value: String)]) -> String {
    guard !query.isEmpty else { return link(route) }
    return link(route) + "?"
      + query.map { "\(Route.segment($0.name))=\(Route.segment($0.value))" }.joined(separator: "&")
  }
}

/// A sentence at the top of a page.
package struct Notice: Sendable, Equatable {
  /// How it looks and is announced.
  package enum Kind: String, Sendable { case success, warning, failure }

  /// How it looks and is announced.
  package var kind: Kind
  /// The sentence.
  package var text: String
  /// Particulars, one a line, as what Save changed.
  package var details: [String]

  /// Makes one of its parts.
  package init(
    kind: Kind, text: String, details: [String] = []
  ) {
    self.kind = kind
    self.text = text
    self.details = details
  }
}
