/// A host and port.
public struct HTTPEndpoint: Sendable, Hashable, CustomStringConvertible {
  /// The host in lower case; an IPv6 address stands in brackets.
  public let host: String
  /// The port, also where the URL left it out.
  public let port: Int

  /// Makes an endpoint.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// `host`, and `:port` unless it is 443.
  public var description: String { port == 443 ? host : "\(host):\(port)" }
}

/// Why a server's certificate was not trusted.
public enum CertificateProblem: Sendable, Hashable {
  /// No trusted authority signed it.
  case unknownAuthority
  /// Its time is over.
  case expired
  /// Its time has not begun.
  case notYetValid
  /// It is for another host.
  case wrongHost
  /// Another problem, which the detail names.
  case other
}

/// What can keep a request from an answer.
///
/// No case holds a query, user name, password or token; details are curl's, cleaned.
public enum HTTPError: Error, Sendable, Equatable {
  /// The URL is malformed, not http or https, or holds a user name or password.
  case invalidURL(host: String?, reason: String)
  /// The request itself cannot be sent.
  case invalidRequest(HTTPEndpoint, reason: String)
  /// The host's name does not resolve.
  case unknownHost(HTTPEndpoint)
  /// The host is there, and nothing listens.
  case connectionRefused(HTTPEndpoint)
  /// There is no way to the host.
  case unreachable(HTTPEndpoint, detail: String)
  /// No connection within the connect timeout.
  case connectTimedOut(HTTPEndpoint, after: Duration)
  /// Connected, and then no byte for that long.
  case silent(HTTPEndpoint, for: Duration)
  /// The server's certificate was not trusted.
  case certificateNotTrusted(HTTPEndpoint, CertificateProblem, detail: String)
  /// A file or folder of authorities cannot be used.
  case caFileUnreadable(HTTPEndpoint, path: String, detail: String)
  /// TLS failed for another reason than the certificate.
  case tlsFailed(HTTPEndpoint, detail: String)
  /// The proxy is not there or will not.
  case proxyFailed(HTTPEndpoint, proxy: String, detail: String)
  /// The connection ended before the answer's head was whole.
  case connectionLost(HTTPEndpoint, detail: String)
  /// The answer's body ended early.
  case cutShort(HTTPEndpoint, received: Int)
  /// The answer's body is over the request's limit, in bytes.
  case bodyTooLarge(HTTPEndpoint, limit: Int)
  /// The answer is not HTTP, or its head is too large.
  case malformedResponse(HTTPEndpoint, detail: String)
  /// More redirects than are followed.
  case tooManyRedirects(HTTPEndpoint, limit: Int)
  /// A redirect that is not followed, as from https to http.
  case redirectRefused(HTTPEndpoint, reason: String)
  /// ``Cancellation/cancel()`` was called.
  case cancelled(HTTPEndpoint)
  /// Another failure, with curl's code.
  case other(HTTPEndpoint, code: Int, detail: String)

  /// Whom the request was for; `nil` where the URL could not be read.
  public var endpoint: HTTPEndpoint? {
    switch self {
    case .invalidURL: nil
    case .invalidRequest(let endpoint, _), .unknownHost(let endpoint),
      .connectionRefused(let endpoint), .unreachable(let endpoint, _),
      .connectTimedOut(let endpoint, _), .silent(let endpoint, _),
      .certificateNotTrusted(let endpoint, _, _), .caFileUnreadable(let endpoint, _, _),
      .tlsFailed(let endpoint, _), .proxyFailed(let endpoint, _, _),
      .connectionLost(let endpoint, _), .cutShort(let endpoint, _),
      .bodyTooLarge(let endpoint, _), .malformedResponse(let endpoint, _),
      .tooManyRedirects(let endpoint, _), .redirectRefused(let endpoint, _),
      .cancelled(let endpoint), .other(let endpoint, _, _):
      endpoint
    }
  }
}

extension HTTPError: CustomStringConvertible {
  /// One sentence, which names the host.
  public var description: String {
    switch self {
    case .invalidURL(let host, let reason):
      "The URL\(host.map { " of \($0)" } ?? "") is not usable: \(reason)."
    case .invalidRequest(let endpoint, let reason):
      "The request to \(endpoint) cannot be sent: \(reason)."
    case .unknownHost(let endpoint): "The host \(endpoint.host) is unknown."
    case .connectionRefused(let endpoint): "\(endpoint) refused the connection."
    case .unreachable(let endpoint, let detail): "\(endpoint) cannot be reached: \(detail)."
    case .connectTimedOut(let endpoint, let limit):
      "\(endpoint) took no connection within \(limit.inWords)."
    case .silent(let endpoint, let limit): "\(endpoint) sent nothing for \(limit.inWords)."
    case .certificateNotTrusted(let endpoint, let problem, let detail):
      "The certificate of \(endpoint) is not trusted: \(problem) (\(detail))."
    case .caFileUnreadable(let endpoint, let path, let detail):
      "\(endpoint) cannot be verified, because the certificates in \(path) cannot be used: "
        + "\(detail)."
    case .tlsFailed(let endpoint, let detail): "TLS with \(endpoint) failed: \(detail)."
    case .proxyFailed(let endpoint, let proxy, let detail):
      "The proxy \(proxy) does not lead to \(endpoint): \(detail)."
    case .connectionLost(let endpoint, let detail):
      "\(endpoint) closed the connection before it answered: \(detail)."
    case .cutShort(let endpoint, let received):
      "\(endpoint) ended its answer early, after \(received) bytes."
    case .bodyTooLarge(let endpoint, let limit):
      "The answer of \(endpoint) is larger than \(limit) bytes."
    case .malformedResponse(let endpoint, let detail):
      "The answer of \(endpoint) is malformed: \(detail)."
    case .tooManyRedirects(let endpoint, let limit):
      "\(endpoint) redirected more than \(limit) times."
    case .redirectRefused(let endpoint, let reason):
      "A redirect by \(endpoint) was not followed: \(reason)."
    case .cancelled(let endpoint): "The request to \(endpoint) was cancelled."
    case .other(let endpoint, let code, let detail):
      "The request to \(endpoint) failed: \(detail) (curl \(code))."
    }
  }
}

extension CertificateProblem: CustomStringConvertible {
  /// A few words.
  public var description: String {
    switch self {
    case .unknownAuthority: "no known authority signed it"
    case .expired: "it has expired"
    case .notYetValid: "it is not valid yet"
    case .wrongHost: "it is for another host"
    case .other: "its verification failed"
    }
  }
}

extension Duration {
  /// `1 second`, `60 seconds`, `0.5 seconds`.
  fileprivate var inWords: String {
    let milliseconds = milliseconds
    if milliseconds == 1000 { return "1 second" }
    return milliseconds % 1000 == 0
      ? "\(milliseconds / 1000) seconds" : "\(Double(milliseconds) / 1000) seconds"
  }

  /// Whole milliseconds, rounded up and never negative.
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (product, overflow) = Int(seconds).multipliedReportingOverflow(by: 1000)
    guard !overflow, product < Int.max - 1000 else { return Int.max }
    return product + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
