extension AnalysisPage: Page {
  package func html(in shell: Shell) -> HTML {
    shell.document(
      summary.title, in: .analyses, trail: [("Analyses", .analyses)],
      """
      <p>\(summary.status.pill)</p>
      \(facts(shell))\(actions(shell))\(trouble)\(waiting(shell))\(answer.map { suspects($0, in: shell) } ?? "")\(asked)
      """)
  }

  private func facts(_ shell: Shell) -> HTML {
    let counts: HTML =
      answer.map { answer in
        """
        <div><dt>Looked at</dt><dd>\(Words.count(answer.candidates, "merge request")) of the \
        \(Words.count(answer.lookbackDays, "day")) before</dd></div>
        \(parts(answer))<div><dt>Symptom</dt><dd>\(Words.count(answer.frames, "stack frame"))</dd></div>

        """
      } ?? ""
    return """
      <dl class="facts">
      <div><dt>Window</dt><dd>\(HTML.time(summary.from)) to \(HTML.time(summary.until))</dd></div>
      <div><dt>Repositories</dt><dd>\(bidirectional: summary.place)</dd></div>
      <div><dt>Asked</dt><dd>\(HTML.age(summary.createdAt, at: shell.now))</dd></div>
      \(counts)</dl>

      """
  }

  private func parts(_ answer: AnalysisAnswer) -> HTML {
    guard let prefixes = answer.pathPrefixes, !prefixes.isEmpty else { return "" }
    let items = prefixes.sorted { $0.key < $1.key }.map { path, directories -> HTML in
      let listed = directories.joined(separator: ", ")
      return "<div>\(bidirectional: path) below <code>\(bidirectional: listed)</code></div>"
    }
    return "<div><dt>Only</dt><dd>\(items)</dd></div>\n"
  }

  private func actions(_ shell: Shell) -> HTML {
    let downloads: HTML =
      answer == nil
      ? ""
      : """
      <a class="button" href="\(shell.link(.analysisFile(summary.id)))" download>Share as one HTML file</a> \
      <a class="button" href="\(shell.link(.analysisData(summary.id)))">JSON</a>
      """
    let again =
      summary.status == .pending || summary.status == .processing
      ? "" : shell.postButton("Run again", .rerun(summary.id))
    return "<div class=\"buttons\">\(again) \(downloads)</div>\n"
  }

  private var trouble: HTML {
    guard let failure else { return "" }
    let kind: HTML = summary.status == .failed ? "failure" : "warning"
    let words: HTML =
      summary.status == .failed ? "The analysis failed." : "The answer is not whole."
    return "<div class=\"notice \(kind)\"><p><strong>\(words)</strong> \(failure)</p></div>\n"
  }

  private func waiting(_ shell: Shell) -> HTML {
    guard summary.status == .pending || summary.status == .processing else { return "" }
    return """
      <div class="empty" data-pending><p role="status">The analysis is running. \
      It takes seconds.</p>
      <p><a class="button" href="\(shell.link(.analysis(summary.id)))">Refresh</a></p></div>

      """
  }

  private var asked: HTML {
    let trace: HTML =
      symptom.isEmpty ? "" : "<pre class=\"code\" tabindex=\"0\">\(lines: symptom)</pre>"
    return """
      <details><summary>What was asked</summary><div class="prose">\(lines: summary.description)</div>\(trace)</details>

      """
  }

  private func suspects(_ answer: AnalysisAnswer, in shell: Shell) -> HTML {
    let verdict: HTML =
      answer.hasGoodSuspect
      ? ""
      : """
      <div class="notice warning"><p><strong>No good suspect.</strong> \(answer.explanation ?? "")</p></div>

      """
    let list = answer.suspects.enumerated().map { rank, suspect in
      SuspectCard(rank: rank + 1, suspect: suspect).html(in: shell)
    }
    return """
      \(verdict)<section aria-labelledby="suspects"><h2 id="suspects">\
      \(answer.suspects.isEmpty ? "No suspects" : "Suspects")</h2>
      \(list)</section>
      \(exonerated(answer))\(revisions(answer))
      """
  }

  private func exonerated(_ answer: AnalysisAnswer) -> HTML {
    guard !answer.exonerated.isEmpty else { return "" }
    let shown = answer.exonerated.prefix(200)
    let items = shown.map { request -> HTML in
      "<li>\(bidirectional: request.repository)!\(request.iid) \(bidirectional: request.title): \(request.reason)</li>\n"
    }
    return """
      <section aria-labelledby="exonerated"><h2 id="exonerated">Not suspected</h2>
      <ul class="exonerated">
      \(items)</ul>\(shown.count < answer.exonerated.count
        ? "<p class=\"meta\">And \(Words.number(answer.exonerated.count - shown.count)) more.</p>" : "" as HTML)</section>

      """
  }

