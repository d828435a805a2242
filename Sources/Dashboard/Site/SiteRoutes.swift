import HTTPTypes
import Reports

/// The pages.
struct SiteRoutes: Sendable {
  let services: Services

  var routes: [Route] {
    [
      Route(.get, "/", .person) { _ in .html(PlainPage.page("SigSentry", "<h1>SigSentry</h1>")) },
      Route(.get, "/login", .visitor) { request in
        .html(
          PlainPage.page(
            "Log in",
            """
            <form method="post" action="/login">
            <input type="hidden" name="csrf" value="\(request.session?.formToken ?? "")">
            <input type="hidden" name="next" value="\(PlainPage.escaped(request.query["next"] ?? "/"))">
            <label>Token <input type="password" name="token"></label> <button>Log in</button></form>
            """))
      },
    ]
  }
}
