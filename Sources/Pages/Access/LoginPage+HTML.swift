extension LoginPage: Page {
  package func html(in shell: Shell) -> HTML {
    let secret = FormField.secret(
      Field.token.rawValue, label: "Token",
      hint: "The server printed it when it started.", error: error)
    return shell.document(
      "Log in", in: nil,
      shell.form(
        .login,
        """
        <input type="hidden" name="\(Field.next.rawValue)" value="\(next)">
        \(secret)<div class="buttons"><button class="primary">Log in</button></div>
        """))
  }
}
