/// A whole answer, held in memory.
struct Answer: Sendable, Error {
  var status: Int
  var headers: [(name: String, value: String)]
  var body: [UInt8]

  init(_ status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers.map { (name: $0.0, value: $0.1) }
    self.body = body
  }

  static func json(_ value: JSON, status: Int = 200, headers: [(String, String)] = []) -> Answer {
    Answer(status, headers: [("Content-Type", "application/json")] + headers, body: value.bytes)
  }

  static func text(_ text: String, status: Int, headers: [(String, String)] = []) -> Answer {
    Answer(
      status, headers: [("Content-Type", "text/plain; charset=utf-8")] + headers,
      body: Array(text.utf8))
  }

  static func html(_ status: Int) -> Answer {
    let page =
      "<!DOCTYPE html>\n<html><head><title>GitLab is not responding (\(status))</title></head>"
      + "<body><h1>\(status)</h1><p>Whoops, GitLab is taking too much time to respond.</p>"
      + "</body></html>\n"
    return Answer(
      status, headers: [("Content-Type", "text/html; charset=utf-8")], body: Array(page.utf8))
  }

  static func message(_ text: String, status: Int) -> Answer {
    json(["message": .string(text)], status: status)
  }

  static func error(_ text: String, status: Int) -> Answer {
    json(["error": .string(text)], status: status)
  }

  static let unauthorized = message("401 Unauthorized", status: 401)
  static let forbidden = message("403 Forbidden", status: 403)
  static let routeNotFound = error("404 Not Found", status: 404)
  static let notFound = message("404 Not found", status: 404)
  static let projectNotFound = message("404 Project Not Found", status: 404)
  static let expiredToken = dead(
    "Token is expired. You can either do re-authorization or token refresh.")
  static let revokedToken = dead(
    "Token was revoked. You have to re-authorize from the user.")

  private static func dead(_ description: String) -> Answer {
    json(
      ["error": "invalid_token", "error_description": .string(description)], status: 401,
      headers: [
        (
          "WWW-Authenticate",
          "Bearer realm=\"Protected by OAuth 2.0\", error=\"invalid_token\", "
            + "error_description=\"\(description)\""
        )
      ])
  }

  static func insufficientScope(_ scopes: [String]) -> Answer {
    json(
      [
        "error": "insufficient_scope",
        "error_description":
          "The request requires higher privileges than provided by the access token.",
        "scope": .string(scopes.joined(separator: " ")),
      ], status: 403)
  }

  /// GitLab's answer with a status, where nothing more is known of the reason.
  static func standard(_ status: Int) -> Answer {
    switch status {
    case 401: unauthorized
    case 403: forbidden
    case 404: projectNotFound
    case 408: json(["message": ["error": "Request timed out"]], status: 408)
    case 409: message("409 Conflict: Resource lock", status: 409)
    case 422: message("422 Unprocessable Entity", status: 422)
    case 429: rateLimited(retryAfter: 60, headers: true, limit: 2000, now: 0)
    case 500: message("500 Internal Server Error", status: 500)
    case 502: html(502)
    case 503: message("503 Service Unavailable", status: 503)
    default: message("\(status)", status: status)
    }
  }

  /// The rate limiter's answer: text, with the headers of GitLab's middleware if wanted.
  static func rateLimited(retryAfter: Int?, headers: Bool, limit: Int, now: Int) -> Answer {
    var fields: [(String, String)] = []
    if headers {
      fields += [
        ("RateLimit-Name", "throttle_authenticated_api"), ("RateLimit-Limit", String(limit)),
        ("RateLimit-Observed", String(limit + 1)), ("RateLimit-Remaining", "0"),
        ("RateLimit-Reset", String(now + (retryAfter ?? 60))),
      ]
    }
    if let retryAfter { fields.append(("Retry-After", String(retryAfter))) }
    return Answer(
      429, headers: [("Content-Type", "text/plain")] + fields, body: Array("Retry later\n".utf8))
  }
}
