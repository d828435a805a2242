extension HTTPConfiguration {
  /// The proxy that requests to a URL take, as `host:port`; `nil` where they go straight there.
  ///
  /// - Throws: ``HTTPError/proxyFailed(_:proxy:detail:)`` where the variable's value is no proxy;
  ///   ``HTTPError/invalidURL(host:reason:)``.
  public func proxyName(for url: String) throws(HTTPError) -> String? {
    try Proxies(environment: environment).proxy(for: HTTPURL(url))?.name
  }
}
