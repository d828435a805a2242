import CLibcurl

extension EasyHandle {
  /// Sets what holds for every request: verified TLS 1.2 or later, http and https only, nothing from
  /// curl's files or environment, no redirects and cookies of curl's own.
  func prepare(_ configuration: HTTPConfiguration, trust: Trust?, proxy: Proxy?) throws(Refusal) {
    try set(CURLOPT_NOSIGNAL, 1)
    try set(CURLOPT_PROTOCOLS_STR, "http,https")
    try set(CURLOPT_FOLLOWLOCATION, 0)
    try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
    try set(CURLOPT_NETRC, 0)
    try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
    try set(
      CURLOPT_CONNECTTIMEOUT_MS, min(max(configuration.connectTimeout.milliseconds, 1), 1 << 31 - 1)
    )
    try set(CURLOPT_QUICK_EXIT, 1)  // else ending a transfer waits for a name look-up under way
    try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    try set(CURLOPT_BUFFERSIZE, 64 << 10)
    try set(CURLOPT_USERAGENT, configuration.userAgent)
    // Empty and not absent, so that curl does not look into the process's environment.
    try set(CURLOPT_PROXY, proxy?.address ?? "")
    try set(CURLOPT_NOPROXY, "")
    try prepareTLS(trust, toProxy: proxy?.isSecure == true)
  }

  private func prepareTLS(_ trust: Trust?, toProxy: Bool) throws(Refusal) {
    for (peer, host, version) in [
      (CURLOPT_SSL_VERIFYPEER, CURLOPT_SSL_VERIFYHOST, CURLOPT_SSLVERSION),
      (CURLOPT_PROXY_SSL_VERIFYPEER, CURLOPT_PROXY_SSL_VERIFYHOST, CURLOPT_PROXY_SSLVERSION),
    ] {
      try set(peer, 1)
      try set(host, 2)
      try set(version, CURL_SSLVERSION_TLSv1_2)
    }
    guard let trust else { return }
    var options = [(CURLOPT_CAINFO, CURLOPT_CAPATH, CURLOPT_CAINFO_BLOB)]
    if toProxy {
      options.append((CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH, CURLOPT_PROXY_CAINFO_BLOB))
    }
    for (file, folder, blob) in options {
      switch trust {
      case .folder(let path, let text):
        try set(file, nil)
        try set(folder, path)
        if !text.isEmpty { try set(blob, blob: text) }
      case .file(let path, let other):
        try set(file, path)
        try set(folder, other)
      case .text(let text, let other):
        try set(file, nil)
        try set(folder, other)
        try set(blob, blob: text)
      }
    }
  }

  /// Sets one request.
  ///
  /// - Parameter decodes: Whether to ask for compression where the request does not say.
  func prepare(
    _ request: HTTPRequest, url: HTTPURL, headers: HTTPHeaders, authorization: Authorization,
    decodes: Bool
  ) throws(Refusal) {
    try set(CURLOPT_URL, url.text)
    switch request.method {
    case .get: try set(CURLOPT_HTTPGET, 1)
    case .head: try set(CURLOPT_NOBODY, 1)
    case .post: try setBody(request.body ?? [])
    case .put:
      try setBody(request.body ?? [])
      try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    case .delete:
      if let body = request.body { try setBody(body) }
      try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }

    var headers = headers
    // An empty string stands for all that curl can decode.
    if let encodings = headers["Accept-Encoding"] ?? (decodes ? "" : nil) {
      try set(CURLOPT_ACCEPT_ENCODING, encodings)
      headers["Accept-Encoding"] = nil
    }
    var lines = headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    lines.append("Expect:")
    if headers["Content-Type"] == nil { lines.append("Content-Type:") }
    switch authorization {
    case .none: break
    case .bearer(let token): lines.append("Authorization: Bearer \(token.reveal())")
    case .basic(let username, let password):
      try set(CURLOPT_HTTPAUTH, 1)  // CURLAUTH_BASIC, a macro Swift does not see
      try set(CURLOPT_USERNAME, username)
      try set(CURLOPT_PASSWORD, password.reveal())
    }
    try setHeaders(lines)
  }
}
