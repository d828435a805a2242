import HTTPTypes
import NIOCore
import Settings

/// A request with its body, read and bounded.
struct WebRequest: Sendable {
  let method: HTTPRequest.Method
  /// The path's segments, decoded.
  let segments: [String]
  /// The query's fields in their order, decoded.
  let query: FormFields
  let headers: HTTPFields
  /// The host and port that the client asked for, in lower case.
  let authority: String
  /// The client's address, without its port.
  let client: String
  /// What the route's pattern left open.
  var parameters: [String] = []
  var body: [UInt8] = []
  /// The form that the body is, once it is known to come from a page of ours.
  var form = FormFields("")
  /// Who asks, as far as that is known.
  var session: Session?
  /// The key that was shown.
  var key: APIKey?

  /// The path as it was asked for, for links back to it.
  var path: String { "/" + segments.joined(separator: "/") }

  /// The value of a cookie.
  func cookie(_ name: String) -> String? {
    for header in headers[values: .cookie] {
      for pair in header.split(separator: ";") {
        let pair = pair.drop { $0 == " " }
        guard pair.hasPrefix("\(name)=") else { continue }
        return String(pair.dropFirst(name.count + 1))
      }
    }
    return nil
  }

  /// The token of an `Authorization: Bearer` header.
  var bearer: String? {
    guard let header = headers[.authorization] else { return nil }
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return String(parts[1])
  }

  /// The media type of the body, without parameters, in lower case.
  var contentType: String? {
    headers[.contentType].map {
      String($0.prefix { $0 != ";" }).lowercased().trimmingSpaces
    }
  }
}

extension String {
  /// Without spaces and tabs at both ends.
  var trimmingSpaces: String {
    var text = self[...]
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }
}

/// The fields of a form or a query (`application/x-www-form-urlencoded`, WHATWG URL, 5.1).
struct FormFields: Sendable, Equatable {
  private(set) var fields: [(name: String, value: String)] = []
  /// The most fields read.
  static let maximumCount = 2000

  init(_ text: some StringProtocol) {
    for part in text.split(separator: "&", maxSplits: Self.maximumCount).prefix(Self.maximumCount) {
      let name = part.prefix { $0 != "=" }
      fields.append(
        (Self.decode(name), Self.decode(part.dropFirst(name.count + 1))))
    }
  }

  init(_ fields: [(name: String, value: String)]) { self.fields = fields }

  /// The first value of a field.
  subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  /// All values of a field.
  func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  static func == (left: FormFields, right: FormFields) -> Bool {
    left.fields.elementsEqual(right.fields) { $0 == $1 }
  }

  private static func decode(_ text: some StringProtocol) -> String {
    PercentCoding.decode(String(text).replacing("+", with: " ")) ?? ""
  }
}

/// `%41` and its like (RFC 3986, 2.1).
enum PercentCoding {
  /// Decodes a text; nil where the bytes are no UTF-8.
  static func decode(_ text: some StringProtocol) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let high = digit(rest.first),
        let low = digit(rest.dropFirst().first)
      {
        bytes.append(high << 4 | low)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// The value of a hexadecimal digit.
  private static func digit(_ byte: UInt8?) -> UInt8? {
    byte.flatMap { Character(Unicode.Scalar($0)).hexDigitValue }.map { UInt8($0) }
  }
}
