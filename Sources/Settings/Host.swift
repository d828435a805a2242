import Glibc

/// The name or address of a machine, as it may stand in a URL: ASCII, lower case, canonical.
///
/// Names in other scripts come in their `xn--` form. IPv6 addresses keep their brackets.
struct Host: Sendable, Hashable {
  let text: String

  /// Reads a host; nil where it is none.
  init?(_ text: Substring) {
    if text.hasPrefix("[") {
      guard text.hasSuffix("]"), let address = Self.canonicalIPv6(text.dropFirst().dropLast())
      else { return nil }
      self.text = "[\(address)]"
    } else {
      guard let name = Self.canonicalName(text) else { return nil }
      self.text = name
    }
  }

  /// Whether only this machine can answer: `localhost`, 127.0.0.0/8 or `[::1]`.
  var isLoopback: Bool {
    text == "localhost" || text == "[::1]"
      || (text.hasPrefix("127.") && Self.isIPv4(text))
  }

  private static func canonicalName(_ text: Substring) -> String? {
    var name = text.lowercased()
    if name.hasSuffix(".") { name.removeLast() }
    guard (1...253).contains(name.utf8.count) else { return nil }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    for label in labels {
      guard (1...63).contains(label.utf8.count), !label.hasPrefix("-"), !label.hasSuffix("-"),
        label.utf8.allSatisfy({ $0.isASCIILetterOrDigit || $0 == .hyphen || $0 == .underscore })
      else { return nil }
    }
    // A number in the last label makes it an address (WHATWG URL, "ends in a number"): then only
    // the plain dotted form will do, because the resolvers read 127.1 and 0x7f000001 as well.
    if let last = labels.last, last.first?.isNumber == true, last.isNumeric, !isIPv4(name) {
      return nil
    }
    return name
  }

  private static func isIPv4(_ text: String) -> Bool {
    var address = in_addr()
    return inet_pton(AF_INET, text, &address) == 1
  }

  private static func canonicalIPv6(_ text: Substring) -> String? {
    guard text.utf8.count <= 45 else { return nil }
    var address = in6_addr()
    guard inet_pton(AF_INET6, String(text), &address) == 1 else { return nil }
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(AF_INET6, &address, &buffer, socklen_t(buffer.count)) != nil else { return nil }
    return String(
      decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension Substring {
  /// Whether a resolver would read this label as a number: decimal, or hexadecimal after `0x`.
  fileprivate var isNumeric: Bool {
    if hasPrefix("0x") { return dropFirst(2).utf8.allSatisfy(\.isHexDigit) }
    return utf8.allSatisfy(\.isDigit)
  }
}

extension UInt8 {
  static let hyphen = UInt8(ascii: "-")
  static let underscore = UInt8(ascii: "_")
  static let dot = UInt8(ascii: ".")

  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isASCIILetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
  var isASCIILetterOrDigit: Bool { isDigit || isASCIILetter }
  var isHexDigit: Bool {
    isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
  }
}
