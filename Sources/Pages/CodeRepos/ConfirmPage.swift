/// Asks before something is removed.
package struct ConfirmPage: Sendable {
  /// The question.
  package var question: String
  /// What it would do, a sentence each.
  package var consequences: [String]
  /// The button's words.
  package var button: String
  /// Where the button posts to.
  package var action: Route
  /// Where Cancel leads.
  package var cancel: Route
  /// A box that may be ticked: its field's name and words, as `revoke` and "Also revoke the token on GitLab".
  package var choice: Choice?

  /// Makes one of its parts.
  package init(
    question: String, consequences: [String] = [], button: String, action: Route, cancel: Route,
    choice: Choice? = nil
  ) {
    self.question = question
    self.consequences = consequences
    self.button = button
    self.action = action
    self.cancel = cancel
    self.choice = choice
  }

  /// A box that may be ticked.
  package struct Choice: Sendable {
    /// The control's name; its value is `on`.
    package var name: String
    /// The words beside it.
    package var label: String

    /// Makes one of its parts.
    package init(
      name: String, label: String
    ) {
      self.name = name
      self.label = label
    }
  }
}
