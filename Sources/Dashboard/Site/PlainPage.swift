/// The least of a page.
enum PlainPage {
  static func failure(_ failure: WebFailure) -> String {
    page("Error", "<h1>\(escaped(failure.message))</h1>\n<p>\(escaped(failure.hint ?? ""))</p>")
  }

  static func page(_ title: String, _ body: String) -> String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><title>\(escaped(title))</title></head>
    <body>\(body)</body></html>

    """
  }

  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
  }
}
