import Foundation
import HTTPTypes

extension Core {
  /// Who makes an API request.
  ///
  /// - Throws: The 401 of GitLab for a token that is unknown, expired or revoked; an invalid token
  ///   is an error even where none is needed.
  func caller(of exchange: Exchange, entry: RequestLog.Entry) throws -> Caller {
    if let secret = exchange.header("PRIVATE-TOKEN") ?? exchange.query["private_token"] {
      return try authenticate(secret, asBearer: false, entry: entry)
    }
    if let secret = exchange.bearer ?? exchange.query["access_token"] {
      return try authenticate(secret, asBearer: true, entry: entry)
    }
    return .anonymous
  }

  private func authenticate(_ secret: String, asBearer: Bool, entry: RequestLog.Entry) throws
    -> Caller
  {
    let (token, user) = withWorld { world in
      let token = world.tokens[secret]
      return (token, token.flatMap { world.users[$0.userID] })
    }
    guard let token, let user else { throw Answer.unauthorized }
    switch token.kind {
    case .deploy: throw Answer.unauthorized
    case .oauth where !asBearer: throw Answer.unauthorized
    default: break
    }
    if token.revoked { throw Answer.revokedToken }
    if let expiry = token.expiresAt, expiry <= now() { throw Answer.expiredToken }
    guard user.state == "active" else {
      throw Answer.message("403 Forbidden - Your account has been blocked.", status: 403)
    }
    entry.update { $0.authenticated = true }
    return .token(token, user)
  }

  /// Checks that a token, if there is one, has one of these scopes.
  func require(_ scopes: [String], of caller: Caller) throws {
    guard case .token(let token, _) = caller else { return }
    guard token.has(anyOf: scopes) else { throw Answer.insufficientScope(scopes) }
  }

  /// The project that `:id` names, if the caller may see it.
  ///
  /// - Throws: The 301 for a former path, or the 404 for what is missing or hidden.
  func project(
    _ encoded: Substring, of exchange: Exchange, for caller: Caller, rest: [Substring] = []
  ) throws -> Project {
    let name = PercentCoding.decode(encoded)
    let address = externalURL
    return try withWorld { world in
      if !name.isEmpty, name.allSatisfy({ $0.isASCII && $0.isNumber }) {
        guard let project = Int(name).flatMap({ world.projects[$0] }),
          world.canSee(project, caller)
        else { throw Answer.projectNotFound }
        return project
      }
      guard name.contains("/") else { throw Answer.projectNotFound }
      if let project = world.project(at: name) {
        guard world.canSee(project, caller) else { throw Answer.projectNotFound }
        return project
      }
      guard let moved = world.project(formerlyAt: name), world.canSee(moved, caller) else {
        throw Answer.projectNotFound
      }
      guard world.settings.atLeast(16, 7) else { return moved }
      guard exchange.method == .get || exchange.method == .head else {
        throw Answer.message("Non GET methods are not allowed for moved projects", status: 405)
      }
      var location = "\(address)/api/v4/projects/\(moved.id)" + rest.map { "/" + $0 }.joined()
      if !exchange.rawQuery.isEmpty { location += "?" + exchange.rawQuery }
      throw Answer.text(
        "This resource has been moved permanently to \(location)", status: 301,
        headers: [("Location", location)])
    }
  }
}
