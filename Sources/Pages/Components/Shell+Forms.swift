extension Shell {
  /// A form that posts, with the CSRF token.
  func form(_ action: Route, isMultipart: Bool = false, _ content: HTML) -> HTML {
    """
    <form method="post" action="\(link(action))"\
    \(isMultipart ? " enctype=\"multipart/form-data\"" as HTML : "")>\
    <input type="hidden" name="\(Self.csrfField)" value="\(csrfToken)">
    \(content)</form>

    """
  }

  /// A form that is one button.
  ///
  /// - Parameter subject: What the button is about, for who cannot see where it stands.
  func postButton(
    _ words: String, _ action: Route, style: String = "plain", about subject: String? = nil
  ) -> HTML {
    let about: HTML = subject.map { "<span class=\"unseen\"> \($0)</span>" } ?? ""
    return """
      <form class="inline" method="post" action="\(link(action))">\
      <input type="hidden" name="\(Self.csrfField)" value="\(csrfToken)">\
      <button class="\(style)">\(words)\(about)</button></form>
      """
  }
}

/// The controls of forms, each with its label, its hint and its complaint.
enum FormField {
  /// A line of text.
  static func line(
    _ name: String, label: String, value: String, type: String = "text", hint: HTML = "",
    error: String? = nil, attributes: HTML = ""
  ) -> HTML {
    field(name, label: label, hint: hint, error: error) { described in
      "<input id=\"\(name)\" name=\"\(name)\" type=\"\(type)\" value=\"\(value)\"\(described)\(attributes)>"
    }
  }

  /// A secret: never prefilled, and not kept by the browser.
  static func secret(
    _ name: String, label: String, hint: HTML = "", error: String? = nil
  ) -> HTML {
    field(name, label: label, hint: hint, error: error) { described in
      """
      <input id="\(name)" name="\(name)" type="password" autocomplete="off" spellcheck="false"\(described)>
      """
    }
  }

  /// Several lines of text.
  static func area(
    _ name: String, label: String, value: String, rows: Int, hint: HTML = "",
    error: String? = nil, attributes: HTML = ""
  ) -> HTML {
    // The parser drops a line feed right behind the tag, and so would drop one of the value's.
    field(name, label: label, hint: hint, error: error) { described in
      """
      <textarea id="\(name)" name="\(name)" rows="\(rows)"\(described)\(attributes)>
      \(lines: value)</textarea>
      """
    }
  }

  /// A label, a control made with the attributes that tie it to its hint and complaint, and these.
  static func field(
    _ name: String, label: String, hint: HTML, error: String?, _ control: (HTML) -> HTML
  ) -> HTML {
    """
    <div class="field"><label for="\(name)">\(label)</label>\
    \(hint.isEmpty ? "" : "<p class=\"hint\" id=\"\(name)-hint\">\(hint)</p>" as HTML)\
    \(control(described(name, hasHint: !hint.isEmpty, error: error)))\(complaint(name, error))</div>

    """
  }

  /// What is wrong at a field.
  static func complaint(_ name: String, _ error: String?) -> HTML {
    guard let error else { return "" }
    return "<p class=\"complaint\" id=\"\(name)-error\">\(error)</p>"
  }

  /// The attributes that tie a control to its hint and complaint.
  static func described(_ name: String, hasHint: Bool, error: String?) -> HTML {
    guard hasHint || error != nil else { return "" }
    let ids = [error == nil ? nil : "\(name)-error", hasHint ? "\(name)-hint" : nil]
      .compactMap { $0 }.joined(separator: " ")
    return " aria-describedby=\"\(ids)\"\(error == nil ? "" : " aria-invalid=\"true\"" as HTML)"
  }

  /// A box to tick, or a radio button.
  static func choice(
    _ name: String, value: String, id: String, label: HTML, isChosen: Bool, type: String
  ) -> HTML {
    """
    <label class="choice" for="\(id)"><input id="\(id)" type="\(type)" name="\(name)" \
    value="\(value)"\(isChosen ? " checked" : "")> <span>\(label)</span></label>

    """
  }
}
