import HTTPTypes
import HummingbirdCore
import NIOCore
import Reports

/// An answer, before the headers that all have are added.
struct WebResponse: Sendable {
  /// What follows the head.
  enum Body: Sendable {
    case bytes([UInt8])
    /// Writes piece by piece until it returns.
    case stream(@Sendable (inout any ResponseBodyWriter) async throws -> Void)
  }

  var status: HTTPResponse.Status
  var headers: HTTPFields
  var body: Body

  init(
    _ status: HTTPResponse.Status = .ok, type: String, _ body: [UInt8], cache: String = "no-store"
  ) {
    self.status = status
    headers = [.contentType: type, .cacheControl: cache]
    self.body = .bytes(body)
  }

  /// A page.
  static func html(_ text: String, status: HTTPResponse.Status = .ok) -> WebResponse {
    WebResponse(status, type: "text/html; charset=utf-8", Array(text.utf8))
  }

  /// A JSON document.
  static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> WebResponse {
    WebResponse(status, type: "application/json", value.line)
  }

  /// Plain text.
  static func text(_ text: String, status: HTTPResponse.Status = .ok) -> WebResponse {
    WebResponse(status, type: "text/plain; charset=utf-8", Array(text.utf8))
  }

  /// Sends the browser to a path of ours with GET, as after a form was taken.
  static func redirect(_ location: String) -> WebResponse {
    var response = WebResponse(.seeOther, type: "text/plain; charset=utf-8", [])
    response.headers[.location] = location
    return response
  }

  /// The same with one header more.
  func with(_ name: HTTPField.Name?, _ value: String) -> WebResponse {
    var response = self
    if let name { response.headers.append(HTTPField(name: name, value: value)) }
    return response
  }
}

extension HTTPField.Name {
  static let contentSecurityPolicy = Self("Content-Security-Policy")
  static let referrerPolicy = Self("Referrer-Policy")
  static let crossOriginOpenerPolicy = Self("Cross-Origin-Opener-Policy")
  static let crossOriginResourcePolicy = Self("Cross-Origin-Resource-Policy")
  static let secFetchSite = Self("Sec-Fetch-Site")
  static let forwardedFor = Self("X-Forwarded-For")
  static let acceptBuffering = Self("X-Accel-Buffering")
  static let refresh = Self("Refresh")
  static let gitlabToken = Self("X-Gitlab-Token")
}

extension HTTPFields {
  /// The value of a field whose name is made of text; there is none of a name that is no token.
  subscript(name: HTTPField.Name?) -> String? {
    get { name.flatMap { self[$0] } }
    set { if let name { self[name] = newValue } }
  }
}
