import Foundation
import HTTP

/// Why GitLab's API gave no usable answer.
public enum GitLabError: Error, Sendable, Equatable {
  /// Why a token was not accepted, as far as GitLab tells.
  public enum Rejection: String, Sendable { case unknown, expired, revoked }

  /// GitLab was not reached, fell silent or broke off.
  case http(HTTPError)
  /// 401: no token, or one that GitLab does not accept.
  case unauthorized(Rejection)
  /// 403: the token lacks a scope; these would do, as GitLab names them.
  case insufficientScope(needed: String)
  /// 403 for another reason; GitLab's text.
  case forbidden(String)
  /// 404: no such thing, or no right to see it; GitLab does not tell them apart.
  case notFound
  /// 429 more often than we were ready to wait.
  case rateLimited
  /// 5xx more often than we were ready to try.
  case server(status: Int)
  /// Something else than GitLab's API answers at the base URL, as a proxy's page.
  case notGitLab(status: Int)
  /// The answer is GitLab's, but not in the form we know.
  case malformed(String)
  /// GraphQL is switched off, too old or refuses the query.
  case graphQL(String)
  /// Any other status with GitLab's message.
  case unexpected(status: Int, message: String)
}

extension GitLabError: CustomStringConvertible {
  /// One sentence for a log or a person.
  public var description: String {
    switch self {
    case .http(let error): "\(error)"
    case .unauthorized(.expired): "the token has expired"
    case .unauthorized(.revoked): "the token was revoked"
    case .unauthorized(.unknown): "the token is missing or invalid"
    case .insufficientScope(let needed): "the token lacks a scope; GitLab asks for: \(needed)"
    case .forbidden(let text): "GitLab forbids it: \(text)"
    case .notFound: "not found, or not visible to this token"
    case .rateLimited: "GitLab's rate limit is used up"
    case .server(let status): "GitLab answered \(status) again and again"
    case .notGitLab(let status): "no GitLab API answers there (status \(status), not JSON)"
    case .malformed(let detail): "GitLab's answer makes no sense: \(detail)"
    case .graphQL(let text): "GraphQL is not to be had: \(text)"
    case .unexpected(let status, let message): "GitLab answered \(status): \(message)"
    }
  }
}

extension GitLabError {
  /// Reads an answer with a status of 400 or more. Bodies are not always JSON, and `message` may be text, a list or an
  /// object (GitLab's "REST API" page, `lib/api/helpers.rb` and `api_guard.rb`).
  init(_ response: HTTPResponse) {
    let body = ErrorBody(response.body)
    switch (response.status, body?.error) {
    case (401, _):
      let text = body?.errorDescription ?? ""
      self = .unauthorized(
        text.contains("expired") ? .expired : text.contains("revoked") ? .revoked : .unknown)
    case (403, "insufficient_scope"): self = .insufficientScope(needed: body?.scope ?? "read_api")
    case (403, _): self = .forbidden(body?.text ?? "403 Forbidden")
    case (404, _): self = body == nil ? .notGitLab(status: 404) : .notFound
    case (429, _): self = .rateLimited
    case (500..., _): self = .server(status: response.status)
    default:
      guard let body else {
        self = .notGitLab(status: response.status)
        return
      }
      self = .unexpected(status: response.status, message: body.text)
    }
  }
}

/// The parts of an error's JSON that matter.
struct ErrorBody {
  var error: String?
  var errorDescription: String?
  var scope: String?
  var text: String

  init?(_ bytes: [UInt8]) {
    guard
      let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    else { return nil }
    error = object["error"] as? String
    errorDescription = object["error_description"] as? String
    scope = object["scope"] as? String
    text = String(Self.flatten(errorDescription ?? object["message"] ?? error ?? "").prefix(300))
  }

  private static func flatten(_ value: Any) -> String {
    switch value {
    case let text as String: text
    case let list as [Any]: list.map(flatten).joined(separator: ", ")
    case let object as [String: Any]:
      object.sorted { $0.key < $1.key }.map { "\($0.key): \(flatten($0.value))" }
        .joined(separator: "; ")
    default: "\(value)"
    }
  }
}
