import Settings

/// Where the server listens.
public struct ListenAddress: Sendable, Hashable {
  /// A name or an IP address, an IPv6 one without brackets.
  public let host: String
  /// 0 takes a free one.
  public let port: Int

  /// Reads `127.0.0.1:8787`, `localhost:8787` or `[::1]:8787`; `nil` where it is none of the kind.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65535).contains(port)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty,
      host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
    else { return nil }
    self.host = host.lowercased()
    self.port = port
  }

  /// Whether only this machine can reach it.
  public var isLoopback: Bool { Authority.isLoopback(host) }
}

/// The address that people use, where it is not the one that is listened at.
public struct PublicURL: Sendable, Hashable {
  /// As `https://sigsentry.example.com`, without a slash at its end.
  public let origin: String
  /// Host and port as a browser sends them.
  let authority: String
  let isSecure: Bool
  let isLoopback: Bool

  /// Reads an address without a path.
  ///
  /// - Throws: `BaseURLError`.
  public init(_ text: String) throws(BaseURLError) {
    let url = try BaseURL(text, allowInsecure: true)
    guard url.pathPrefix.isEmpty else { throw .invalidPath }
    origin = url.description
    authority = url.host + (url.port.map { ":\($0)" } ?? "")
    isSecure = url.scheme == "https"
    isLoopback = Authority.isLoopback(url.host)
  }
}

/// The `Host` of a request, held against the addresses that are ours.
///
/// A page elsewhere can make its own name point to this machine (DNS rebinding); then the browser sends that name here.
struct Authority: Sendable {
  let listen: ListenAddress
  let publicURL: PublicURL?

  /// Whether a host and port, in lower case, are ours.
  ///
  /// - Parameters:
  ///   - address: The IP address that the connection came in at.
  ///   - port: Its port.
  func isOurs(_ authority: String, address: String?, port: Int) -> Bool {
    if authority == publicURL?.authority { return true }
    let hosts = ["localhost", "127.0.0.1", "::1", listen.host] + (address.map { [$0] } ?? [])
    return hosts.contains { host in
      let name = host.contains(":") ? "[\(host)]" : host
      return authority == "\(name):\(port)" || (port == 80 && authority == name)
    }
  }

  /// Whether an `Origin` is that of our own pages.
  func isOurs(origin: String, authority: String) -> Bool {
    origin == "http://\(authority)" || origin == "https://\(authority)"
      || origin == publicURL?.origin
  }

  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
