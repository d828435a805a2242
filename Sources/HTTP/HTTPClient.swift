import CLibcurl

/// Sends requests one at a time and keeps its connections between them.
///
/// Calls block, for as long as the timeouts and the size of the answer allow, so they belong on a
/// thread of their own. Not `Sendable`: a client stays with one thread at a time. TLS is always
/// verified, and there is no way to switch that off. Stands on libcurl's multi interface.
public final class HTTPClient {
  /// The most bytes of head lines in one request, redirects included.
  static let maximumHeadBytes = 256 << 10
  /// The longest sleep between two looks at the cancellation and the clock.
  private static let longestPoll = Duration.milliseconds(100)
  /// Starts curl once in the process; 3 is `CURL_GLOBAL_ALL`, a macro Swift does not see.
  private static let globalCode = curl_global_init(3)

  private let configuration: HTTPConfiguration
  private let cancellation: Cancellation
  private let proxies: Proxies
  private let multi: MultiHandle?
  private let easy: EasyHandle?
  private var certificates: Certificates
  private var needsWholeTrust = false
  private var isBusy = false
  private var requestCount = 0

  /// Makes a client without connections; the first request opens one.
  public convenience init(configuration: HTTPConfiguration, cancellation: Cancellation) {
    self.init(configuration: configuration, cancellation: cancellation, system: nil)
  }

  /// - Parameter system: The system's authorities, if not where curl was built to find them.
  init(
    configuration: HTTPConfiguration, cancellation: Cancellation,
    system: Certificates.SystemPlaces?
  ) {
    self.configuration = configuration
    self.cancellation = cancellation
    proxies = Proxies(environment: configuration.environment)
    let isReady = Self.globalCode == CURLE_OK
    multi = isReady ? MultiHandle() : nil
    easy = isReady ? EasyHandle() : nil
    certificates = Certificates(
      configuration,
      system: system
        ?? Certificates.SystemPlaces(
          bundle: easy?.string(CURLINFO_CAINFO), folder: easy?.string(CURLINFO_CAPATH)))
  }

  /// What this client has moved so far.
  public var traffic: Traffic {
    var traffic = Traffic()
    traffic.requests = requestCount
    traffic.bytesReceived = Int(clamping: multi?.sockets.received ?? 0)
    traffic.bytesSent = Int(clamping: multi?.sockets.sent ?? 0)
    return traffic
  }

