import CLibcurl

/// An http or https URL, parsed by curl itself, so that what is checked is what is asked.
struct HTTPURL: Equatable {
  /// The text for curl.
  let text: String
  /// `http` or `https`.
  let scheme: String
  /// Scheme, host and port: whom a credential is for.
  let endpoint: HTTPEndpoint

  var isSecure: Bool { scheme == "https" }

  /// Whether both go to one origin (RFC 6454): scheme, host and port.
  func hasOrigin(of other: HTTPURL) -> Bool {
    scheme == other.scheme && endpoint == other.endpoint
  }

  /// - Throws: ``HTTPError/invalidURL(host:reason:)``.
  init(_ text: String) throws(HTTPError) {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
      throw .invalidURL(host: nil, reason: "it holds white space or a control character")
    }
    var parser = try CurlURL()
    try parser.set(text, resolving: false)
    try self.init(parser, text: text)
  }

  /// Resolves a `Location` against this URL (RFC 3986, 5).
  ///
  /// - Throws: ``HTTPError/invalidURL(host:reason:)``.
  func resolving(_ location: String) throws(HTTPError) -> HTTPURL {
    var parser = try CurlURL()
    try parser.set(text, resolving: false)
    try parser.set(location, resolving: true)
    guard let resolved = parser.part(CURLUPART_URL) else {
      throw .invalidURL(host: nil, reason: "it does not resolve")
    }
    return try HTTPURL(parser, text: resolved)
  }

  private init(_ parser: borrowing CurlURL, text: String) throws(HTTPError) {
    guard let host = parser.part(CURLUPART_HOST)?.lowercased(), !host.isEmpty else {
      throw .invalidURL(host: nil, reason: "it names no host")
    }
    guard let scheme = parser.part(CURLUPART_SCHEME)?.lowercased(),
      scheme == "http" || scheme == "https"
    else {
      throw .invalidURL(host: host, reason: "only http and https are supported")
    }
    guard let port = parser.part(CURLUPART_PORT, flags: CURLU_DEFAULT_PORT).flatMap(Int.init) else {
      throw .invalidURL(host: host, reason: "its port is no number")
    }
    self.text = text
    self.scheme = scheme
    endpoint = HTTPEndpoint(host: host, port: port)
  }

  /// A URL for people: without user, query and fragment.
  static func redacted(_ text: String) -> String {
    var rest = text[...]
    var prefix = ""
    if let colon = text.firstRange(of: "://") {
      prefix = String(text[..<colon.upperBound])
      rest = text[colon.upperBound...]
    }
    rest = rest.prefix { $0 != "?" && $0 != "#" }
    let authority = rest.prefix { $0 != "/" && $0 != "\\" }
    if let at = authority.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
    return prefix + rest
  }
}

/// The sole owner of one `CURLU`.
struct CurlURL: ~Copyable {
  private let pointer: OpaquePointer

  init() throws(HTTPError) {
    guard let pointer = curl_url() else {
      throw .invalidURL(host: nil, reason: "out of memory")
    }
    self.pointer = pointer
  }

  deinit {
    curl_url_cleanup(pointer)
  }

  mutating func set(_ text: String, resolving: Bool) throws(HTTPError) {
    guard !text.utf8.contains(0) else {
      throw .invalidURL(host: nil, reason: "it holds a control character")
    }
    let flags = CURLU_DISALLOW_USER | (resolving ? CURLU_URLENCODE : 0)
    let code = curl_url_set(pointer, CURLUPART_URL, text, UInt32(flags))
    switch code {
    case CURLUE_OK: return
    case CURLUE_USER_NOT_ALLOWED:
      throw .invalidURL(host: nil, reason: "it holds a user name or password")
    case CURLUE_UNSUPPORTED_SCHEME:
      throw .invalidURL(host: nil, reason: "only http and https are supported")
    default:
      throw .invalidURL(host: nil, reason: curlText(curl_url_strerror(code)))
    }
  }

  borrowing func part(_ part: CURLUPart, flags: Int32 = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(pointer, part, &text, UInt32(flags)) == CURLUE_OK, let text else {
      return nil
    }
    defer { curl_free(text) }
    return String(cString: text)
  }
}

/// A static message of curl's.
func curlText(_ text: UnsafePointer<CChar>?) -> String {
  text.map { String(cString: $0) } ?? "unknown error"
}
