import HTTPTypes
import Pages
import Reports
import Settings

/// The page of the syncs, and the buttons that start them.
struct SyncRoutes: Sendable {
  let services: Services

  var routes: [Endpoint] {
    let overview = SyncOverview(services: services)
    return [
      Endpoint(.get, Route.sync.path, .person) { request in
        let page = try await services.workers.onDisk { try overview.page() }
        return try await services.show(page, request)
      },
      Endpoint(.get, Route.syncData.path, .person) { _ in
        .json(try await services.workers.onDisk { try overview.page(withHistory: false).json })
      },
      Endpoint(.post, Route.sync.path, .person, Endpoint.plainForm) { request in
        let all = try await services.workers.onDisk { [store = services.store] in
          try store.repositories(activeOnly: true)
        }
        return try await start(all, request)
      },
      Endpoint(.post, "/repos/*/sync", .person, Endpoint.plainForm) { request in
        let id = try APIRoutes.id(request)
        let setting = try await services.workers.onDisk { try services.repository(id) }
        return try await start([setting], request)
      },
    ]
  }

  private func start(
    _ repositories: [RepositorySetting], _ request: WebRequest
  ) async throws -> WebResponse {
    try services.configuration.requireNetwork()
    for repository in repositories { await services.syncs.request(repository, cause: .person) }
    return services.goOn(to: .sync, request)
  }
}
