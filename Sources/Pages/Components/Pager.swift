extension HTML {
  /// The way to the pages before and after one of a list; nothing where there is one page alone.
  static func pager(_ page: Int, of pages: Int, address: (_ page: Int) -> String) -> HTML {
    guard pages > 1 else { return "" }
    func link(_ words: String, _ number: Int) -> HTML {
      guard (1...pages).contains(number) else { return "" }
      return "<a class=\"button\" href=\"\(address(number))\">\(words)</a> "
    }
    return """
      <nav class="pager" aria-label="Pages">\(link("Previous", page - 1))<span>Page \(page) of \(pages)</span> \
      \(link("Next", page + 1))</nav>

      """
  }
}
