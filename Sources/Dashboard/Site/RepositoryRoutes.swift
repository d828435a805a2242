import Cache
import Foundation
import HTTPTypes
import Pages
import Reports
import Settings

/// A repository's pages, their JSON twins, and what their buttons do.
struct RepositoryRoutes: Sendable {
  let services: Services

  var routes: [Endpoint] {
    Route.RepositoryData.allCases.map { data in
      Endpoint(.get, "/repos/*/\(data.rawValue).json", .person) { request in
        try await services.workers.onDisk {
          try RepositoryViews(services, APIRoutes.id(request)).twin(
            data, MergeRequestQuery(request.query.fields))
        }
      }
    } + [
      Endpoint(.get, "/repos/*", .person) { request in
        let page = try await services.workers.onDisk {
          try RepositoryViews(services, APIRoutes.id(request)).page(
            MergeRequestQuery(request.query.fields))
        }
        return try await services.show(page, request)
      },
      Endpoint(.get, "/repos/*/merge-requests/*.json", .person) { request in
        let json = try await services.workers.onDisk {
          try RepositoryViews(services, APIRoutes.id(request)).json(Self.iid(request))
        }
        return .json(json)
      },
      Endpoint(.get, "/repos/*/merge-requests/*", .person) { request in
        let page = try await services.workers.onDisk {
          try RepositoryViews(services, APIRoutes.id(request)).page(
            Self.iid(request),
            sort: MergeRequestPage.FileSort(rawValue: request.query["sort"] ?? "") ?? .git)
        }
        return try await services.show(page, request)
      },
      Endpoint(.post, "/repos/*/pause", .person, Endpoint.plainForm) {
        try await setPaused(true, $0)
      },
      Endpoint(.post, "/repos/*/resume", .person, Endpoint.plainForm) {
        try await setPaused(false, $0)
      },
      Endpoint(.get, "/repos/*/remove", .person) { request in
        let setting = try await setting(request)
        let page = ConfirmPage(
          question: "Remove the repository \(setting.path)?",
          consequences: [
            "The mappings of services to it go with it.",
            "Its cached data stays on the disk until its cache is cleared.",
          ], button: "Remove", action: .removeRepository(setting.id),
          cancel: .repository(setting.id))
        return try await services.show(page, request)
      },
      Endpoint(.post, "/repos/*/remove", .person, Endpoint.plainForm) { try await remove($0) },
      Endpoint(.get, "/repos/*/clear-cache", .person) { request in
        let setting = try await setting(request)
        let page = ConfirmPage(
          question: "Clear the cache of \(setting.path)?",
          consequences: [
            "Mirror, merge requests and stats are deleted; the next sync fetches all anew."
          ],
          button: "Clear cache", action: .clearCache(setting.id), cancel: .repository(setting.id))
        return try await services.show(page, request)
      },
      Endpoint(.post, "/repos/*/clear-cache", .person, Endpoint.plainForm) {
        try await clear($0)
      },
    ]
  }

  private static func iid(_ request: WebRequest) throws -> Int64 {
    guard request.parameters.count > 1, let iid = Int64(request.parameters[1]), iid > 0 else {
      throw WebFailure.notFound
    }
    return iid
  }

  private func setting(_ request: WebRequest) async throws -> RepositorySetting {
    let id = try APIRoutes.id(request)
    return try await services.workers.onDisk { try services.repository(id) }
  }

  private func setPaused(_ paused: Bool, _ request: WebRequest) async throws -> WebResponse {
    let setting = try await setting(request)
    _ = try await services.workers.onDisk { [store = services.store] in
      try store.pauseRepository(setting.id, paused, at: Date())
    }
    return services.goOn(
      to: .repository(setting.id), request,
      Notice(kind: .success, text: paused ? "Syncs are paused." : "Syncs are resumed."))
  }

  private func remove(_ request: WebRequest) async throws -> WebResponse {
    let setting = try await setting(request)
    let mappings = try await services.workers.onDisk { [store = services.store] in
      try store.removeRepository(setting.id)
    }
    await services.syncs.forget(setting.id)
    let notice = Notice(
      kind: .success, text: "Removed \(setting.path).",
      details: mappings.map { "Removed the mapping of the service \($0.service)." })
    return services.goOn(
      to: setting.connectionID.map { .connection($0) } ?? .codeRepos, request, notice)
  }

  private func clear(_ request: WebRequest) async throws -> WebResponse {
    let setting = try await setting(request)
    do {
      if await services.syncs.isBusy(setting.id) { throw WebFailure.busy(setting) }
      try await services.workers.onDisk { [configuration = services.configuration] in
        try configuration.flush(setting)
      }
    } catch {
      return services.goOn(to: .repository(setting.id), request, .failed(error))
    }
    return services.goOn(
      to: .repository(setting.id), request,
      Notice(kind: .success, text: "Cleared the cache of \(setting.path)."))
  }
}

extension Services {
  /// A repository of the settings.
  func repository(_ id: RepositorySetting.ID) throws -> RepositorySetting {
    guard let setting = try store.repository(id: id) else {
      throw WebFailure(.notFound, "There is no such repository.", hint: "It may have been removed.")
    }
    return setting
  }
}
