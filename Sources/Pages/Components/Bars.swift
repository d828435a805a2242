/// Additions and deletions as a bar. Its two widths are classes of the style sheet, since a strict policy permits no style
/// in the page, and since one element a row keeps 5,000 rows quick.
enum Bars {
  /// The steps of a width.
  static let steps = 20

  /// A bar; the longest one has `largest` changed lines. Lengths are by square root, else one large change hides all others.
  static func html(additions: Int, deletions: Int, largest: Int) -> HTML {
    let churn = additions + deletions
    guard churn > 0, largest > 0 else { return "" }
    let length = (Double(churn) / Double(max(churn, largest))).squareRoot() * Double(steps)
    let total = max(1, Int(length.rounded()))
    var added = Int((Double(total) * Double(additions) / Double(churn)).rounded())
    if additions > 0, added == 0, total > 1 { added = 1 }
    if deletions > 0, added == total, total > 1 { added = total - 1 }
    return "<i class=\"bar a\(added) d\(total - added)\"></i>"
  }

  /// The rules of the style sheet.
  static var rules: String {
    (1...steps).map { step in
      "i.a\(step)::before,i.d\(step)::after{width:\(step * 100 / steps)%}"
    }.joined(separator: "\n")
  }
}

extension HTML {
  /// `+12 −3` in two cells, or why not.
  static func counts(_ additions: Int?, _ deletions: Int?) -> HTML {
    guard let additions, let deletions else {
      return "<td class=\"n\">binary</td><td></td>"
    }
    return """
      <td class="n add">\(Words.added(additions))</td><td class="n del">\(Words.deleted(deletions))</td>
      """
  }
}
