extension SettingsPage: Page {
  package func html(in shell: Shell) -> HTML {
    shell.document(
      "Settings", in: .settings,
      """
      <section aria-labelledby="keys"><h2 id="keys">API keys</h2>
      <p>Keys for the HTTP API, described in <a href="\(openAPIURL)">OpenAPI</a>.</p>
      \(created)\(table(shell))\(creation(shell))</section>
      \(webhook)
      """)
  }

  private var created: HTML {
    guard let newSecret else { return "" }
    return """
      <div class="notice success" role="status"><p><strong>The key was made. It is shown this once:</strong></p>
      <p class="copyable"><code id="new-key">\(newSecret)</code> \
      <button type="button" class="plain" data-copy="new-key" hidden>Copy</button></p></div>

      """
  }

  private func table(_ shell: Shell) -> HTML {
    guard !keys.isEmpty else { return .empty("There are no keys yet.", "") }
    return .scrolling(
      "API keys",
      """
      <table class="stack"><thead><tr><th scope="col">Name</th><th scope="col">Key</th>\
      <th scope="col">Permissions</th><th scope="col">Made</th><th scope="col">Last used</th>\
      <th scope="col"><span class="unseen">Actions</span></th></tr></thead>
      <tbody>
      \(keys.map { row($0, in: shell) })</tbody></table>
      """)
  }

  private func row(_ key: APIKeySummary, in shell: Shell) -> HTML {
    let action: HTML =
      key.revokedAt.map {
        "<span class=\"pill idle\">revoked</span> \(HTML.age($0, at: shell.now))"
      }
      ?? shell.postButton("Revoke", .revokeKey(key.id), about: key.name)
    return """
      <tr><th scope="row">\(bidirectional: key.name)</th><td data-label="Key"><code>\(key.prefix)…</code></td>\
      <td data-label="Permissions">\(key.permissions.joined(separator: ", "))</td>\
      <td data-label="Made">\(HTML.age(key.createdAt, at: shell.now))</td>\
      <td data-label="Last used">\(key.lastUsedAt.map { HTML.age($0, at: shell.now) } ?? "never")</td>\
      <td class="actions">\(action)</td></tr>

      """
  }

  private func creation(_ shell: Shell) -> HTML {
    let boxes = permissions.enumerated().map { index, permission in
      FormField.choice(
        Field.permission.rawValue, value: permission.name, id: "permission-\(index)",
        label:
          "<code>\(permission.name)</code> <span class=\"meta\">– \(permission.meaning)</span>",
        isChosen: permission.isChosen, type: "checkbox")
    }
    return shell.form(
      .createKey,
      """
      <fieldset><legend>New key</legend>
      \(FormField.line(
        Field.name.rawValue, label: "Name", value: name, hint: "What it is for.",
        error: errors[.name], attributes: " autocomplete=\"off\" required maxlength=\"100\""))\
      <div class="field" role="group" aria-label="Permissions">\(boxes)\
      \(FormField.complaint(Field.permission.rawValue, errors[.permission]))</div>
      <div class="buttons"><button class="primary">Make key</button></div></fieldset>
      """)
  }

  private var webhook: HTML {
    let state: HTML =
      hasWebhookToken
      ? "<p><span class=\"pill good\">✓ a token is set</span></p>\n"
      : """
      <p><span class="pill idle">○ no token is set</span> Hooks are refused until the server is started with one.</p>

      """
    return """
      <section aria-labelledby="webhook"><h2 id="webhook">Webhook</h2>
      <p>GitLab tells of pushes and merge requests at this address, and the repository is brought up to date at once. \
      Send it the events “Push” and “Merge request” with the secret token of this server.</p>
      <p class="copyable"><code id="webhook-url">\(webhookURL)</code> \
      <button type="button" class="plain" data-copy="webhook-url" hidden>Copy</button></p>
      \(state)</section>

      """
  }
}
