import Foundation
import HTTP
import Testing

@testable import GitLab

@Suite struct RetryAndErrorTests {
  private func response(
    _ status: Int, _ body: String = "", headers: [(name: String, value: String)] = []
  ) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: HTTPHeaders(headers), url: "https://gitlab.example.com",
      body: Array(body.utf8))
  }

  @Test func `the wait is what GitLab asks for, within bounds`() {
    let policy = RetryPolicy()
    let now = Date(timeIntervalSince1970: 1000)
    #expect(
      policy.decide(response(429, headers: [("Retry-After", "7")]), attempt: 1, now: now)
        == .retry(afterSeconds: 7))
    #expect(
      policy.decide(response(429, headers: [("RateLimit-Reset", "1030")]), attempt: 1, now: now)
        == .retry(afterSeconds: 30))
    #expect(policy.decide(response(503), attempt: 2, now: now) == .retry(afterSeconds: 2))
    #expect(
      policy.decide(response(429, headers: [("Retry-After", "86400")]), attempt: 1, now: now)
        == .giveUp)
    #expect(policy.decide(response(503), attempt: 5, now: now) == .giveUp)
    #expect(
      policy.decide(response(429, headers: [("Retry-After", "nan")]), attempt: 1, now: now)
        == .retry(afterSeconds: 1))
  }

  @Test(arguments: [200, 400, 401, 403, 404, 422])
  func `what does not pass is not tried again`(status: Int) {
    #expect(RetryPolicy().decide(response(status), attempt: 1, now: Date()) == .giveUp)
  }

  @Test func `a resource lock passes and other conflicts do not`() {
    let lock = response(409, #"{"message":"409 Conflict: Resource lock"}"#)
    #expect(RetryPolicy().decide(lock, attempt: 1, now: Date()) != .giveUp)
    let other = response(409, #"{"message":"409 Conflict"}"#)
    #expect(RetryPolicy().decide(other, attempt: 1, now: Date()) == .giveUp)
  }

  @Test func `GitLab's errors are told apart in all their forms`() {
    func error(_ status: Int, _ body: String) -> GitLabError { GitLabError(response(status, body)) }
    #expect(error(401, #"{"message":"401 Unauthorized"}"#) == .unauthorized(.unknown))
    #expect(
      error(
        401,
        #"{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}"#
      ) == .unauthorized(.expired))
    #expect(
      error(
        401,
        #"{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}"#
      ) == .unauthorized(.revoked))
    #expect(
      error(403, #"{"error":"insufficient_scope","scope":"api read_api"}"#)
        == .insufficientScope(needed: "api read_api"))
    #expect(error(403, #"{"message":"403 Forbidden - x"}"#) == .forbidden("403 Forbidden - x"))
    #expect(error(404, #"{"message":"404 Project Not Found"}"#) == .notFound)
    #expect(error(404, "<html>") == .notGitLab(status: 404))
    #expect(error(429, "Retry later") == .rateLimited)
    #expect(error(502, "<html>") == .server(status: 502))
    #expect(
      error(422, #"{"message":{"base":["why","not"]}}"#)
        == .unexpected(status: 422, message: "base: why, not"))
  }
}