  private func revisions(_ answer: AnalysisAnswer) -> HTML {
    guard !answer.revisions.isEmpty else { return "" }
    let items = answer.revisions.sorted { $0.key < $1.key }.map { path, sha -> HTML in
      "<li>\(bidirectional: path) at <code>\(sha)</code></li>"
    }
    return "<details><summary>Revisions that were read</summary><ul>\(items)</ul></details>\n"
  }
}

/// A suspect: why, with the lines beside the evidence.
struct SuspectCard {
  let rank: Int
  let suspect: SuspectDetails

  func html(in shell: Shell) -> HTML {
    """
    <article class="card suspect" aria-labelledby="suspect-\(rank)">
    <div class="head"><h3 id="suspect-\(rank)">\(rank). \(name(shell))</h3>\
    <span class="confidence"><strong>\(Words.percent(suspect.confidence))</strong> confidence</span></div>
    <p class="meta">\(bidirectional: suspect.repository) · \(bidirectional: suspect.author ?? "deleted account")\
    \(suspect.mergedAt.map { " · merged \(HTML.time($0))" } ?? "" as HTML) · score \(Words.percent(suspect.score)) · \
    \(HTML.external(suspect.webURL, "on GitLab"))</p>
    <meter min="0" max="100" value="\(Int((min(1, max(0, suspect.confidence)) * 100).rounded()))" \
    aria-label="Confidence"></meter>
    <p class="lead">\(suspect.explanation)</p>
    <div class="beside">\(lines)\(reasons)</div>
    </article>

    """
  }

  private func name(_ shell: Shell) -> HTML {
    let words: HTML = "!\(suspect.iid) \(bidirectional: suspect.title)"
    guard let id = suspect.repositoryID else { return words }
    return "<a href=\"\(shell.link(.mergeRequest(id, suspect.iid)))\">\(words)</a>"
  }

  private var lines: HTML {
    guard !suspect.snippet.isEmpty else { return "" }
    let function: HTML = suspect.function.map { ", <code>\(bidirectional: $0)</code>" } ?? ""
    let rows = suspect.snippet.map { line -> HTML in
      let classes = (line.isChanged ? "changed " : "") + (line.isNamed ? "named" : "")
      let marks: HTML =
        switch (line.isNamed, line.isChanged) {
        case (true, true):
          "<span aria-hidden=\"true\">▶+</span><span class=\"unseen\">crash line, changed: </span>"
        case (true, false):
          "<span aria-hidden=\"true\">▶ </span><span class=\"unseen\">crash line: </span>"
        case (false, true):
          "<span aria-hidden=\"true\"> +</span><span class=\"unseen\">changed: </span>"
        case (false, false): "  "
        }
      return """
        <span class="line \(classes)"><span class="mark">\(marks)</span><span class="number">\(line.number)</span>\
        \(lines: line.text)
        </span>
        """
    }
    return """
      <figure class="snippet"><figcaption><code>\(bidirectional: suspect.file)</code>\(function)</figcaption>
      <pre class="code" tabindex="0">\(rows)</pre>
      <p class="meta legend"><span class="mark">▶</span> named by the symptom · <span class="mark">+</span> changed by \
      this merge request</p></figure>

      """
  }

  private var reasons: HTML {
    guard !suspect.evidence.isEmpty else { return "" }
    let most = suspect.evidence.map { abs($0.weight) }.max() ?? 0
    let items = suspect.evidence.map { reason -> HTML in
      let steps = most > 0 ? Int((abs(reason.weight) / most * Double(Bars.steps)).rounded()) : 0
      let place: HTML =
        reason.file.isEmpty
        ? ""
        : " <span class=\"meta\"><code>\(bidirectional: reason.file)\(reason.line.map { ":\($0)" } ?? "")</code></span>"
      return """
        <li><i class="bar \(reason.weight < 0 ? "a0 d" : "d0 a" as HTML)\(max(1, min(Bars.steps, steps)))"></i>\
        <span>\(reason.weight < 0 ? "<b>speaks against it:</b> " : "" as HTML)\(reason.text)\(place)</span></li>

        """
    }
    return "<div class=\"reasons\"><h4>Evidence</h4><ul>\n\(items)</ul></div>\n"
  }
}
