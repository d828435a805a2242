extension NewAnalysisPage: Page {
  package func html(in shell: Shell) -> HTML {
    guard !repositories.isEmpty else {
      return shell.document(
        "New analysis", in: .analyses, trail: [("Analyses", .analyses)],
        .empty(
          "There is nothing to look in yet.",
          """
          <p>An analysis reads what is cached. Connect a repository and sync it first.</p>
          <p><a class="button primary" href="\(shell.link(.connect))">Connect repository</a></p>
          """))
    }
    return shell.document(
      "New analysis", in: .analyses, trail: [("Analyses", .analyses)],
      shell.form(
        .analyses, isMultipart: true,
        """
        \(what)\(when)\(place)<div class="buttons"><button class="primary">Analyze</button>
        <a class="button" href="\(shell.link(.analyses))">Cancel</a></div>
        """))
  }

  private var what: HTML {
    let words = FormField.area(
      Field.description.rawValue, label: "Description", value: description, rows: 3,
      hint: "What went wrong, in your words.", error: errors[.description],
      attributes: " required maxlength=\"\(Self.maximumDescription)\"")
    let trace = FormField.area(
      Field.symptom.rawValue, label: "Log lines or stack trace", value: symptom, rows: 12,
      hint: "Paste them as they are. A file can be dropped here, too.", error: errors[.symptom],
      attributes: " spellcheck=\"false\" wrap=\"off\" class=\"code\" data-drop")
    let file = FormField.field(
      Field.symptomFile.rawValue, label: "Or a file", hint: "", error: errors[.symptomFile]
    ) { described in
      """
      <input id="\(Field.symptomFile.rawValue)" name="\(Field.symptomFile.rawValue)" type="file" \
      accept=".txt,.log,.json,text/*"\(described)>
      """
    }
    return "<fieldset><legend>What was seen</legend>\n\(words)\(trace)\(file)</fieldset>\n"
  }

  private var when: HTML {
    let presets = Window.allCases.map { choice in
      FormField.choice(
        Field.window.rawValue, value: choice.rawValue, id: "window-\(choice.rawValue)",
        label: choice == .custom ? "custom" : "last \(choice.rawValue)",
        isChosen: choice == window, type: "radio")
    }
    let from = FormField.line(
      Field.from.rawValue, label: "From (UTC)", value: from, type: "datetime-local",
      error: errors[.from])
    let until = FormField.line(
      Field.until.rawValue, label: "Until (UTC)", value: until, type: "datetime-local",
      hint: "Empty for now.", error: errors[.until])
    return """
      <fieldset><legend>When</legend>
      <div class="choices">\(presets)</div>\(FormField.complaint(Field.window.rawValue, errors[.window]))\
      <div class="part for-custom pair">\(from)\(until)</div></fieldset>

      """
  }

  private var place: HTML {
    """
    <fieldset><legend>Where</legend>
    <p class="hint">Tick nothing to look everywhere.</p>
    \(choices(repositories, .repository, "Repositories"))\(choices(services, .service, "Services"))</fieldset>

    """
  }

  private func choices(_ choices: [Choice], _ field: Field, _ title: String) -> HTML {
    guard !choices.isEmpty else { return "" }
    let boxes = choices.enumerated().map { index, choice in
      let note: HTML = choice.note.map { " <span class=\"meta\">– \($0)</span>" } ?? ""
      return FormField.choice(
        field.rawValue, value: choice.name, id: "\(field.rawValue)-\(index)",
        label: "\(bidirectional: choice.name)\(note)", isChosen: choice.isChosen, type: "checkbox")
    }
    return """
      <div class="field" role="group" aria-labelledby="\(field.rawValue)-title">\
      <p class="label" id="\(field.rawValue)-title">\(title)</p><div class="choices">\(boxes)</div>\
      \(FormField.complaint(field.rawValue, errors[field]))</div>

      """
  }
}
