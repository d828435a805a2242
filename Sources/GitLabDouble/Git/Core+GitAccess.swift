import Foundation
import HTTPTypes

/// A way into a repository that was granted.
struct GitGrant: Sendable {
  let project: Project
  let repository: String
}

extension Core {
  /// The text with which GitLab refuses git's credentials.
  private var accessDenied: Answer {
    let text =
      "HTTP Basic: Access denied. If a password was provided for Git authentication, the password "
      + "was incorrect or you're required to use a token instead of a password. If a token was "
      + "provided, it was either incorrect, expired, or improperly scoped. See "
      + "\(externalURL)/help/topics/git/troubleshooting_git.md"
      + "#error-on-git-fetch-http-basic-access-denied"
    return .text(text, status: 401, headers: [("Www-Authenticate", "Basic realm=\"GitLab\"")])
  }

  private static let notFoundText =
    "The project you were looking for could not be found or you don't have permission to view it."

  /// Git's answer with a status, where nothing more is known of the reason.
  func gitAnswer(_ status: Int) -> Answer {
    switch status {
    case 401: accessDenied
    case 403: .text("You are not allowed to download code from this project.", status: 403)
    case 404: .text(Self.notFoundText, status: 404)
    case 502: .html(502)
    case 503:
      .text(
        "The git server, Gitaly, is not available at this time. "
          + "Please contact your administrator.", status: 503)
    default: .text("\(status)", status: status)
    }
  }

  /// A git error packet, in the frame the request calls for.
  func gitError(_ message: String, for exchange: Exchange) -> Answer {
    let packet = { (text: String) in
      let length = String(text.utf8.count + 4, radix: 16)
      return String(repeating: "0", count: 4 - min(4, length.count)) + length + text
    }
    var body = packet("ERR " + message)
    var type = "application/x-git-upload-pack-result"
    if exchange.kind == .gitRefs {
      body = packet("# service=git-upload-pack\n") + "0000" + body
      type = "application/x-git-upload-pack-advertisement"
    }
    return Answer(
      200, headers: [("Content-Type", type), ("Cache-Control", "no-cache")], body: Array(body.utf8))
  }

  /// What stands at a path that is no endpoint of git: among them `info/refs` without `.git`.
  func answerGitOddities(_ exchange: Exchange) throws -> Answer {
    guard let path = exchange.path else { return .html(404) }
    if path.hasSuffix(".git/git-receive-pack") {
      return .text("You are not allowed to push code to this project.", status: 403)
    }
    return .html(404)
  }

  /// Answers `info/refs`.
  func answerRefs(_ exchange: Exchange, sink: Sink) async throws {
    let suffix = "/info/refs"
    guard let path = exchange.path?.dropLast(suffix.count) else { throw Answer.html(404) }
    guard exchange.method == .get else {
      throw Answer.text("Forbidden", status: 403)
    }
    guard path.hasSuffix(".git") else {
      let query = exchange.rawQuery.isEmpty ? "" : "?" + exchange.rawQuery
      throw Answer(
        301,
        headers: [
          ("Location", "\(externalURL)\(path).git\(suffix)\(query)"), ("Content-Type", "text/html"),
        ])
    }
    let grant = try grant(exchange, path: path.dropLast(4), entry: sink.entry)
    guard exchange.query["service"] == "git-upload-pack" else {
      throw Answer.text("You are not allowed to push code to this project.", status: 403)
    }
    try await runBackend(exchange, grant, endpoint: suffix, sink: sink)
  }

  /// Lets a request into a repository, or throws GitLab's refusal.
  func grant(_ exchange: Exchange, path: Substring, entry: RequestLog.Entry) throws -> GitGrant {
    guard settings.gitOverHTTP else {
      throw Answer.text("Git access over HTTP is not allowed", status: 403)
    }
    let caller = try gitCaller(exchange, entry: entry)
    let name = PercentCoding.decode(path).split(separator: "/").joined(separator: "/")
    let (found, isVisible, mayRead) = withWorld { world in
      let project = world.project(at: name) ?? world.project(formerlyAt: name)
      return (
        project, project.map { world.canSee($0, caller) } ?? false,
        project.map { world.canReadCode($0, caller) } ?? false
      )
    }
    guard let project = found, isVisible else {
      if caller.user == nil { throw accessDenied }
      throw gitAnswer(404)
    }
    if case .token(let token, _) = caller, !token.downloadsCode {
      throw Answer.text("You are not allowed to download code.", status: 403)
    }
    guard mayRead else { throw gitAnswer(403) }
    guard let repository = project.repository else {
      throw Answer.text("A repository for this project does not exist yet.", status: 404)
    }
    return GitGrant(project: project, repository: repository)
  }

  private func gitCaller(_ exchange: Exchange, entry: RequestLog.Entry) throws -> Caller {
    guard exchange.header("Authorization") != nil else { return .anonymous }
    guard let (user, password) = exchange.basic, !user.isEmpty || !password.isEmpty else {
      throw accessDenied
    }
    let (token, owner) = withWorld { world in
      let token = world.tokens[password]
      return (token, token.flatMap { world.users[$0.userID] })
    }
    guard let token, let owner, !token.revoked, !user.isEmpty else { throw accessDenied }
    if let expiry = token.expiresAt, expiry <= now() { throw accessDenied }
    switch token.kind {
    case .deploy(let username):
      guard username == user else { throw accessDenied }
    case .oauth:
      // Older servers took OAuth tokens under this name only.
      guard settings.atLeast(16, 0) || user == "oauth2" else { throw accessDenied }
    case .personal, .project, .group: break
    }
    guard owner.state == "active" else {
      throw Answer.text("Your account has been blocked.", status: 403)
    }
    entry.update { $0.authenticated = true }
    return .token(token, owner)
  }
}
