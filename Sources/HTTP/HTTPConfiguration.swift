/// What all requests of one client share.
public struct HTTPConfiguration: Sendable {
  /// A PEM file of authorities to trust in addition to the system's, or `nil`.
  public var caFile: String?
  /// The `User-Agent` header.
  public var userAgent: String
  /// The longest wait for a connection: name look-up, TCP, proxy and TLS together.
  public var connectTimeout: Duration
  /// The longest time without a byte in either direction, once connected.
  public var silenceTimeout: Duration
  /// The variables this module obeys, of those it was given: see ``environmentNames``.
  public let environment: [String: String]

  /// The variables this module obeys; `http_proxy` counts in lower case only, as with curl, because a
  /// CGI host sets `HTTP_PROXY` from a header of the caller's.
  public static let environmentNames: Set<String> = [
    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
    "SSL_CERT_FILE", "SSL_CERT_DIR",
  ]

  /// Makes a configuration.
  ///
  /// - Parameter environment: The caller's environment; all but ``environmentNames`` is dropped, and
  ///   so is a variable that is empty.
  public init(
    caFile: String? = nil, userAgent: String, connectTimeout: Duration = .seconds(10),
    silenceTimeout: Duration = .seconds(60), environment: [String: String] = [:]
  ) {
    self.caFile = caFile
    self.userAgent = userAgent
    self.connectTimeout = connectTimeout
    self.silenceTimeout = silenceTimeout
    self.environment = environment.filter {
      Self.environmentNames.contains($0.key) && !$0.value.isEmpty
    }
  }
}

extension HTTPConfiguration: CustomReflectable {
  /// A mirror that names the variables but keeps their values, which may hold a proxy's password.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "caFile": caFile as Any, "userAgent": userAgent, "connectTimeout": connectTimeout,
        "silenceTimeout": silenceTimeout, "environment": environment.keys.sorted(),
      ], displayStyle: .struct)
  }
}

extension HTTPConfiguration: CustomStringConvertible {
  /// The user agent, and the names of the variables in force.
  public var description: String {
    "HTTPConfiguration(\(userAgent), \(environment.keys.sorted().joined(separator: ", ")))"
  }
}
