import GitLab

/// The address on this machine that GitLab sends the browser back to.
public struct LoopbackAddress: Sendable, Hashable {
  /// `127.0.0.1` or `localhost`.
  public let host: String
  /// The port; 0 takes a free one.
  public let port: Int
  /// The path, with its slash.
  public let path: String

  /// The one to register with the application, at any port.
  public static let standard = LoopbackAddress(host: "127.0.0.1", port: 0, path: "/callback")

  /// Reads a redirect URI such as `http://localhost:7171/auth/redirect`, for applications that were registered with
  /// another than ``standard``.
  ///
  /// - Throws: ``LoginError/invalidRedirectURI(_:)`` for anything but http on `127.0.0.1` or `localhost`, the latter
  ///   with a port, because GitLab compares it as it stands.
  public init(_ text: String) throws(LoginError) {
    let invalid = LoginError.invalidRedirectURI(String(text.prefix(200)))
    guard text.hasPrefix("http://"), text.utf8.count <= 200 else { throw invalid }
    let rest = text.dropFirst("http://".count)
    let authority = rest.prefix { $0 != "/" }
    let path = rest.dropFirst(authority.count)
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    guard path.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "/-._~".contains($0)) }),
      parts.count <= 2, let host = parts.first, host == "127.0.0.1" || host == "localhost"
    else { throw invalid }
    var port = 0
    if parts.count == 2 {
      guard let number = Int(parts[1]), 1...65535 ~= number else { throw invalid }
      port = number
    }
    guard host == "127.0.0.1" || port > 0 else { throw invalid }
    self.init(host: String(host), port: port, path: String(path))
  }

  private init(host: String, port: Int, path: String) {
    self.host = host
    self.port = port
    self.path = path
  }

  /// The line for the application's list of redirect URIs.
  public var registered: String {
    host == "127.0.0.1" || port == 0 ? "http://\(host)\(path)" : "http://\(host):\(port)\(path)"
  }
}
