/// What the pictures share. Each is drawn twice, for wide and for narrow screens: a picture that is scaled down to a phone
/// has text that nobody can read.
struct Chart {
  /// For which screens a drawing is.
  enum Layout: CaseIterable {
    case wide, narrow

    var width: Double {
      switch self {
      case .wide: 960
      case .narrow: 344
      }
    }

    var name: HTML {
      switch self {
      case .wide: "wide"
      case .narrow: "narrow"
      }
    }
  }

  /// The letters of the id.
  let id: String
  /// What it shows, for who cannot see it.
  let title: String
  /// What can be read from it, a sentence or two.
  let summary: String
  /// How high the drawings are.
  let heights: (wide: Double, narrow: Double)
  /// Twice the drawing, in a box from zero.
  let draw: (Box) -> HTML

  func html() -> HTML {
    HTML.join(
      Layout.allCases.map { layout in
        let box = Box(
          x: 0, y: 0, width: layout.width,
          height: layout == .wide ? heights.wide : heights.narrow)
        return """
          <svg class="chart \(layout.name)" viewBox="0 0 \(Int(box.width)) \(Int(box.height))" role="img" \
          aria-labelledby="\(id)-\(layout.name)-title \(id)-\(layout.name)-summary">\
          <title id="\(id)-\(layout.name)-title">\(title)</title>\
          <desc id="\(id)-\(layout.name)-summary">\(summary)</desc>
          \(draw(box))</svg>

          """
      })
  }

  /// A rectangle's place and size.
  static func place(_ box: Box) -> HTML {
    """
    x="\(tenths(box.x))" y="\(tenths(box.y))" width="\(tenths(box.width))" height="\(tenths(box.height))"
    """
  }

  /// One digit behind the point, which is less than a pixel.
  static func tenths(_ value: Double) -> String {
    let whole = Int(
      (value.isFinite ? min(max(value, -1e6), 1e6) : 0) * 10 + (value < 0 ? -0.5 : 0.5))
    guard whole % 10 != 0 else { return String(whole / 10) }
    return "\(whole < 0 ? "-" : "")\(abs(whole) / 10).\(abs(whole) % 10)"
  }

  /// How wide a text surely is not wider than, in a size of 12: labels that would not fit are cut or left out.
  static func width(_ text: some StringProtocol) -> Double {
    text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar {
      case "i", "l", "j", ".", ",", "'", "/", "|", ":": sum + 4.5
      case "m", "w", "M", "W", "@": sum + 11.5
      case "A"..."Z": sum + 9
      case "\u{0}"..."\u{24F}": sum + 7.5
      default: sum + 13
      }
    }
  }

  /// A text cut to a width, with an ellipsis in place of its end; nil where too little would be left.
  static func fitting(_ text: String, width: Double) -> String? {
    if Self.width(text) <= width { return text }
    var left = width - 12
    var end = text.startIndex
    while end < text.endIndex {
      left -= Self.width(String(text[end]))
      if left < 0 { break }
      end = text.index(after: end)
    }
    let cut = text[..<end]
    return cut.count < 3 ? nil : cut + "…"
  }
}
