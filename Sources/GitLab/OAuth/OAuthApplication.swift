import HTTP

/// The application that a person or an administrator registered with GitLab for this tool.
public struct OAuthApplication: Sendable, Hashable {
  /// What it may do for its user: what the work needs and no more.
  public static let scopes = ["read_api", "read_repository"]
  /// The redirect URI to register. GitLab lets the port vary where the host is an IP address (RFC 8252, 7.3).
  public static let redirectURI = "http://127.0.0.1/callback"

  /// GitLab's "Application ID".
  public var clientID: String
  /// GitLab's "Secret", which only a confidential application has.
  public var clientSecret: Secret?

  /// Takes an application's id and, where it is confidential, its secret.
  public init(clientID: String, clientSecret: Secret? = nil) {
    self.clientID = clientID
    self.clientSecret = clientSecret
  }

  /// The page on which a person allows the application to act (GitLab's "OAuth 2.0 identity provider API" page,
  /// "Authorization code with PKCE").
  ///
  /// - Parameters:
  ///   - baseURL: The instance, without a slash at its end.
  ///   - challenge: The S256 challenge of the verifier that the exchange will show.
  public func authorizeURL(
    at baseURL: String, redirectURI: String, state: String, challenge: String
  ) -> String {
    let form = Form([
      ("client_id", clientID), ("redirect_uri", redirectURI), ("response_type", "code"),
      ("state", state), ("scope", Self.scopes.joined(separator: " ")),
      ("code_challenge", challenge), ("code_challenge_method", "S256"),
    ])
    return "\(baseURL)/oauth/authorize?\(form.text)"
  }
}

/// Names and values as `application/x-www-form-urlencoded` (WHATWG URL, 5.2), with spaces as `%20`.
package struct Form {
  private(set) var text = ""

  init(_ fields: [(String, String)]) {
    for (name, value) in fields {
      if !text.isEmpty { text += "&" }
      text += "\(name)=\(Self.encode(value))"
    }
  }

  /// Encodes everything but RFC 3986's unreserved characters.
  package static func encode(_ value: String) -> String {
    var text = ""
    for byte in value.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        text += byte < 16 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return text
  }
}
