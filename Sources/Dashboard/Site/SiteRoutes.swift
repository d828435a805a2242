import Foundation
import HTTPTypes
import Pages
import Settings

/// The pages, and what their forms do.
struct SiteRoutes: Sendable {
  let services: Services

  var routes: [Endpoint] {
    [
      Endpoint(.get, "/", .person) { _ in .redirect(Route.codeRepos.path) },
      Endpoint(.get, Route.login.path, .visitor) { request in
        guard services.options.loginToken != nil, request.session?.isLoggedIn != true else {
          return .redirect(PlainRoutes.local(request.query[LoginPage.Field.next.rawValue]))
        }
        let page = LoginPage(next: request.query[LoginPage.Field.next.rawValue] ?? "")
        return try await services.show(page, request)
      },
      Endpoint(.get, "/assets/*", .open) { request in
        guard let asset = Asset.all.first(where: { $0.name == request.parameters.first }) else {
          throw WebFailure.notFound
        }
        return WebResponse(
          type: asset.contentType, asset.bytes, cache: "public, max-age=31536000, immutable")
      },
    ] + CodeReposRoutes(services: services).routes + RepositoryRoutes(services: services).routes
      + SyncRoutes(services: services).routes + AnalysisRoutes(services: services).routes
      + SettingsRoutes(services: services).routes
  }
}

extension Endpoint {
  /// A form's limit where nothing long is typed.
  static let plainForm = Content.form(1 << 20)
}

extension Services {
  /// Shows a page with what stands around it.
  func show(
    _ page: some Page, _ request: WebRequest, status: HTTPResponse.Status = .ok,
    notices: [Notice] = []
  ) async throws -> WebResponse {
    let html = try await workers.onDisk { page.html(in: try shell(request, notices: notices)) }
    return WebResponse(status, type: "text/html; charset=utf-8", html.bytes)
  }

  /// What stands around a page.
  func shell(_ request: WebRequest, notices: [Notice] = []) throws -> Shell {
    let connections = try store.connections()
    return Shell(
      csrfToken: request.session?.formToken ?? "",
      isLoggedIn: options.loginToken != nil && request.session?.isLoggedIn == true,
      notices: (request.session.map { self.notices.take($0) } ?? []) + notices,
      connectionsInNeed: connections.count { $0.health != .ok }, isOffline: options.isOffline,
      now: Date())
  }

  /// Sends the browser on to a page, where it is told this.
  func goOn(
    to route: Route, _ request: WebRequest, _ notice: Notice? = nil
  ) -> WebResponse {
    if let notice, let session = request.session { notices.leave(notice, session) }
    return .redirect(route.path)
  }

  /// The address of the pages, as the browser that asks has it.
  func origin(_ request: WebRequest) -> String {
    options.publicURL?.origin ?? "http://\(request.authority)"
  }
}

extension Notice {
  /// What failed, in the words of the command line.
  static func failed(_ error: any Error) -> Notice {
    let failure = WebFailure(error)
    return Notice(kind: .failure, text: failure.sentence)
  }
}

extension WebFailure {
  /// What happened and what to do.
  var sentence: String { [message, hint].compactMap { $0 }.joined(separator: " ") }
}

extension FieldFailure {
  /// What is wrong and what to do.
  var sentence: String { [message, hint].compactMap { $0 }.joined(separator: " ") }
}
