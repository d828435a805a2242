import Credentials
import Foundation
import GitLab
import HTTP
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOPosix
import Pages
import ServiceLifecycle
import Settings
import Synchronization

/// Takes requests, keeps out what must not come in, and gives the rest to the routes.
struct WebServer: Sendable {
  private let options: Dashboard.Options
  private let router: Router
  private let sessions: Sessions
  private let keys: APIKeys
  private let workers: Workers
  private let authority: Authority
  /// Requests of one address.
  private let byAddress: RateLimiter
  /// Requests of one address that showed no valid key or login.
  private let refusals: RateLimiter
  private let byKey: RateLimiter

  init(services: Services) {
    options = services.options
    router = Router(
      PlainRoutes(services: services).routes + SiteRoutes(services: services).routes
        + APIRoutes(services: services).routes
        + [EventRoute(services: services).route, HookRoute(services: services).route])
    sessions = services.sessions
    keys = services.keys
    workers = services.workers
    authority = Authority(listen: options.listen, publicURL: options.publicURL)
    let rate = Double(options.requestsPerMinute) / 60
    byKey = RateLimiter(
      rate: rate, burst: max(20, Double(options.requestsPerMinute) / 4), clock: options.clock)
    byAddress = RateLimiter(rate: 50, burst: 500, clock: options.clock)
    refusals = RateLimiter(rate: 0.5, burst: 30, clock: options.clock)
  }

  /// The most connections at once; more wait in the system's queue.
  private static let maximumConnections = 2000
  /// Seconds after which a connection that says nothing is closed.
  private static let idleSeconds: Int64 = 75

