import Foundation
import HTTP

/// Gives the token for each request, and a fresh one when GitLab no longer takes it.
public protocol TokenSource: AnyObject {
  /// What to send with the next request. May refresh a token that is about to expire.
  func authorization() throws -> Authorization
  /// Called once for a request that GitLab answered with 401.
  ///
  /// - Returns: Whether there is another token to try.
  func renew() throws -> Bool
  /// Called where GitLab's API takes the last token neither; may throw an error that says so better than a 401.
  func refuse() throws
}

extension TokenSource {
  /// Does nothing.
  public func refuse() {}
}

/// No token at all: for public projects.
public final class AnonymousAccess: TokenSource {
  /// Makes a source that never has a token.
  public init() {}
  /// Always ``Authorization/none``.
  public func authorization() -> Authorization { .none }
  /// Always `false`.
  public func renew() -> Bool { false }
}

/// One fixed token: personal, project or group.
public final class FixedToken: TokenSource {
  private let token: Secret

  /// Makes a source of one token.
  public init(_ token: Secret) { self.token = token }
  /// The token as a bearer, which GitLab accepts for every kind.
  public func authorization() -> Authorization { .bearer(token) }
  /// Always `false`: it cannot be renewed.
  public func renew() -> Bool { false }
}

/// A client of one GitLab's REST API (v4) and GraphQL API. Blocking; for one thread.
public final class GitLabClient {
  /// Without a slash at its end; may carry a path prefix.
  public let baseURL: String
  /// Requests sent, tries included.
  public private(set) var requestCount = 0
  /// What was left of the rate limit at the last answer that told.
  public private(set) var rateLimitRemaining: Int?

  let http: HTTPClient
  private let tokens: any TokenSource
  private let wait: (Double) throws -> Void
  private let retry = RetryPolicy()

  /// - Parameters:
  ///   - baseURL: As `https://gitlab.com` or `https://host/gitlab`.
  ///   - wait: Waits for so many seconds before a request is tried again; throws to end that.
  public init(
    baseURL: String, http: HTTPClient, tokens: any TokenSource,
    wait: @escaping (Double) throws -> Void
  ) {
    self.baseURL = baseURL
    self.http = http
    self.tokens = tokens
    self.wait = wait
  }

  // MARK: - Projects

  /// Looks a project up by its full path, also by one that it has moved away from.
  ///
  /// - Throws: ``GitLabError``; what the token source throws.
  public func project(path: String) throws -> Project {
    try project(reference: path.addingPercentEncoding(withAllowedCharacters: .unreserved) ?? path)
  }

  /// Looks a project up by its id.
  public func project(id: Int64) throws -> Project { try project(reference: String(id)) }

  private func project(reference: String) throws -> Project {
    var response = try get("/projects/\(reference)")
    // A moved project answers with a redirect whose host may be another name of the same instance: only its id is taken.
    if (300..<400).contains(response.status), let location = response.headers["Location"],
      let id = location.firstRange(of: "/projects/")
        .flatMap({ Int64(location[$0.upperBound...].prefix { $0.isASCII && $0.isNumber }) })
    {
      response = try get("/projects/\(id)")
    }
    return try decode(Project.self, response)
  }

  /// Lists paths of visible projects whose names begin alike, to find what a mistyped path may have meant.
  public func searchProjects(like path: String) throws -> [String] {
    struct Found: Decodable { var path_with_namespace: String }
    let name = path.split(separator: "/").last ?? ""
    // GitLab searches for parts of at least three characters.
    let part = String(name.prefix(3)).addingPercentEncoding(withAllowedCharacters: .unreserved)
    return try decode(
      [Found].self, get("/projects?simple=true&per_page=100&search=\(part ?? "")")
    ).map(\.path_with_namespace)
  }

  // MARK: - Merge requests

