/// Sends the browser on to GitLab's consent page.
///
/// A redirect in answer to the form would fall under the policy's `form-action`, which browsers apply to every address on
/// the way; so a page of its own leads on.
package struct ContinuePage: Sendable {
  /// The instance, as `https://gitlab.com`.
  package var baseURL: String
  /// The address of the consent page, with its query.
  package var address: String

  /// Makes one of its parts.
  package init(baseURL: String, address: String) {
    self.baseURL = baseURL
    self.address = address
  }
}

extension ContinuePage: Page {
  package func html(in shell: Shell) -> HTML {
    guard address.hasPrefix("https://") || address.hasPrefix("http://") else {
      return ErrorPage(
        status: 500, title: "No way to GitLab",
        message: "The address of GitLab's consent page is not one of the web.",
        remedy: "Check the connection's base URL."
      ).html(in: shell)
    }
    return shell.document(
      "Continue on GitLab", in: .codeRepos, trail: [("Code Repos", .codeRepos)],
      head: "<meta http-equiv=\"refresh\" content=\"0; url=\(address)\">\n",
      """
      <p class="lead">GitLab at \(baseURL) asks you to confirm the access, and sends you back here.</p>
      <p><a class="button primary" id="continue" href="\(address)" rel="noreferrer">Continue to GitLab</a></p>
      <p><a href="\(shell.link(.codeRepos))">Cancel</a></p>
      """)
  }
}
