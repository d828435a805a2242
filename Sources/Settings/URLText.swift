/// A URL taken apart, bounded and with none of its parts decoded.
struct URLText {
  let scheme: String
  let userinfo: Substring?
  let host: Substring
  let port: Int?
  /// Empty, or beginning with a slash.
  let path: Substring
  let query: Substring?
  let fragment: Substring?

  /// - Parameter defaultScheme: The scheme where the text names none.
  init(_ text: String, defaultScheme: String) throws(BaseURLError) {
    guard text.utf8.count <= BaseURL.maximumLength else { throw .tooLong }
    var rest = text.trimmed
    guard !rest.isEmpty else { throw .empty }
    // Backslashes are slashes to some readers of URLs, and none of the others belongs in one.
    guard
      rest.utf8.allSatisfy({
        (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"")
          && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
      })
    else { throw .invalidCharacter }
    if let (named, remainder) = Self.cutScheme(of: rest) {
      scheme = named
      rest = remainder
    } else {
      scheme = defaultScheme
    }
    (rest, fragment) = rest.cut(at: "#")
    (rest, query) = rest.cut(at: "?")
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    path = rest[slash...]
    var authority = rest[..<slash]
    if let at = authority.lastIndex(of: "@") {
      userinfo = authority[..<at]
      authority = authority[authority.index(after: at)...]
    } else {
      userinfo = nil
    }
    let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
    if let colon = authority[afterBracket...].firstIndex(of: ":") {
      let digits = authority[authority.index(after: colon)...]
      guard digits.utf8.count <= 5, digits.utf8.allSatisfy(\.isDigit), let number = Int(digits),
        (1...65535).contains(number)
      else { throw .invalidPort }
      port = number
      host = authority[..<colon]
    } else {
      port = nil
      host = authority
    }
  }
}

extension URLText {
  /// The scheme in lower case and what follows `://`, or nil where the text begins with none.
  static func cutScheme(of text: Substring) -> (String, Substring)? {
    guard let colon = text.firstRange(of: "://") else { return nil }
    let name = text[..<colon.lowerBound]
    guard name.utf8.first?.isASCIILetter == true, name.utf8.count <= 20,
      name.utf8.allSatisfy({
        $0.isASCIILetterOrDigit || $0 == .hyphen || $0 == .dot || $0 == UInt8(ascii: "+")
      })
    else { return nil }
    return (name.lowercased(), text[colon.upperBound...])
  }
}

extension StringProtocol {
  /// Without the white space around it.
  var trimmed: Substring {
    var text = self[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return Substring(text)
  }

  /// What stands before the first of these characters, and what after it.
  fileprivate func cut(at separator: Character) -> (Substring, Substring?) {
    guard let index = firstIndex(of: separator) else { return (Substring(self), nil) }
    return (Substring(self[..<index]), Substring(self[self.index(after: index)...]))
  }
}
