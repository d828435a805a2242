import Foundation
import Pages
import TestSupport
import Testing

@Suite struct PageTests {
  @Test func `every page is whole, labelled and without inline script or style`() {
    for (name, html) in SamplePages().all {
      #expect(HTMLChecker(html.text).problems == [], "\(name)")
    }
  }

  @Test func `hostile text changes no element of any page`() {
    let hostile = [
      "</bdi></title></textarea><script>alert(1)</script><!-- ]]>",
      "\" onmouseover=\"alert(1) '><img src=x onerror=alert(1)>", "&lt;b&gt;&#60;{{7*7}}${x}",
      "\u{0}\u{1B}[31m\u{202E}gpj.exe\u{2066}\n\tjavascript:alert(1)//",
    ]
    let plain = SamplePages().all.map { HTMLChecker($0.html.text) }
    var random = SeededGenerator(seed: 11)
    for text in hostile + (0..<4).map({ _ in Self.mixture(of: hostile, with: &random) }) {
      let pages = SamplePages(dressing: { $0 + text }).all
      for ((name, html), expected) in zip(pages, plain) {
        let page = HTMLChecker(html.text)
        #expect(page.problems == [], "\(name) with \(text.debugDescription)")
        #expect(
          Self.shape(of: page) == Self.shape(of: expected), "\(name) with \(text.debugDescription)")
        #expect(page.elements.count { $0.name == "script" } == 1, "\(name)")
      }
    }
  }

  /// The elements in their order, without labels in pictures: these are left out where they have no room.
  private static func shape(of page: HTMLChecker) -> [String] {
    page.elements.map(\.name).filter { $0 != "text" }
  }

  private static func mixture(
    of parts: [String], with random: inout SeededGenerator
  ) -> String {
    let characters = parts.joined().unicodeScalars.map(Character.init)
    return String((0..<12).compactMap { _ in characters.randomElement(using: &random) })
  }

  @Test func `control characters and those that turn text around are shown`() {
    let text = "a\u{202E}b\u{0}\u{7F}\u{85}\u{200B}\u{2067}\u{FEFF}\u{61C}\nc\td"
    let html: HTML = "<p title=\"\(text)\">\(text)</p>"
    let shown = "a\\u{202e}b\\u{0}\\u{7f}\\u{85}\\u{200b}\\u{2067}\\u{feff}\\u{61c}\\nc\\td"
    #expect(html.text == "<p title=\"\(shown)\">\(shown)</p>")
    let lines: HTML = "\(lines: "a\r\nb\tc\u{1B}")"
    #expect(lines.text == "a\nb\tc\\u{1b}")
    let whole: HTML = "\("naïve 日本語 👩‍👩‍👧 & <b>")"
    #expect(whole.text == "naïve 日本語 👩‍👩‍👧 &amp; &lt;b&gt;")
  }

  @Test func `an analysis is not said to run offline where it may fetch what is missing`() throws {
    let page = try #require(SamplePages().all.first { $0.name == "analysis-none" })
    #expect(page.html.text.contains("Run again</button>") && !page.html.text.contains("offline"))
  }

  @Test func `a page below a path of a proxy leads to that path alone`() {
    let shell = Shell(root: "/sigsentry", csrfToken: "x", now: SamplePages.now)
    let page = HTMLChecker(SamplePages().repositoryPage(20).html(in: shell).text)
    let addresses = page.elements.flatMap { $0.attributes }
      .filter { ["href", "src", "action"].contains($0.name) && $0.value.hasPrefix("/") }
    #expect(!addresses.isEmpty)
    #expect(addresses.allSatisfy { $0.value.hasPrefix("/sigsentry/") })
  }

  @Test func `a secret is never sent back into its field`() {
    for (_, html) in SamplePages().all {
      for element in HTMLChecker(html.text).elements where element["type"] == "password" {
        #expect(element["value"] == nil)
        #expect(element["autocomplete"] == "off")
      }
    }
  }

  @Test func `a complaint stands at its field`() {
    let page = SamplePages().all.first { $0.name == "connect-token" }?.html.text ?? ""
    let checker = HTMLChecker(page)
    let field = checker.elements.first { $0["id"] == "token" }
    #expect(field?["aria-invalid"] == "true")
    #expect(field?["aria-describedby"] == "token-error token-hint")
    #expect(
      page.contains(
        "<p class=\"complaint\" id=\"token-error\">401: GitLab does not take the token.</p>"))
  }

  @Test func `addresses of static files change with their content alone`() {
    let names = Asset.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.wholeMatch(of: /[a-z]+\.[0-9a-f]{16}\.(css|js|svg)/) != nil })
    let page = SamplePages().all[0].html.text
    #expect(names.allSatisfy { page.contains("/assets/\($0)") })
  }

  @Test func `a new analysis can be asked for only where something is watched`() {
    let pages = Dictionary(uniqueKeysWithValues: SamplePages().all.map { ($0.name, $0.html.text) })
    #expect(pages["new-analysis"]?.contains("enctype=\"multipart/form-data\"") == true)
    #expect(pages["new-analysis-empty"]?.contains("<textarea") == false)
  }
}