  /// Gets one page of the merge requests that changed at or after a time, the longest unchanged first.
  public func mergeRequests(
    projectID: Int64, page: MergeRequestListing.Page
  ) throws -> [MergeRequest] {
    let time = Timestamp.format(page.updatedAfter)
    return try decode(
      [MergeRequest].self,
      get(
        "/projects/\(projectID)/merge_requests?state=all&order_by=updated_at&sort=asc"
          + "&updated_after=\(time)&per_page=\(MergeRequestListing.rowsPerPage)&page=\(page.number)"
      ))
  }

  /// Gets one merge request with its ``MergeRequest/diffRefs``.
  public func mergeRequest(projectID: Int64, iid: Int64) throws -> MergeRequest {
    try decode(MergeRequest.self, get("/projects/\(projectID)/merge_requests/\(iid)"))
  }

  // MARK: - Commits

  /// Finds the whole id of a commit by the first digits of it.
  ///
  /// - Parameter digits: 7 or more hexadecimal digits, lower case.
  /// - Returns: `nil` where no commit has them, or more than one.
  public func commitID(projectID: Int64, startingWith digits: String) throws -> String? {
    struct Found: Decodable { var id: String }
    do {
      let found = try decode(
        Found.self, get("/projects/\(projectID)/repository/commits/\(digits)?stats=false"))
      // GitLab takes names of branches there, too.
      return found.id.hasPrefix(digits) ? found.id : nil
    } catch GitLabError.notFound {
      return nil
    }
  }

  // MARK: - Requests

  /// Sends a GET below `/api/v4`. Redirects are not followed: they come back as they are.
  func get(_ path: String) throws -> HTTPResponse {
    var request = HTTPRequest(url: baseURL + "/api/v4" + path)
    request.headers.add("Accept", "application/json")
    return try send(request)
  }

  /// Sends a request with the token, again where GitLab asks for patience, and once more where the token was renewed.
  func send(_ request: HTTPRequest) throws -> HTTPResponse {
    var request = request
    request.followsRedirects = false
    var attempt = 1
    var mayRenew = true
    while true {
      request.authorization = try tokens.authorization()
      let response: HTTPResponse
      do throws(HTTPError) {
        requestCount += 1
        response = try http.send(request)
      } catch {
        throw GitLabError.http(error)
      }
      if let left = response.headers["RateLimit-Remaining"].flatMap({ Int($0) }) {
        rateLimitRemaining = left
      }
      if response.status == 401 {
        if mayRenew, try tokens.renew() {
          mayRenew = false
          continue
        }
        // Proxies and login pages answer 401 as well; only GitLab's own word counts against a token.
        if ErrorBody(response.body) != nil { try tokens.refuse() }
      }
      guard
        case .retry(let seconds) = retry.decide(response, attempt: attempt, now: Date())
      else { return response }
      try wait(seconds)
      attempt += 1
    }
  }

  /// Reads JSON of a 2xx answer; any other becomes its ``GitLabError``.
  func decode<Value: Decodable>(_ type: Value.Type, _ response: HTTPResponse) throws -> Value {
    guard (200..<300).contains(response.status) else {
      if (300..<400).contains(response.status) {
        throw GitLabError.notGitLab(status: response.status)
      }
      throw GitLabError(response)
    }
    do {
      return try JSONDecoder().decode(type, from: Data(response.body))
    } catch {
      let start = response.body.first { !$0.isASCIISpace }
      guard start == UInt8(ascii: "{") || start == UInt8(ascii: "[") else {
        throw GitLabError.notGitLab(status: response.status)
      }
      throw GitLabError.malformed("\(type): \(Self.explain(error))")
    }
  }

  private static func explain(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .keyNotFound(let key, _): "no \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      "at \(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    default: "unreadable"
    }
  }
}

extension UInt8 {
  fileprivate var isASCIISpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}

extension CharacterSet {
  /// RFC 3986's unreserved characters: a path in one URL segment, its slashes as %2F.
  fileprivate static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
