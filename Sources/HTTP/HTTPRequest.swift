/// How a request names its sender.
public enum Authorization: Sendable, Hashable {
  /// Not at all.
  case none
  /// `Authorization: Bearer`, for OAuth and personal access tokens (RFC 6750).
  case bearer(Secret)
  /// `Authorization: Basic` (RFC 7617), as git's HTTP takes it.
  case basic(username: String, password: Secret)
}

/// One request over http or https.
public struct HTTPRequest: Sendable {
  /// The methods this tool needs.
  public enum Method: String, Sendable, Hashable {
    /// Reads.
    case get = "GET"
    /// Reads the head only.
    case head = "HEAD"
    /// Sends a body.
    case post = "POST"
    /// Replaces.
    case put = "PUT"
    /// Removes.
    case delete = "DELETE"
  }

  /// The method.
  public var method: Method
  /// An absolute http or https URL without a user or password.
  public var url: String
  /// Fields beyond those the client sets. `Accept-Encoding` here replaces the client's choice, and
  /// the answer is decompressed accordingly.
  public var headers: HTTPHeaders
  /// Sent to the origin of ``url`` only.
  public var authorization: Authorization
  /// The body of a POST, PUT or DELETE.
  public var body: [UInt8]?
  /// Whether a GET or HEAD goes on to where a redirect points. Other methods never do.
  public var followsRedirects: Bool
  /// The largest body to take, in bytes after decompression; streams are bounded by it too.
  public var maximumBodyBytes: Int
  /// The longest time without a byte in either direction, if not the client's.
  public var silenceTimeout: Duration?

  /// Makes a request.
  public init(
    method: Method = .get, url: String, headers: HTTPHeaders = [:],
    authorization: Authorization = .none, body: [UInt8]? = nil, followsRedirects: Bool = true,
    maximumBodyBytes: Int = 64 << 20, silenceTimeout: Duration? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.authorization = authorization
    self.body = body
    self.followsRedirects = followsRedirects
    self.maximumBodyBytes = maximumBodyBytes
    self.silenceTimeout = silenceTimeout
  }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The method and the URL without its query.
  public var description: String { "\(method.rawValue) \(HTTPURL.redacted(url))" }

  /// The method and the URL without its query.
  public var debugDescription: String { description }

  /// A mirror without the query, the header values and the body, any of which may be secret.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "method": method, "url": HTTPURL.redacted(url), "headers": headers,
        "authorization": authorization, "bodyBytes": body?.count ?? 0,
        "followsRedirects": followsRedirects, "maximumBodyBytes": maximumBodyBytes,
      ], displayStyle: .struct)
  }
}
