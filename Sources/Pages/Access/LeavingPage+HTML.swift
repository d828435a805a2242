extension LeavingPage: Page {
  package func html(in shell: Shell) -> HTML {
    shell.document(
      "Continue at GitLab", in: .codeRepos,
      """
      <p class="lead">\(baseURL) asks you to allow the access, and sends you back here.</p>
      <p><a class="button primary" href="\(address)" rel="noreferrer">Continue at GitLab</a></p>

      """)
  }
}
