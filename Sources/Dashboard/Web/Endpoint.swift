import HTTPTypes
import Settings

/// One thing that the server can be asked for.
struct Endpoint: Sendable {
  typealias Handler = @Sendable (WebRequest) async throws -> WebResponse

  /// Who may ask.
  enum Access: Sendable, Equatable {
    /// Everybody.
    case open
    /// Everybody, as a browser that we know again.
    case visitor
    /// People: behind a login where one is needed.
    case person
    /// People, and programs that show the login's token.
    case personOrToken
    /// Programs with an API key.
    case key(APIKey.Permission)
    /// GitLab, with a webhook's secret token.
    case webhook
  }

  /// What the body may be.
  enum Content: Sendable, Equatable {
    case none
    /// A form of at most so many bytes.
    case form(Int)
    /// A form with files, of at most so many bytes.
    case files(Int)
    /// JSON of at most so many bytes.
    case json(Int)

    static let smallJSON = Content.json(1 << 20)

    /// The most bytes.
    var limit: Int {
      switch self {
      case .none: 0
      case .form(let bytes), .files(let bytes), .json(let bytes): bytes
      }
    }
  }

  /// How a failure is told.
  enum Style: Sendable { case page, envelope }

  let method: HTTPRequest.Method
  /// Segments; `*` stands for one that is left open, `*.json` for one that ends so.
  let pattern: [Substring]
  let access: Access
  let content: Content
  let handler: Handler

  init(
    _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ content: Content = .none,
    _ handler: @escaping Handler
  ) {
    self.method = method
    pattern = path.split(separator: "/")
    self.access = access
    self.content = content
    self.handler = handler
  }

  /// The segments that were left open, where the path is this route's.
  func match(_ segments: [String]) -> [String]? {
    guard segments.count == pattern.count else { return nil }
    var parameters: [String] = []
    for (part, segment) in zip(pattern, segments) {
      if part.hasPrefix("*") {
        let ending = part.dropFirst()
        guard segment.hasSuffix(ending), segment.utf8.count > ending.utf8.count else { return nil }
        parameters.append(String(segment.dropLast(ending.count)))
      } else if part != segment {
        return nil
      }
    }
    return parameters
  }
}

/// All routes of the server.
struct Router: Sendable {
  private let routes: [Endpoint]

  init(_ routes: [Endpoint]) { self.routes = routes }

  /// What a request leads to.
  enum Found {
    case route(Endpoint, parameters: [String])
    case wrongMethod(allowed: [HTTPRequest.Method])
    case nothing
  }

  /// Finds the route, the first that fits; HEAD is answered as GET is.
  func find(_ method: HTTPRequest.Method, _ segments: [String]) -> Found {
    let wanted = method == .head ? .get : method
    var allowed: [HTTPRequest.Method] = []
    for route in routes {
      guard let parameters = route.match(segments) else { continue }
      if route.method == wanted { return .route(route, parameters: parameters) }
      allowed.append(route.method)
      if route.method == .get { allowed.append(.head) }
    }
    return allowed.isEmpty ? .nothing : .wrongMethod(allowed: allowed)
  }
}
