import Cache
import Correlation

extension AnalysisReport {
  /// Suspects, evidence and exonerations beyond these are left to the JSON.
  private static let mostSuspects = 20
  private static let mostEvidence = 30
  private static let mostExonerations = 50

  /// The answer as one page without scripts or anything from elsewhere, to attach to an incident.
  public var html: String {
    let title = "Suspects for \(UTCTime.text(analysis.at))"
    var page = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(Self.escaped(title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <header>
      <h1>Which merge request broke it?</h1>
      <p>\(Self.escaped(headline))</p>

      """
    for note in notes { page += "<p class=\"note\">\(Self.escaped(note))</p>\n" }
    page += "</header>\n<main>\n"
    if analysis.hasGoodSuspect {
      for (rank, suspect) in analysis.suspects.prefix(Self.mostSuspects).enumerated() {
        page += section(rank + 1, suspect)
      }
    } else {
      page +=
        "<p class=\"verdict\"><strong>No good suspect.</strong> \(Self.escaped(reasonForNone))</p>\n"
      let near = nearest.prefix(3)
      if !near.isEmpty { page += "<h2>Nearest, though it does not convince</h2>\n" }
      for (rank, suspect) in near.enumerated() { page += section(rank + 1, suspect) }
    }
    page += exonerations + "</main>\n<footer>\n"
    for line in basis { page += "<p>\(Self.escaped(line))</p>\n" }
    return page + "</footer>\n</body>\n</html>\n"
  }

  private static let style = """
    :root{--text:#1d2433;--soft:#586074;--back:#fff;--card:#f5f6f9;--line:#d9dde6;--new:#dcf3e2;--named:#c0392b;--link:#0b5cad}
    @media (prefers-color-scheme:dark){:root{--text:#e5e8ef;--soft:#a2aabb;--back:#161a22;--card:#20252f;--line:#39404d;--new:#1d3b29;--named:#ff8a7a;--link:#8ab4f8}}
    *{box-sizing:border-box}
    body{font:16px/1.5 system-ui,sans-serif;max-width:58rem;margin:2rem auto;padding:0 1rem;color:var(--text);background:var(--back);overflow-wrap:anywhere}
    h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:0}main>h2{margin-top:2rem}
    a{color:var(--link)}header p{margin:.35rem 0}
    .note,.verdict{border-left:4px solid var(--line);padding:.3rem .8rem;color:var(--soft)}.verdict{color:var(--text);font-size:1.1rem}
    section{border-top:1px solid var(--line);margin-top:1.4rem;padding-top:1.1rem}
    .meta{color:var(--soft);margin:.15rem 0}.why{margin:.5rem 0}meter{width:8rem;vertical-align:middle}
    pre{background:var(--card);padding:.5rem 0;overflow-x:auto;font:13px/1.45 ui-monospace,monospace;margin:.3rem 0}
    pre span{display:block;padding:0 .7rem;min-width:max-content}.changed{background:var(--new)}
    .named{box-shadow:inset 4px 0 var(--named);font-weight:700}
    details{color:var(--soft);font-size:.9rem}summary{cursor:pointer}table{border-collapse:collapse}td,th{padding:.1rem .8rem .1rem 0;text-align:left;vertical-align:top}
    footer{border-top:1px solid var(--line);margin-top:2rem;color:var(--soft);font-size:.85rem}footer p{margin:.2rem 0}
    @media print{body{max-width:none;margin:0;font-size:11pt}section{break-inside:avoid}pre{white-space:pre-wrap;font-size:9pt}details{display:none}a{color:inherit}a[href]::after{content:" (" attr(href) ")";font-size:.8em}*{print-color-adjust:exact}}
    """

  private static func escaped(_ text: String) -> String { HTMLText.escaped(text) }

  private var exonerations: String {
    guard !analysis.exonerations.isEmpty else { return "" }
    var text = "<section>\n<h2>Not suspected</h2>\n<ul>\n"
    for exoneration in analysis.exonerations.prefix(Self.mostExonerations) {
      let request = exoneration.mergeRequest
      let name = "\(reference(exoneration.repository, request)) \(request.title)"
      text += "<li>\(link(name, request.webURL)): \(Self.escaped(exoneration.reason))</li>\n"
    }
    let more = analysis.exonerations.count - Self.mostExonerations
    if more > 0 { text += "<li>and \(more) more</li>\n" }
    return text + "</ul>\n</section>\n"
  }

  /// A link where the address is one of the web.
  private func link(_ name: String, _ url: String?) -> String {
    guard let url, url.hasPrefix("https://") || url.hasPrefix("http://") else {
      return Self.escaped(name)
    }
    return "<a href=\"\(Self.escaped(url))\" rel=\"noreferrer\">\(Self.escaped(name))</a>"
  }

  private func section(_ rank: Int, _ suspect: Suspect) -> String {
    let request = suspect.mergeRequest
    let name = "\(reference(suspect.repository, request)) \(request.title)"
    let share = Int((suspect.confidence * 100).rounded())
    var text = "<section>\n<h2>\(rank). \(link(name, request.webURL))</h2>\n"
    text += "<p class=\"meta\">\(Self.escaped(circumstances(suspect)))</p>\n"
    text += "<p class=\"meta\"><meter min=\"0\" max=\"100\" value=\"\(share)\">\(share) %</meter>"
    text += " confidence \(share) %</p>\n"
    text += "<p class=\"why\">\(Self.escaped(suspect.explanation))</p>\n"
    if !suspect.snippet.isEmpty {
      text += "<p class=\"meta\">\(Self.escaped(place(suspect)))</p>\n<pre>"
      let digits = suspect.snippet.last.map { "\($0.number)".count } ?? 0
      for line in suspect.snippet {
        let classes = [line.isChanged ? "changed" : nil, line.isNamed ? "named" : nil]
          .compactMap { $0 }.joined(separator: " ")
        let marks = (line.isNamed ? "&gt;" : " ") + (line.isChanged ? "+" : " ")
        let number = String(repeating: " ", count: digits - "\(line.number)".count)
        let code = Self.escaped(Self.spaced(line.text))
        text +=
          "<span\(classes.isEmpty ? "" : " class=\"\(classes)\"")>\(marks) \(number)\(line.number)  \(code)</span>"
      }
      text += "</pre>\n"
    }
    return text + evidence(suspect) + "</section>\n"
  }

  private func evidence(_ suspect: Suspect) -> String {
    guard !suspect.evidence.isEmpty else { return "" }
    var text = "<details>\n<summary>All evidence</summary>\n<table>\n"
    text += "<tr><th>weight</th><th>kind</th><th>what</th></tr>\n"
    for evidence in suspect.evidence.prefix(Self.mostEvidence) {
      let weight = (evidence.weight * 100).rounded() / 100
      text += "<tr><td>\(weight)</td><td>\(Self.escaped(evidence.kind))</td>"
      text += "<td>\(Self.escaped(evidence.text))</td></tr>\n"
    }
    return text + "</table>\n</details>\n"
  }
}
