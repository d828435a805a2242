extension HTTPRequest {
  /// - Throws: ``HTTPError/invalidRequest(_:reason:)``, where a text would break out of its line or
  ///   a field is the client's to set.
  func validate(for endpoint: HTTPEndpoint) throws(HTTPError) {
    func refuse(_ reason: String) -> HTTPError { .invalidRequest(endpoint, reason: reason) }
    for field in headers.fields {
      guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isTokenByte) else {
        throw refuse("a header's name is not valid")
      }
      guard Self.isLine(field.value) else {
        throw refuse("the header \(field.name) holds a control character")
      }
      let reserved = ["host", "content-length", "transfer-encoding", "connection", "expect"]
      guard !reserved.contains(field.name.lowercased()) else {
        throw refuse("the header \(field.name) is set by the client alone")
      }
    }
    guard body == nil || (method != .get && method != .head) else {
      throw refuse("a \(method.rawValue) has no body")
    }
    guard maximumBodyBytes >= 0 else { throw refuse("the limit of its answer is negative") }
    switch authorization {
    case .none: break
    case .bearer(let token):
      guard !token.reveal().isEmpty, token.reveal().utf8.allSatisfy({ (0x21...0x7e).contains($0) })
      else { throw refuse("the token is empty or holds a character that no token has") }
    case .basic(let username, let password):
      guard Self.isLine(username), !username.contains(":"), Self.isLine(password.reveal()) else {
        throw refuse("the user name or password holds a character that cannot be sent")
      }
    }
    guard authorization == .none || headers["Authorization"] == nil else {
      throw refuse("it is authorized twice")
    }
  }

  /// What must not show up in a message.
  var secrets: [String] {
    var secrets = headers.fields.map(\.value).filter { $0.utf8.count >= 8 }
    switch authorization {
    case .none: break
    case .bearer(let token): secrets.append(token.reveal())
    case .basic(_, let password): secrets.append(password.reveal())
    }
    return secrets
  }

  /// RFC 9110, 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  private static func isLine(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 9 }
  }
}
