/// The login with the token that `serve` printed.
package struct LoginPage: Sendable {
  /// What the form sends; each is the name of its control.
  package enum Field: String, Sendable, CaseIterable {
    /// The token.
    case token
    /// Where to go afterwards, a path of this dashboard.
    case next
  }

  /// Where to go afterwards, a path of this dashboard; empty for Code Repos.
  package var next: String
  /// Why the last try failed.
  package var error: String?

  /// Makes one of its parts.
  package init(
    next: String = "", error: String? = nil
  ) {
    self.next = next
    self.error = error
  }
}
