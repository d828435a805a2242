extension ConfirmPage: Page {
  package func html(in shell: Shell) -> HTML {
    let box =
      choice.map {
        FormField.choice(
          $0.name, value: "on", id: "choice", label: "\($0.label)", isChosen: false,
          type: "checkbox")
      } ?? ""
    return shell.document(
      question, in: .codeRepos,
      """
      <ul>\(consequences.map { sentence -> HTML in "<li>\(sentence)</li>" })</ul>
      \(shell.form(
        action,
        """
        \(box)<div class="buttons"><button class="danger">\(button)</button>
        <a class="button" href="\(shell.link(cancel))">Cancel</a></div>
        """))
      """)
  }
}
