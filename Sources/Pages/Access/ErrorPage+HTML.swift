extension ErrorPage: Page {
  package func html(in shell: Shell) -> HTML {
    let content: HTML = """
      <p class="lead">\(message)</p>
      \(remedy.map { "<p>\($0)</p>\n" } ?? "" as HTML)\
      <p><a class="button" href="\(shell.link(.codeRepos))">Go to Code Repos</a></p>
      <p class="meta">Status \(status)\(requestID.map { " · request <code>\($0)</code>" } ?? "" as HTML)</p>

      """
    return shell.document(title, in: status == 401 ? nil : .codeRepos, content)
  }
}
