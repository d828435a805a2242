/// The address of a GitLab instance in its one normal form: `https://host[:port][/prefix]`.
///
/// Host in lower case, default port dropped, no trailing slash, no query, fragment or userinfo. A
/// path prefix (GitLab's relative URL root) is kept with its case. Two addresses of one form are
/// equal, so the value serves as a key.
///
/// Plain `http` is accepted for loopback hosts (`localhost`, 127.0.0.0/8, `[::1]`); for others only
/// where the caller allows it, and even then ``permitsTokens`` is false: no token may go there.
public struct BaseURL: Sendable, Hashable, CustomStringConvertible {
  /// `https` or `http`.
  public let scheme: String
  /// The host in lower case, an IPv6 address in brackets.
  public let host: String
  /// The port, or nil for the scheme's default.
  public let port: Int?
  /// The path prefix, such as `/gitlab`, or an empty text.
  public let pathPrefix: String

  /// The longest text read, in bytes.
  static let maximumLength = 2048

  /// Reads an address as a person types it. Without a scheme, `https` is meant.
  ///
  /// - Parameter allowInsecure: Accepts `http` for hosts other than loopback, for public projects.
  /// - Throws: ``BaseURLError``; it never repeats userinfo.
  public init(_ text: String, allowInsecure: Bool = false) throws(BaseURLError) {
    let url = try URLText(text, defaultScheme: "https")
    guard url.scheme == "https" || url.scheme == "http" else {
      throw .unsupportedScheme
    }
    guard url.userinfo == nil else { throw .userinfo }
    guard url.query == nil, url.fragment == nil else { throw .queryOrFragment }
    guard let host = Host(url.host) else { throw .invalidHost }
    guard url.scheme == "https" || host.isLoopback || allowInsecure else {
      throw .insecure(host: host.text)
    }
    var path = url.path
    if path.hasSuffix("/") { path.removeLast() }
    for segment in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      guard Self.isPrefixSegment(segment) else { throw .invalidPath }
    }
    scheme = url.scheme
    self.host = host.text
    port = url.port == Self.defaultPort(of: url.scheme) ? nil : url.port
    pathPrefix = String(path)
    guard hostKey.utf8.count <= 255 else { throw .tooLong }
  }

  /// The address as text, in normal form.
  public var description: String {
    "\(scheme)://\(authority)\(pathPrefix)"
  }

  /// Whether a token may travel to this address: over TLS, or not leaving the machine.
  public var permitsTokens: Bool {
    scheme == "https" || Host(host[...])?.isLoopback == true
  }

  /// A name for a directory: different for every address, at most 255 bytes of
  /// `A-Z a-z 0-9 . - _ %`, never `.` or `..`.
  ///
  /// `https://` is left out, everything else stands percent-encoded: `gitlab.com`,
  /// `example.org%3A8443%2Fgit`, `http%3A%2F%2Flocalhost`.
  public var hostKey: String {
    let text = (scheme == "https" ? "" : "\(scheme)://") + authority + pathPrefix
    var key = ""
    for byte in text.utf8 {
      if byte.isASCIILetterOrDigit || byte == .dot || byte == .hyphen || byte == .underscore {
        key.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        key += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return key
  }

  /// The port in use, the default one included.
  var effectivePort: Int {
    port ?? Self.defaultPort(of: scheme)
  }

  private var authority: String {
    port.map { "\(host):\($0)" } ?? host
  }

  static func defaultPort(of scheme: String) -> Int {
    scheme == "https" ? 443 : 80
  }

  private static func isPrefixSegment(_ segment: Substring) -> Bool {
    !segment.isEmpty && segment != "." && segment != ".."
      && segment.utf8.allSatisfy {
        $0.isASCIILetterOrDigit || $0 == .dot || $0 == .hyphen || $0 == .underscore
          || $0 == UInt8(ascii: "~")
      }
  }
}

/// Why a text is not the address of a GitLab instance. No case repeats userinfo.
public enum BaseURLError: Error, Hashable, Sendable {
  /// Nothing was given.
  case empty
  /// The address is longer than can be kept.
  case tooLong
  /// A character that no URL holds: a space, a control character, a backslash, not ASCII.
  case invalidCharacter
  /// Neither https nor http.
  case unsupportedScheme
  /// A user name or password stands before the host.
  case userinfo
  /// The host is missing or malformed.
  case invalidHost
  /// The port is not a number from 1 to 65535.
  case invalidPort
  /// The path holds empty segments, `.`, `..` or characters that no prefix has.
  case invalidPath
  /// A query or a fragment follows.
  case queryOrFragment
  /// Plain http to another machine.
  case insecure(host: String)

  /// One sentence: what is wrong.
  public var summary: String {
    switch self {
    case .empty: "The GitLab address is empty."
    case .tooLong: "The GitLab address is too long."
    case .invalidCharacter: "The GitLab address holds a character that no URL can hold."
    case .unsupportedScheme: "The GitLab address begins with neither https:// nor http://."
    case .userinfo: "The GitLab address holds a user name or a password."
    case .invalidHost: "The GitLab address names no valid host."
    case .invalidPort: "The port in the GitLab address is not a number from 1 to 65535."
    case .invalidPath: "The path in the GitLab address is not valid."
    case .queryOrFragment: "The GitLab address holds a query or a fragment."
    case .insecure(let host): "Plain http to \(host) would show everything on the way."
    }
  }

  /// What to do.
  public var hint: String {
    switch self {
    case .empty, .tooLong, .invalidCharacter, .unsupportedScheme, .invalidPort, .invalidPath:
      "Give it like https://gitlab.example.com or https://example.com/gitlab."
    case .userinfo: "Leave it out; 'sigsentry connect' asks for the token, unseen."
    case .invalidHost: "Check its spelling; a name in another script goes in its xn-- form."
    case .queryOrFragment: "Leave out what stands after the '?' or '#'."
    case .insecure: "Use https://."
    }
  }
}
