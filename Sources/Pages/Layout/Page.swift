/// A page: a value that says what to show, and how it looks as HTML.
///
/// Pages hold no secrets but those that they are there to show once, read no clock and never fail.
package protocol Page: Sendable {
  /// The whole document.
  ///
  /// - Parameter shell: What stands around the content.
  func html(in shell: Shell) -> HTML
}
