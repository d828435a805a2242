import Credentials
import Foundation
import HTTP
import HTTPTypes
import Pages
import Reports
import Settings

/// Routes that are no pages of the dashboard: its login, its health and its numbers.
struct PlainRoutes: Sendable {
  let services: Services

  var routes: [Endpoint] {
    [
      Endpoint(.get, "/healthz", .open) { _ in .text("ok\n") },
      Endpoint(.get, "/metrics", .personOrToken) { _ in
        let text = try await services.workers.onDisk { try Metrics(services).text(at: Date()) }
        return WebResponse(
          type: "text/plain; version=0.0.4; charset=utf-8", Array(text.utf8))
      },
      Endpoint(.post, "/login", .visitor, .form(64 << 10)) { request in
        guard let token = services.options.loginToken else { return .redirect("/") }
        guard
          SecretComparison.areEqual(
            request.form[LoginPage.Field.token.rawValue] ?? "", token.reveal())
        else {
          if let seconds = services.wrongLogins.take(for: request.client) {
            throw WebFailure.tooMany(after: seconds)
          }
          let page = LoginPage(
            next: request.form[LoginPage.Field.next.rawValue] ?? "",
            error: "This is not the token; 'sigsentry serve' printed it when it started.")
          return try await services.show(page, request, status: .unauthorized)
        }
        let session = services.sessions.logIn(at: Date())
        return .redirect(Self.local(request.form[LoginPage.Field.next.rawValue])).with(
          .setCookie, Sessions.header(session, isSecure: services.options.isSecure))
      },
      Endpoint(.post, "/logout", .person, .form(64 << 10)) { request in
        if let session = request.session { services.sessions.logOut(session) }
        return .redirect("/login")
      },
    ]
  }

  /// A path of ours to go on to; never another host.
  static func local(_ text: String?) -> String {
    guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), !text.hasPrefix("/\\"),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), text.utf8.count <= 2048
    else { return "/" }
    return text
  }
}