  /// Sends a request and returns the answer, whatever its status.
  ///
  /// Asks for every compression curl knows, and decompresses.
  public func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
    try perform(request, stream: nil)
  }

  /// Sends a request and hands the answer over as it comes: the head, then chunks of at most 16 KiB.
  ///
  /// An answer of any status is streamed, save the redirects that are followed. Compression is not
  /// asked for unless the request does. The body is bounded by the request's `maximumBodyBytes`.
  ///
  /// - Parameters:
  ///   - onHead: Called once, with an empty body.
  ///   - onChunk: Called with each part of the body. While it runs, nothing counts as silence.
  /// - Returns: The head again.
  /// - Throws: ``HTTPError``, or what a closure threw, which ends the transfer. A closure must not use
  ///   this client.
  public func stream(
    _ request: HTTPRequest, onHead: (HTTPResponse) throws -> Void,
    onChunk: ([UInt8]) throws -> Void
  ) throws -> HTTPResponse {
    try withoutActuallyEscaping(onHead) { onHead in
      try withoutActuallyEscaping(onChunk) { onChunk in
        let stream = Exchange.Stream(onHead: onHead, onChunk: onChunk)
        do {
          return try perform(request, stream: stream)
        } catch {
          throw stream.failure ?? error
        }
      }
    }
  }

  private func perform(
    _ request: HTTPRequest, stream: Exchange.Stream?
  ) throws(HTTPError) -> HTTPResponse {
    var way = Redirects(from: try HTTPURL(request.url))
    try request.validate(for: way.current.endpoint)
    guard !isBusy else {
      throw .invalidRequest(way.current.endpoint, reason: "the client is in the midst of another")
    }
    isBusy = true
    defer { isBusy = false }

    let follows = request.followsRedirects && (request.method == .get || request.method == .head)
    var budget = Self.maximumHeadBytes
    while true {
      let proxy = try proxies.proxy(for: way.current)
      let exchange = Exchange(
        request, url: way.current, followsRedirects: follows, headBudget: budget,
        isProxied: proxy != nil, cancellation: cancellation, stream: stream)
      try run(request, on: way, proxy: proxy, exchange)
      budget = exchange.head.budget
      guard let location = exchange.redirect else { return exchange.response }
      try way.follow(location)
    }
  }

  /// Runs one step, again with all authorities if the quick choice of them knew none.
  private func run(
    _ request: HTTPRequest, on way: Redirects, proxy: Proxy?, _ exchange: Exchange
  ) throws(HTTPError) {
    let endpoint = way.current.endpoint
    guard way.current.isSecure || proxy?.isSecure == true else {
      return try run(request, on: way, proxy: proxy, trust: nil, exchange)
    }
    // A proxy's certificate has no second try, because its failures do not tell what was wrong.
    let mayBeQuick = !needsWholeTrust && proxy?.isSecure != true
    if mayBeQuick, let trust = try certificates.quick(for: endpoint) {
      do {
        return try run(request, on: way, proxy: proxy, trust: trust, exchange)
      } catch .certificateNotTrusted(_, .unknownAuthority, _) {}
    }
    let trust = try certificates.whole(for: endpoint)
    try run(request, on: way, proxy: proxy, trust: trust, exchange)
    needsWholeTrust = true
  }

  private func run(
    _ request: HTTPRequest, on way: Redirects, proxy: Proxy?, trust: Trust?, _ exchange: Exchange
  ) throws(HTTPError) {
    let endpoint = way.current.endpoint
    guard let multi, let easy else {
      throw .other(endpoint, code: Int(CURLE_FAILED_INIT.rawValue), detail: "curl did not start")
    }
    guard !cancellation.isCancelled else { throw .cancelled(endpoint) }
    do throws(EasyHandle.Refusal) {
      try easy.reset()
      try easy.prepare(configuration, trust: trust, proxy: proxy)
      try easy.prepare(
        request, url: way.current, headers: way.headers(of: request.headers),
        authorization: way.sendsCredentials ? request.authorization : .none,
        decodes: exchange.isCollecting)
      try easy.direct(to: exchange, sockets: multi.sockets)
    } catch {
      throw .other(
        endpoint, code: Int(error.code.rawValue), detail: curlText(curl_easy_strerror(error.code)))
    }
    requestCount += 1
    let code = try withExtendedLifetime(exchange) { () throws(HTTPError) in
      try transfer(
        multi, easy, exchange, endpoint: endpoint,
        silenceLimit: request.silenceTimeout ?? configuration.silenceTimeout)
    }
    try judge(code, of: request, at: endpoint, proxy: proxy, exchange, easy)
  }

  /// Drives one transfer to its end.
  private func transfer(
    _ multi: MultiHandle, _ easy: EasyHandle, _ exchange: Exchange, endpoint: HTTPEndpoint,
    silenceLimit: Duration
  ) throws(HTTPError) -> CURLcode {
    func check(_ code: CURLMcode) throws(HTTPError) {
      guard code == CURLM_OK else {
        throw .other(
          endpoint, code: Int(code.rawValue), detail: curlText(curl_multi_strerror(code)))
      }
    }
    try check(multi.add(easy))
    defer {
      multi.remove(easy)
      easy.forgetExchange()
      _ = multi.sockets.update()
    }
    let waker = multi.waker
    return try cancellation.waking({ waker.wake() }) { () throws(HTTPError) in
      let clock = SuspendingClock()
      var silence = Silence(limit: silenceLimit, now: clock.now)
      var calls = exchange.callCount
      var isConnected = false
      while true {
        guard !cancellation.isCancelled else { throw .cancelled(endpoint) }
        try check(multi.perform())
        if let code = multi.result() { return code }
        let now = clock.now
        let isAlive = multi.sockets.update() || exchange.callCount != calls
        calls = exchange.callCount
        // Until TCP stands, which the kernel counts as a byte, curl's connect timeout is what counts.
        isConnected = isConnected || isAlive || easy.isConnected
        if isAlive || !isConnected { silence.heard(at: now) }
        guard !silence.isOver(at: now) else { throw .silent(endpoint, for: silence.limit) }
        try check(multi.poll(atMost: silence.wait(at: now, atMost: Self.longestPoll)))
      }
    }
  }

  /// Turns the end of a transfer into an error, unless it went well.
  private func judge(
    _ code: CURLcode, of request: HTTPRequest, at endpoint: HTTPEndpoint, proxy: Proxy?,
    _ exchange: Exchange, _ easy: EasyHandle
  ) throws(HTTPError) {
    switch exchange.stop {
    case .headTooLarge:
      throw .malformedResponse(endpoint, detail: "its head is larger than 256 KiB")
    case .bodyTooLarge: throw .bodyTooLarge(endpoint, limit: request.maximumBodyBytes)
    case .closure, .cancelled: throw .cancelled(endpoint)
    case .proxyAuthentication:
      throw .proxyFailed(endpoint, proxy: proxy?.name ?? "", detail: "it answered 407")
    case .redirectBody: return
    case nil: break
    }
    guard code != CURLE_OK || !exchange.head.isComplete else { return }
    var failure = Failure(
      endpoint: endpoint, code: code, detail: "", connectTimeout: configuration.connectTimeout)
    failure.proxy = proxy?.name
    failure.isProxySecure = proxy?.isSecure == true
    failure.isHeadComplete = exchange.head.isComplete
    failure.detail = Failure.clean(
      easy.detail(of: code), of: request.secrets + (proxy?.secrets ?? []))
    failure.isConnected = easy.isConnected
    failure.osError = easy.integer(CURLINFO_OS_ERRNO)
    failure.verifyResult = easy.integer(CURLINFO_SSL_VERIFYRESULT)
    failure.connectStatus = easy.integer(CURLINFO_HTTP_CONNECTCODE)
    failure.receivedBodyBytes = exchange.receivedBodyBytes
    failure.trustPath = certificates.places
    throw failure.error
  }
}
