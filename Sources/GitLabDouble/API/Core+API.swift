import Foundation
import HTTPTypes

extension Core {
  /// Answers a REST request.
  func answerAPI(_ exchange: Exchange, entry: RequestLog.Entry) async throws -> Answer {
    var answer: Answer
    do {
      answer = try await route(exchange, entry: entry)
    } catch let failure as Answer {
      answer = failure
    }
    answer.headers.append(("X-Request-Id", "double-\(entry.generation)-\(entry.index)"))
    answer.headers.append(("Vary", "Origin"))
    if let limit = settings.rateLimit, answer.status != 429 {
      let reset = (Int(now().timeIntervalSince1970) / 60 + 1) * 60
      answer.headers += [
        ("RateLimit-Name", "throttle_authenticated_api"), ("RateLimit-Limit", String(limit)),
        ("RateLimit-Observed", "1"), ("RateLimit-Remaining", String(limit - 1)),
        ("RateLimit-Reset", String(reset)),
      ]
    }
    return answer
  }

  private func route(_ exchange: Exchange, entry: RequestLog.Entry) async throws -> Answer {
    guard exchange.path?.hasPrefix("/api/v3") != true else {
      return .json(["error": "API V3 is no longer supported. Use API V4 instead."], status: 410)
    }
    guard let parts = exchange.segments(below: "/api/v4"), let first = parts.first else {
      return .routeNotFound
    }
    let caller = try caller(of: exchange, entry: entry)
    let reads = exchange.method == .get || exchange.method == .head
    switch (first, parts.count) {
    case ("projects", 1) where reads:
      try require(["api", "read_api"], of: caller)
      return try projects(exchange, caller)
    case ("projects", 2...):
      return try await projectRoute(exchange, caller, id: parts[1], rest: Array(parts.dropFirst(2)))
    case ("personal_access_tokens", 2) where parts[1] == "self" && settings.atLeast(15, 5):
      return try ownToken(exchange, caller)
    case ("personal_access_tokens", 3)
    where parts[1] == "self" && parts[2] == "rotate" && exchange.method == .post:
      return try rotateToken(exchange, caller)
    case ("user", 1) where reads:
      guard let user = caller.user else { throw Answer.unauthorized }
      try require(["read_user", "read_api", "api"], of: caller)
      return .json(ownUser(user))
    case ("metadata", 1) where reads && settings.atLeast(15, 2):
      return try version(caller, complete: true)
    case ("version", 1) where reads:
      return try version(caller, complete: settings.atLeast(15, 5))
    default:
      return .routeNotFound
    }
  }

  private func projectRoute(
    _ exchange: Exchange, _ caller: Caller, id: Substring, rest: [Substring]
  ) async throws -> Answer {
    let known: Bool =
      switch (rest.first, rest.count) {
      case (nil, 0): true
      case ("merge_requests", 1), ("merge_requests", 2): true
      case ("merge_requests", 3):
        ["versions", "commits", "changes"].contains(rest[2])
          || (rest[2] == "diffs" && settings.atLeast(15, 7))
      case ("merge_requests", 4): rest[2] == "versions"
      case ("repository", 2): rest[1] == "branches"
      case ("repository", 3): rest[1] == "branches" || rest[1] == "commits"
      default: false
      }
    guard known else { return .routeNotFound }
    let forRepository = rest.first == "repository"
    try require(["api", "read_api"] + (forRepository ? ["read_repository"] : []), of: caller)
    let project = try project(id, of: exchange, for: caller, rest: rest)
    guard exchange.method == .get || exchange.method == .head else {
      return .error("405 Not Allowed", status: 405)
    }
    guard let kind = rest.first else { return .json(projectJSON(project, caller, simple: false)) }
    if kind == "repository" {
      guard withWorld({ $0.canReadCode(project, caller) }) else {
        return rest[1] == "commits" || rest[1] == "branches" ? .forbidden : .routeNotFound
      }
      return try await repositoryRoute(exchange, project, Array(rest.dropFirst()))
    }
    guard project.mergeRequestsEnabled else { return .forbidden }
    guard rest.count > 1 else { return try mergeRequests(exchange, project) }
    guard let iid = Int(rest[1]) else { return .error("merge_request_iid is invalid", status: 400) }
    if rest.count > 2, rest[2] == "versions", caller.user == nil { throw Answer.unauthorized }
    guard let request = withWorld({ $0.mergeRequests[project.id]?[iid] }) else {
      return .notFound
    }
    guard rest.count > 2 else {
      return .json(try await singleJSON(request, project, exchange))
    }
    switch (rest[2], rest.count) {
    case ("versions", 3): return try await versions(exchange, project, request)
    case ("versions", 4): return try await version(rest[3], project, request)
    case ("commits", 3): return try await commits(exchange, project, request)
    case ("diffs", 3): return try await diffs(exchange, project, request)
    default: return try await changes(exchange, project, request)
    }
  }

  private func version(_ caller: Caller, complete: Bool) throws -> Answer {
    guard caller.user != nil else { throw Answer.unauthorized }
    try require(["read_user", "read_api", "api"], of: caller)
    let version = settings.version
    guard complete else {
      return .json(["version": .string(version), "revision": "ceb07b24cb0"])
    }
    return .json([
      "version": .string(version), "revision": "ceb07b24cb0",
      "kas": ["enabled": false, "externalUrl": nil, "version": nil],
      "enterprise": .bool(version.hasSuffix("-ee")),
    ])
  }
}
