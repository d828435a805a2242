import Credentials
import Foundation
import HTTP
import HTTPTypes
import Reports
import Settings

/// Routes that are no pages of the dashboard: its login, its health and its numbers.
struct PlainRoutes: Sendable {
  let services: Services

  var routes: [Route] {
    [
      Route(.get, "/healthz", .open) { _ in .text("ok\n") },
      Route(.get, "/metrics", .personOrToken) { _ in
        let text = try await services.workers.onDisk { try Metrics(services).text(at: Date()) }
        return WebResponse(
          type: "text/plain; version=0.0.4; charset=utf-8", Array(text.utf8))
      },
      Route(.post, "/login", .visitor, .form(64 << 10)) { request in
        guard let token = services.options.loginToken else { return .redirect("/") }
        guard SecretComparison.areEqual(request.form["token"] ?? "", token.reveal()) else {
          var failure = WebFailure(
            .unauthorized, "This is not the token.",
            hint: "'sigsentry serve' printed it when it started.")
          failure.isLogin = true
          throw failure
        }
        let session = services.sessions.logIn(at: Date())
        return .redirect(Self.local(request.form["next"])).with(
          .setCookie, Sessions.header(session, isSecure: services.options.isSecure))
      },
      Route(.post, "/logout", .person, .form(64 << 10)) { request in
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
