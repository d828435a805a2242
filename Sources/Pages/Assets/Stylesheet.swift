/// The style of all pages.
enum Stylesheet {
  static let text = base + Bars.rules

  private static let base = """
    body{font:16px/1.5 system-ui,sans-serif}

    """
}
