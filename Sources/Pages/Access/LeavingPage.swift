/// Sends the browser on to GitLab's page of consent. The server adds the header `Refresh`, so that this happens without a
/// click: a redirect of the form itself would not get past a policy that keeps forms at home.
package struct LeavingPage: Sendable {
  /// GitLab's page.
  package var address: String
  /// The instance, as `https://gitlab.com`.
  package var baseURL: String

  /// Makes one of its parts.
  package init(
    address: String, baseURL: String
  ) {
    self.address = address
    self.baseURL = baseURL
  }
}
