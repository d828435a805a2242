extension ConnectPage: Page {
  package func html(in shell: Shell) -> HTML {
    let title = reauthorizing.map { "Re-authorize \($0.name)" } ?? "Connect repository"
    let offline: HTML =
      shell.isOffline
      ? "<div class=\"notice warning\"><p>The server runs offline, so GitLab cannot be asked.</p></div>\n"
      : ""
    let action = reauthorizing.map { Route.reauthorize($0.id) } ?? .connect
    return shell.document(
      title, in: .codeRepos, trail: [("Code Repos", .codeRepos)],
      """
      \(offline)\(shell.form(
        action,
        """
        \(reauthorizing.map { ConnectionCard.facts($0, in: shell) } ?? instance)\(methods)\(oauth)\(token)\
        <div class="buttons"><button class="primary">\(reauthorizing == nil ? "Connect" : "Re-authorize")</button>
        <a class="button" href="\(shell.link(.codeRepos))">Cancel</a></div>
        """))
      """)
  }

  private var instance: HTML {
    let address = FormField.line(
      Field.baseURL.rawValue, label: "Base URL", value: baseURL,
      hint: """
        Where your GitLab is, as <code>https://gitlab.example.com</code> or \
        <code>https://example.com/gitlab</code>.
        """,
      error: errors[.baseURL],
      attributes:
        " inputmode=\"url\" autocomplete=\"url\" spellcheck=\"false\" placeholder=\"https://gitlab.example.com\""
    )
    let name = FormField.line(
      Field.name.rawValue, label: "Name", value: name,
      hint: "What this connection is called here; may stay empty.", error: errors[.name],
      attributes: " autocomplete=\"off\" maxlength=\"64\"")
    return """
      <fieldset><legend>GitLab</legend>
      \(FormField.choice(
        Field.instance.rawValue, value: "gitlab.com", id: "instance-com", label: "GitLab.com",
        isChosen: isGitLabCom, type: "radio"))\
      \(FormField.choice(
        Field.instance.rawValue, value: "other", id: "instance-other",
        label: "Another GitLab, self-managed or dedicated", isChosen: !isGitLabCom, type: "radio"))\
      \(FormField.complaint(Field.instance.rawValue, errors[.instance]))\
      <div class="part for-other">\(address)</div>\(name)</fieldset>

      """
  }

  private var methods: HTML {
    """
    <fieldset><legend>Authorize with</legend>
    \(FormField.choice(
      Field.method.rawValue, value: Method.oauth.rawValue, id: "method-oauth",
      label: "OAuth <span class=\"meta\">– you confirm on GitLab's own page, and the token renews itself</span>",
      isChosen: method == .oauth, type: "radio"))\
    \(FormField.choice(
      Field.method.rawValue, value: Method.token.rawValue, id: "method-token",
      label: "Access token <span class=\"meta\">– personal, project or group</span>",
      isChosen: method == .token, type: "radio"))\
    \(FormField.complaint(Field.method.rawValue, errors[.method]))</fieldset>

    """
  }

  private var oauth: HTML {
    let application = FormField.line(
      Field.clientID.rawValue, label: "Application ID", value: clientID,
      hint: "GitLab shows it when the application is made.", error: errors[.clientID],
      attributes: " autocomplete=\"off\" spellcheck=\"false\"")
    let secret = FormField.secret(
      Field.clientSecret.rawValue, label: "Secret",
      hint: "Only for a confidential application; else leave it empty.",
      error: errors[.clientSecret])
    return """
      <fieldset class="part for-oauth"><legend>OAuth application</legend>
      <p>Whoever administers GitLab, or you in your preferences, adds an application with the scopes \
      <code>read_api</code> and <code>read_repository</code> and exactly this redirect URI:</p>
      <p class="copyable"><code id="callback">\(callbackURL)</code> \
      <button type="button" class="plain" data-copy="callback" hidden>Copy</button></p>
      \(application)\(secret)</fieldset>

      """
  }

  private var token: HTML {
    """
    <fieldset class="part for-token"><legend>Access token</legend>
    \(FormField.secret(
      Field.token.rawValue, label: "Token",
      hint: """
        It needs the scopes <code>read_api</code> and <code>read_repository</code>, and no others. It is stored \
        encrypted and never shown again.
        """, error: errors[.token]))</fieldset>

    """
  }
}
