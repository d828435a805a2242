import Reports

/// A piece of a page. Markup comes from literals of this source alone; whatever is interpolated into them becomes text.
///
/// `let cell: HTML = "<td title=\"\(path)\">\(title)</td>"` is safe for any title and path: strings are escaped for
/// elements and double-quoted attributes alike, and no initializer takes a string that was made at run time. Attributes
/// stand in double quotes, always.
package struct HTML: Sendable, ExpressibleByStringInterpolation {
  /// The page's bytes, UTF-8.
  package private(set) var bytes: [UInt8]

  /// Nothing.
  package init() { bytes = [] }

  /// Takes a literal as markup.
  package init(stringLiteral value: StaticString) {
    bytes = []
    value.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  /// Takes an interpolated literal as markup, and what is interpolated as text.
  package init(stringInterpolation: Interpolation) { bytes = stringInterpolation.bytes }

  /// The page as text.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Whether there is nothing in it.
  package var isEmpty: Bool { bytes.isEmpty }

  /// Adds markup at the end.
  package static func += (left: inout HTML, right: HTML) { left.bytes += right.bytes }

  /// Joins pieces without anything in between.
  package static func join(_ pieces: some Sequence<HTML>) -> HTML {
    pieces.reduce(into: HTML()) { $0 += $1 }
  }
}

extension HTML {
  /// Collects the parts of an interpolated literal.
  package struct Interpolation: StringInterpolationProtocol {
    fileprivate(set) var bytes: [UInt8] = []

    /// Starts with room for the literal.
    package init(literalCapacity: Int, interpolationCount: Int) {
      bytes.reserveCapacity(literalCapacity + interpolationCount * 24)
    }

    /// Adds markup.
    package mutating func appendLiteral(_ literal: StaticString) {
      literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Adds a piece of a page as it is.
    package mutating func appendInterpolation(_ html: HTML) { bytes += html.bytes }

    /// Adds pieces of a page, one after the other.
    package mutating func appendInterpolation(_ pieces: [HTML]) {
      for piece in pieces { bytes += piece.bytes }
    }

    /// Adds text of one line: line feeds and tabs are shown as what they are.
    package mutating func appendInterpolation(_ text: some StringProtocol) {
      HTMLText.append(text, keepingLines: false, to: &bytes)
    }

    /// Adds text of one line that reads in its own direction: a title in Hebrew leaves the words around it alone.
    package mutating func appendInterpolation(bidirectional text: some StringProtocol) {
      appendLiteral("<bdi>")
      appendInterpolation(text)
      appendLiteral("</bdi>")
    }

    /// Adds text of several lines, as for a text area or preformatted text.
    package mutating func appendInterpolation(lines text: some StringProtocol) {
      HTMLText.append(text, keepingLines: true, to: &bytes)
    }

    /// Adds a number, as `12345`.
    package mutating func appendInterpolation(_ number: some BinaryInteger) {
      bytes += String(number).utf8
    }
  }
}