  /// Serves until it is cancelled or shut down.
  func run(started: @escaping @Sendable (Int) async -> Void) async throws {
    var logger = Logger(label: "dashboard") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    var channel = HTTP1Channel.Configuration(idleTimeout: .seconds(Self.idleSeconds))
    channel.httpDecoder = .init(
      maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)
    let service = try HTTPServerBuilder.http1(configuration: channel).buildServer(
      configuration: ServerConfiguration(
        address: .hostname(options.listen.host, port: options.listen.port), backlog: 1024,
        availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)),
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger,
      responder: { request, writer, channel in
        try await respond(to: request, writer: writer, channel: channel)
      },
      onServerRunning: { channel in await started(channel.localAddress?.port ?? 0) })
    do {
      try await service.run()
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw DashboardError.portTaken(options.listen)
    } catch let error as IOError {
      throw DashboardError.cannotListen(
        options.listen, reason: String(cString: strerror(error.errnoCode)).lowercased())
    } catch let error as SocketAddressError {
      throw DashboardError.cannotListen(options.listen, reason: "\(error)")
    } catch is NIOConnectionError {
      throw DashboardError.cannotListen(options.listen, reason: "the name is unknown")
    }
  }

  private func respond(
    to request: Request, writer: consuming ResponseWriter, channel: any Channel
  ) async throws {
    let (response, mustClose) = await answer(request, channel: channel)
    var head = HTTPResponse(status: response.status, headerFields: response.headers)
    secure(&head.headerFields)
    if mustClose { head.headerFields[.connection] = "close" }
    let isHead = request.method == .head
    switch response.body {
    case .bytes(let bytes):
      head.headerFields[.contentLength] = "\(bytes.count)"
      try await writer.write(
        response: head,
        body: isHead ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    case .stream(let write):
      var body: any ResponseBodyWriter = try await writer.writeHead(head)
      if !isHead { try await write(&body) }
      try await body.finish(nil)
    }
    // What was not read of a body is not waited for.
    if mustClose { channel.close(mode: .all, promise: nil) }
  }

  private func secure(_ headers: inout HTTPFields) {
    if headers[.contentSecurityPolicy] == nil {
      headers[.contentSecurityPolicy] =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    }
    headers[.xContentTypeOptions] = "nosniff"
    headers[.referrerPolicy] = "no-referrer"
    headers[.crossOriginOpenerPolicy] = "same-origin"
    headers[.crossOriginResourcePolicy] = "same-origin"
  }

  /// - Returns: The answer, and whether a part of the body was left unread.
  private func answer(
    _ request: Request, channel: any Channel
  ) async -> (response: WebResponse, mustClose: Bool) {
    let path = request.head.path ?? "/"
    let style: Endpoint.Style =
      path.hasPrefix("/v1") || path.hasPrefix("/hooks") ? .envelope : .page
    var isBodyRead = false
    do {
      let (route, web) = try route(request, channel: channel)
      var known = try await authorize(web, for: route)
      if route.content.limit > 0 {
        try checkContent(of: known, for: route)
        known.body = try await body(of: request, atMost: route.content.limit)
      }
      isBodyRead = true
      try checkForm(&known, for: route)
      var response = try await route.handler(known)
      if [.person, .visitor].contains(route.access), let session = known.session, session.isNew,
        response.headers[.setCookie] == nil
      {
        response.headers[.setCookie] = Sessions.header(session, isSecure: options.isSecure)
      }
      return (response, route.content.limit == 0 && hasBody(request))
    } catch {
      if let response = loginRedirect(error, request) { return (response, hasBody(request)) }
      return (WebFailure(error).response(style), !isBodyRead && hasBody(request))
    }
  }

  private func hasBody(_ request: Request) -> Bool {
    request.headers[.transferEncoding] != nil
      || (request.headers[.contentLength].map { $0 != "0" } ?? false)
  }

  // MARK: What must hold before a route is asked

  private func route(
    _ request: Request, channel: any Channel
  ) throws -> (Endpoint, WebRequest) {
    let host = (request.head.authority ?? "").lowercased()
    let local = channel.localAddress
    guard authority.isOurs(host, address: local?.ipAddress, port: local?.port ?? 0) else {
      throw WebFailure(
        .misdirected, "This server does not answer under that name.",
        hint:
          "Use the address that 'sigsentry serve' printed, or give the one you use with --public-url."
      )
    }
    let client = client(request, channel)
    if !Authority.isLoopback(client) { try limit(byAddress, client) }
    let target = request.head.path ?? "/"
    guard target.hasPrefix("/") else { throw WebFailure.notFound }
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var segments: [String] = []
    for part in (parts.first ?? "").dropFirst().split(
      separator: "/", omittingEmptySubsequences: false)
    {
      guard let segment = PercentCoding.decode(part) else { throw WebFailure.notFound }
      segments.append(segment)
    }
    if segments == [""] { segments = [] }
    var web = WebRequest(
      method: request.method, segments: segments,
      query: FormFields(parts.count > 1 ? parts[1] : ""),
      headers: request.headers, authority: host, client: client)
    switch router.find(request.method, segments) {
    case .route(let route, let parameters):
      web.parameters = parameters
      return (route, web)
    case .wrongMethod(let allowed):
      var failure = WebFailure(
        .methodNotAllowed, "This address does not take \(request.method.rawValue).")
      failure.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
      throw failure
    case .nothing: throw WebFailure.notFound
    }
  }

  /// The client's address. A proxy on this machine is believed about whom it speaks for.
  private func client(_ request: Request, _ channel: any Channel) -> String {
    let peer = channel.remoteAddress?.ipAddress ?? ""
    guard options.publicURL != nil, Authority.isLoopback(peer),
      let last = request.headers[.forwardedFor]?.split(separator: ",").last
    else { return peer }
    return String(String(last).trimmingSpaces.prefix(64))
  }

  private func limit(_ limiter: RateLimiter, _ caller: String) throws {
    guard let seconds = limiter.take(for: caller) else { return }
    throw WebFailure.tooMany(after: seconds)
  }

  private func authorize(_ request: WebRequest, for route: Endpoint) async throws -> WebRequest {
    var request = request
    switch route.access {
    case .open: break
    case .visitor:
      request.session = sessions.session(request.cookie(Sessions.cookie), at: Date())
    case .person, .personOrToken:
      let session = sessions.session(request.cookie(Sessions.cookie), at: Date())
      request.session = session
      guard let token = options.loginToken, !session.isLoggedIn else { break }
      if route.access == .personOrToken, let bearer = request.bearer {
        if SecretComparison.areEqual(bearer, token.reveal()) { break }
        try limit(refusals, request.client)
      }
      throw LoginNeeded()
    case .key(let permission):
      request.key = try await key(of: request, permission: permission)
    case .webhook: try await checkHookToken(of: request)
    }
    return request
  }

  private func key(
    of request: WebRequest, permission: APIKey.Permission
  ) async throws -> APIKey {
    var unauthorized = WebFailure(
      .unauthorized, "A valid API key is needed.",
      hint:
        "Send 'Authorization: Bearer ss_secret_…'; 'sigsentry api-keys create' makes one.")
    unauthorized.headers[.wwwAuthenticate] = "Bearer"
    guard let bearer = request.bearer else { throw unauthorized }
    guard let key = try await workers.onDisk({ [keys] in try keys.key(for: bearer, at: Date()) })
    else {
      try limit(refusals, request.client)
      throw unauthorized
    }
    try limit(byKey, "\(key.id)")
    if !key.permissions.contains(permission) {
      throw WebFailure(
        .forbidden, "The API key lacks the permission \(permission.rawValue).",
        hint: "Make one that has it with 'sigsentry api-keys create'.")
    }
    return key
  }

  /// GitLab shows the token that whoever set the webhook up was given.
  private func checkHookToken(of request: WebRequest) async throws {
    let given = request.headers[.gitlabToken] ?? ""
    if let token = options.webhookToken, SecretComparison.areEqual(given, token.reveal()) { return }
    let key = try await workers.onDisk { [keys] in try keys.key(for: given, at: Date()) }
    guard let key, key.permissions.contains(.webhook) else {
      try limit(refusals, request.client)
      throw WebFailure(
        .unauthorized, "The webhook's secret token is missing or wrong.",
        hint: "'sigsentry api-keys create NAME --permission webhook' makes one.")
    }
  }

  private func checkContent(of request: WebRequest, for route: Endpoint) throws {
    let wanted =
      switch route.content {
      case .none: ""
      case .form: "application/x-www-form-urlencoded"
      case .files: "multipart/form-data"
      case .json: "application/json"
      }
    guard request.contentType == wanted else {
      throw WebFailure(.unsupportedType, "The body has to be \(wanted).")
    }
    if let text = request.headers[.contentLength], let length = Int(text) {
      guard length <= route.content.limit else { throw tooLarge(route.content.limit) }
    }
  }

  private func tooLarge(_ limit: Int) -> WebFailure {
    WebFailure(.tooLarge, "The body is larger than \(limit) bytes.")
  }

  private func body(of request: Request, atMost limit: Int) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await piece in request.body {
      guard bytes.count + piece.readableBytes <= limit else { throw tooLarge(limit) }
      bytes += piece.readableBytesView
    }
    return bytes
  }

  /// A change that a page asks for comes from our own pages: by its headers, and by the token in its form.
  private func checkForm(_ request: inout WebRequest, for route: Endpoint) throws {
    guard let session = request.session else { return }
    let form: FormFields
    switch route.content {
    case .none, .json: return
    case .form: form = FormFields(String(decoding: request.body, as: UTF8.self))
    case .files:
      guard let boundary = request.headers[.contentType].flatMap(Multipart.boundary),
        let fields = Multipart.fields(request.body, boundary: boundary)
      else { throw WebFailure(.validation, "The form is damaged.") }
      form = fields
    }
    let site = request.headers[.secFetchSite]
    let origin = request.headers[.origin]
    guard site == nil || site == "same-origin" || site == "none",
      origin.map({ authority.isOurs(origin: $0.lowercased(), authority: request.authority) })
        ?? true,
      let token = form[Shell.csrfField], sessions.isGenuine(token, of: session)
    else {
      throw WebFailure(
        .forbidden, "The form does not come from this page, or the page is too old.",
        hint: "Load the page again and repeat it.")
    }
    request.form = form
  }

  // MARK: Logins

  private struct LoginNeeded: Error {}

  /// Browsers are sent to the login; programs get a status.
  private func loginRedirect(_ error: any Error, _ request: Request) -> WebResponse? {
    guard error is LoginNeeded else { return nil }
    let path = request.head.path ?? "/"
    guard request.method == .get || request.method == .head, !path.hasPrefix("/events"),
      !path.hasPrefix("/metrics")
    else {
      return WebFailure(.unauthorized, "Log in first.", hint: "Open /login.").response(.page)
    }
    return .redirect("/login?next=\(Form.encode(path))")
  }
}
