/// An answer: of any status, because only the caller knows which is a failure.
public struct HTTPResponse: Sendable, Equatable {
  /// The status code, 200 to 999.
  public let status: Int
  /// The header fields, without trailers.
  public let headers: HTTPHeaders
  /// The URL that answered, after redirects.
  public let url: String
  /// The body, decompressed; empty where it was streamed.
  public let body: [UInt8]

  /// Makes an answer, as tests of callers need.
  public init(status: Int, headers: HTTPHeaders = [:], url: String, body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.url = url
    self.body = body
  }
}

extension HTTPResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The status and the URL without its query.
  public var description: String { "\(status) from \(HTTPURL.redacted(url))" }

  /// The status and the URL without its query.
  public var debugDescription: String { description }

  /// A mirror without the query, the header values and the body, which may be an OAuth answer.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "status": status, "url": HTTPURL.redacted(url), "headers": headers,
        "bodyBytes": body.count,
      ], displayStyle: .struct)
  }
}
