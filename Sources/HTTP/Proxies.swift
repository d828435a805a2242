import CLibcurl
import Glibc

/// A proxy from the environment.
struct Proxy: Equatable {
  /// As it was given; it may hold a user and password.
  let address: String
  /// `host:port`, for messages.
  let name: String
  let isSecure: Bool
  /// What of the address must not be told.
  let secrets: [String]
}

/// Which proxy a URL takes, by the variables and rules of curl's manual.
struct Proxies {
  private let environment: [String: String]

  init(environment: [String: String]) {
    self.environment = environment.filter { !$0.value.isEmpty }
  }

  /// - Throws: ``HTTPError/proxyFailed(_:proxy:detail:)``, if the variable's value is no proxy.
  func proxy(for url: HTTPURL) throws(HTTPError) -> Proxy? {
    let names = url.isSecure ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]
    let candidates = (names + ["all_proxy", "ALL_PROXY"]).compactMap { environment[$0] }
    guard let address = candidates.first else { return nil }
    let exceptions = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
    guard !Self.isExcepted(url.endpoint.host, by: exceptions) else { return nil }
    guard let proxy = Proxy(address) else {
      throw .proxyFailed(
        url.endpoint, proxy: "of the environment",
        detail: "its address is not of the form scheme://host:port")
    }
    return proxy
  }

  /// Whether a `no_proxy` list names the host: by `*`, its name or a parent domain's, its address, or
  /// a range of addresses as `10.0.0.0/8`.
  static func isExcepted(_ host: String, by list: String) -> Bool {
    var host = host.lowercased()
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    if host.hasSuffix(".") { host.removeLast() }
    let address = addressBytes(host)
    return list.split(whereSeparator: { $0 == "," || $0.isWhitespace }).contains { entry in
      var entry = entry.lowercased()
      if entry == "*" { return true }
      if entry.hasPrefix("["), entry.hasSuffix("]") { entry = String(entry.dropFirst().dropLast()) }
      if let address { return contains(address, in: entry) }
      while entry.hasPrefix(".") { entry.removeFirst() }
      if entry.hasSuffix(".") { entry.removeLast() }
      return !entry.isEmpty && (host == entry || host.hasSuffix("." + entry))
    }
  }

  private static func contains(_ address: [UInt8], in range: String) -> Bool {
    let parts = range.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let network = addressBytes(String(first)),
      network.count == address.count
    else { return false }
    guard parts.count == 2 else { return network == address }
    guard let bits = Int(parts[1]), (0...address.count * 8).contains(bits) else { return false }
    return address.indices.allSatisfy { index in
      let kept = min(max(bits - index * 8, 0), 8)
      let mask = UInt8(truncatingIfNeeded: 0xff00 >> kept)
      return address[index] & mask == network[index] & mask
    }
  }

  private static func addressBytes(_ text: String) -> [UInt8]? {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
  }
}

extension Proxy {
  private static let ports = [
    "http": 1080, "https": 443, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080,
  ]

  /// Reads `[scheme://][user:password@]host[:port]`; `nil` if it is anything else.
  init?(_ address: String) {
    guard address.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { return nil }
    var scheme = "http"
    var rest = address[...]
    if let colon = rest.firstRange(of: "://") {
      scheme = rest[..<colon.lowerBound].lowercased()
      rest = rest[colon.upperBound...]
    }
    guard let defaultPort = Self.ports[scheme] else { return nil }
    rest = rest.prefix { $0 != "/" }
    var secrets: [String] = []
    if let at = rest.lastIndex(of: "@") {
      let user = String(rest[..<at])
      secrets = [user] + user.split(separator: ":", maxSplits: 1).map(String.init)
      rest = rest[rest.index(after: at)...]
    }
    let host: Substring
    let tail: Substring
    if rest.hasPrefix("[") {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      host = rest[...end]
      tail = rest[rest.index(after: end)...]
    } else {
      host = rest.prefix { $0 != ":" }
      tail = rest[host.endIndex...]
    }
    guard !host.isEmpty else { return nil }
    var port = defaultPort
    if !tail.isEmpty {
      guard tail.hasPrefix(":"), let number = Int(tail.dropFirst()), (1...65535).contains(number)
      else { return nil }
      port = number
    }
    self.address = address
    self.secrets = secrets
    name = "\(host):\(port)"
    isSecure = scheme == "https"
  }
}
