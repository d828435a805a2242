/// The way of one request through redirects: where it is, and whether the credentials still go along.
struct Redirects {
  /// The most redirects that are followed.
  static let limit = 5

  private(set) var current: HTTPURL
  /// Off once the origin was left, and for good: a way back proves nothing about who sent it there.
  private(set) var sendsCredentials = true
  private var count = 0

  init(from url: HTTPURL) {
    current = url
  }

  /// Whether an answer of that status sends a GET or HEAD elsewhere (RFC 9110, 15.4).
  static func isRedirect(_ status: Int) -> Bool {
    [301, 302, 303, 307, 308].contains(status)
  }

  /// Goes on to a `Location`.
  mutating func follow(_ location: String) throws(HTTPError) {
    let endpoint = current.endpoint
    guard count < Self.limit else { throw .tooManyRedirects(endpoint, limit: Self.limit) }
    let next: HTTPURL
    do {
      next = try current.resolving(location)
    } catch .invalidURL(_, let reason) {
      throw .redirectRefused(endpoint, reason: "its URL is not usable, \(reason)")
    }
    guard next.isSecure || !current.isSecure else {
      throw .redirectRefused(endpoint, reason: "it leads from https to http")
    }
    if !next.hasOrigin(of: current) { sendsCredentials = false }
    count += 1
    current = next
  }

  /// The headers to send now: away from the first origin only those that cannot be a credential.
  func headers(of headers: HTTPHeaders) -> HTTPHeaders {
    guard !sendsCredentials else { return headers }
    return HTTPHeaders(
      headers.fields.filter { Self.harmless.contains($0.name.lowercased()) }.map {
        ($0.name, $0.value)
      })
  }

  private static let harmless: Set<String> = [
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control",
    "git-protocol", "if-modified-since", "if-none-match", "if-range", "pragma", "range",
    "user-agent",
  ]
}
