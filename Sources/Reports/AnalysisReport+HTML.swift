import Cache
import Correlation

extension AnalysisReport {
  /// The answer as one page without scripts or anything from elsewhere, to attach to an incident.
  public var html: String {
    let title = "Suspects for \(UTCTime.text(analysis.at))"
    var page = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(HTMLText.escaped(title))</title>
      <style>
      body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2433;background:#fff}
      h2{margin:2rem 0 .25rem;font-size:1.15rem}.meta{color:#586074}
      pre{background:#f5f6f9;padding:.5rem;overflow-x:auto;font-size:.85rem}
      .changed{background:#dff3e3;display:block}.named{outline:2px solid #c23b3b}
      footer{margin-top:3rem;color:#586074;font-size:.85rem;overflow-wrap:anywhere}
      @media(prefers-color-scheme:dark){body{color:#e5e8ef;background:#161a22}pre{background:#20252f}
      .meta,footer{color:#a2aabb}.changed{background:#1f3d2a}a{color:#8ab4f8}}
      </style></head><body>
      <h1>\(HTMLText.escaped(title))</h1>
      <p class="meta">\(analysis.candidates) merge requests of the \(analysis.lookbackDays) days before, in \
      \(HTMLText.escaped(analysis.repositories.joined(separator: ", "))).</p>

      """
    if !analysis.hasGoodSuspect {
      page +=
        "<p><strong>No good suspect.</strong> \(HTMLText.escaped(analysis.explanation ?? ""))</p>\n"
    }
    for (rank, suspect) in analysis.suspects.prefix(20).enumerated() {
      page += section(rank + 1, suspect)
    }
    if !analysis.exonerations.isEmpty {
      page += "<h2>Not suspected</h2><ul>\n"
      for exoneration in analysis.exonerations.prefix(50) {
        page +=
          "<li>!\(exoneration.mergeRequest.iid) \(HTMLText.escaped(exoneration.mergeRequest.title)): \(HTMLText.escaped(exoneration.reason))</li>\n"
      }
      page += "</ul>\n"
    }
    let revisions = analysis.revisions.sorted { $0.key < $1.key }
      .map { "\($0.key) at \($0.value)" }.joined(separator: ", ")
    return page
      + "<footer>\(HTMLText.escaped(revisions)); rules of version \(Analyzer.algorithmVersion)</footer>\n</body></html>\n"
  }

  private func section(_ rank: Int, _ suspect: Suspect) -> String {
    let request = suspect.mergeRequest
    let name = "!\(request.iid) \(HTMLText.escaped(request.title))"
    var text = "<section><h2>\(rank). "
    if let url = request.webURL, url.hasPrefix("https://") || url.hasPrefix("http://") {
      text += "<a href=\"\(HTMLText.escaped(url))\" rel=\"noreferrer\">\(name)</a>"
    } else {
      text += name
    }
    text += "</h2>\n<p class=\"meta\">\(HTMLText.escaped(request.authorName ?? "unknown author"))"
    text += request.mergedAt.map { ", merged \(UTCTime.text($0))" } ?? ""
    text += ", confidence \(Int((suspect.confidence * 100).rounded())) %</p>\n"
    text += "<p>\(HTMLText.escaped(suspect.explanation))</p>\n"
    if !suspect.snippet.isEmpty {
      text += "<p class=\"meta\">\(HTMLText.escaped(suspect.file))"
      text += suspect.function.map { ", \(HTMLText.escaped($0))" } ?? ""
      text += "</p>\n<pre>"
      for line in suspect.snippet {
        let classes = [line.isChanged ? "changed" : nil, line.isNamed ? "named" : nil]
          .compactMap { $0 }.joined(separator: " ")
        let content = "\(line.number)  \(HTMLText.escaped(line.text))"
        text += classes.isEmpty ? content + "\n" : "<span class=\"\(classes)\">\(content)\n</span>"
      }
      text += "</pre>\n"
    }
    return text + "</section>\n"
  }
}

/// Text for pages.
enum HTMLText {
  /// The text with what has a meaning in HTML escaped, in elements and quoted attributes alike; control characters and
  /// those that turn the direction of text are left out.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\u{0}"..<"\u{9}", "\u{B}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{202A}"..."\u{202E}",
        "\u{2066}"..."\u{2069}":
        continue
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
