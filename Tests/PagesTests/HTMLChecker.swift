/// Reads a page strictly and lists what is wrong with it: what the pages promise, not all of the standard.
struct HTMLChecker {
  /// A start tag with its attributes.
  struct Element {
    var name: String
    var attributes: [(name: String, value: String)]

    subscript(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
  }

  private(set) var problems: [String] = []
  private(set) var elements: [Element] = []
  /// All text outside of tags, still escaped.
  private(set) var text = ""

  private static let void: Set = ["meta", "link", "input", "br", "hr", "img"]
  private static let blocks: Set = [
    "div", "p", "ul", "ol", "dl", "table", "form", "fieldset", "section", "article", "figure",
    "pre",
    "h1", "h2", "h3", "h4", "nav", "details", "header", "footer", "main",
  ]
  private static let parents: [String: Set<String>] = [
    "li": ["ul", "ol"], "tr": ["thead", "tbody"], "td": ["tr"], "th": ["tr"], "thead": ["table"],
    "tbody": ["table"], "option": ["select", "datalist"], "dt": ["dl", "div"], "dd": ["dl", "div"],
    "legend": ["fieldset"], "summary": ["details"], "figcaption": ["figure"],
  ]

  init(_ page: String) {
    var stack: [String] = []
    var rest = page[...]
    while let open = rest.firstIndex(of: "<") {
      text += rest[..<open]
      guard let close = rest[open...].firstIndex(of: ">") else {
        problems.append("a tag does not end")
        return
      }
      let tag = rest[rest.index(after: open)..<close]
      rest = rest[rest.index(after: close)...]
      if tag.hasPrefix("!doctype") { continue }
      if tag.hasPrefix("/") {
        if stack.popLast() != String(tag.dropFirst()) { problems.append("<\(tag)> closes another") }
        continue
      }
      let isClosed = tag.hasSuffix("/")
      let element = read(isClosed ? tag.dropLast() : tag)
      elements.append(element)
      check(element, in: stack)
      if !isClosed, !Self.void.contains(element.name) { stack.append(element.name) }
    }
    text += rest
    if !stack.isEmpty { problems.append("left open: \(stack)") }
    checkReferences()
  }

  private mutating func read(_ tag: Substring) -> Element {
    let name = tag.prefix { $0 != " " }
    var element = Element(name: String(name), attributes: [])
    var rest = tag.dropFirst(name.count)
    while let first = rest.first {
      guard first == " " else {
        problems.append("<\(tag)>: no space before an attribute")
        return element
      }
      rest = rest.drop { $0 == " " }
      let key = rest.prefix { $0 != "=" && $0 != " " }
      rest = rest.dropFirst(key.count)
      guard !key.isEmpty else { break }
      if !key.allSatisfy({ $0.isLetter && $0.isASCII || $0.isNumber || $0 == "-" }) {
        problems.append("<\(name)>: an attribute is called \(key)")
      }
      if element[String(key)] != nil { problems.append("<\(name)>: \(key) twice") }
      guard rest.first == "=" else {
        element.attributes.append((String(key), ""))
        continue
      }
      guard rest.dropFirst().first == "\"", let end = rest.dropFirst(2).firstIndex(of: "\"") else {
        problems.append("<\(name)>: \(key) is not quoted")
        return element
      }
      element.attributes.append((String(key), String(rest.dropFirst(2)[..<end])))
      rest = rest[rest.index(after: end)...]
    }
    return element
  }

  private mutating func check(_ element: Element, in stack: [String]) {
    let name = element.name
    if let parents = Self.parents[name], !parents.contains(stack.last ?? "") {
      problems.append("<\(name)> in <\(stack.last ?? "")>")
    }
    if Self.blocks.contains(name), stack.contains("p") || stack.last == "span" {
      problems.append("<\(name)> in a paragraph or span")
    }
    if ["form", "a", "button", "label"].contains(name), stack.contains(name) {
      problems.append("<\(name)> in another")
    }
    if name == "button", stack.contains("a") { problems.append("a button in a link") }
    if name == "style" || element["style"] != nil { problems.append("<\(name)> has inline style") }
    if name == "script", element["src"]?.hasPrefix("/") != true { problems.append("inline script") }
    for (key, value) in element.attributes {
      if key.hasPrefix("on") { problems.append("<\(name)> has \(key)") }
      if ["href", "src", "action", "formaction"].contains(key) {
        if !["/", "#", "https://", "http://"].contains(where: value.hasPrefix)
          || value.hasPrefix("//")
        {
          problems.append("<\(name)> leads to \(value)")
        }
      }
    }
  }

  private mutating func checkReferences() {
    var ids: Set<String> = []
    for id in elements.compactMap({ $0["id"] }) where !ids.insert(id).inserted {
      problems.append("id \(id) twice")
    }
    let labelled = Set(elements.filter { $0.name == "label" }.compactMap { $0["for"] })
    for element in elements {
      for key in ["for", "aria-labelledby", "aria-describedby", "list"] {
        for id in element[key]?.split(separator: " ") ?? [] where !ids.contains(String(id)) {
          problems.append("<\(element.name)> \(key) names no element: \(id)")
        }
      }
      if let target = element["href"], target.hasPrefix("#"),
        !ids.contains(String(target.dropFirst()))
      {
        problems.append("a link leads to no element: \(target)")
      }
      let isControl = ["input", "textarea", "select"].contains(element.name)
      if isControl, element["type"] != "hidden", !labelled.contains(element["id"] ?? "") {
        problems.append("<\(element.name)> \(element["name"] ?? "") has no label")
      }
      if element.name == "form", element["method"] == "post" {
        if !elements.contains(where: { $0["name"] == "csrf" }) { problems.append("no CSRF token") }
      }
      if ["progress", "meter"].contains(element.name), element["aria-label"] == nil {
        problems.append("<\(element.name)> has no label")
      }
      if element.name == "svg", element["aria-hidden"] == nil, element["aria-labelledby"] == nil {
        problems.append("a picture has no title")
      }
    }
    if elements.count(where: { $0.name == "h1" }) != 1 { problems.append("not one h1") }
    if elements.count(where: { $0.name == "main" }) != 1 { problems.append("not one main") }
  }
}
