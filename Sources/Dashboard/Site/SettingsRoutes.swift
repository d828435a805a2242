import Credentials
import Foundation
import HTTP
import HTTPTypes
import Pages
import Settings

/// API keys and the webhook.
struct SettingsRoutes: Sendable {
  let services: Services

  var routes: [Endpoint] {
    [
      Endpoint(.get, Route.settings.path, .person) { request in
        try await services.show(try await page(request), request)
      },
      Endpoint(.post, Route.createKey.path, .person, Endpoint.plainForm) { try await create($0) },
      Endpoint(.post, "/settings/keys/*/revoke", .person, Endpoint.plainForm) { request in
        let id = try APIRoutes.id(request)
        try await services.workers.onDisk { [store = services.store] in
          try store.removeAPIKey(id: id)
        }
        return services.goOn(
          to: .settings, request, Notice(kind: .success, text: "The key is revoked."))
      },
    ]
  }

  private func page(_ request: WebRequest) async throws -> SettingsPage {
    let origin = services.origin(request)
    let keys = try await services.workers.onDisk { [store = services.store] in
      try store.apiKeys()
    }
    return SettingsPage(
      keys: keys.sorted { $0.createdAt > $1.createdAt }.map { key in
        APIKeySummary(
          id: "\(key.id)", name: key.name, prefix: key.prefix,
          permissions: key.permissions.map(\.rawValue).sorted(), createdAt: key.createdAt,
          lastUsedAt: key.lastUsedAt)
      },
      permissions: APIKey.Permission.allCases.map {
        SettingsPage.Permission(name: $0.rawValue, meaning: $0.meaning)
      },
      webhookURL: origin + HookRoute.path,
      hasWebhookToken: services.options.webhookToken != nil
        || keys.contains { $0.permissions.contains(.webhook) },
      openAPIURL: origin + "/v1/openapi.json")
  }

  private func create(_ request: WebRequest) async throws -> WebResponse {
    let name = (request.form[SettingsPage.Field.name.rawValue] ?? "").trimmingSpaces
    let chosen = Set(
      request.form.all(SettingsPage.Field.permission.rawValue)
        .compactMap(APIKey.Permission.init(rawValue:)))
    do {
      guard !chosen.isEmpty else {
        throw FieldFailure(
          SettingsPage.Field.permission.rawValue, "Choose at least one permission.")
      }
      let made = try await services.workers.onDisk { [keys = services.keys] in
        try keys.create(name: name, permissions: chosen, at: Date())
      }
      var page = try await page(request)
      page.newSecret = made.secret.reveal()
      return try await services.show(page, request)
    } catch {
      var page = try await page(request)
      page.name = name
      for index in page.permissions.indices {
        page.permissions[index].isChosen = chosen.contains {
          $0.rawValue == page.permissions[index].name
        }
      }
      if let failure = error as? FieldFailure {
        page.errors[.permission] = failure.sentence
      } else {
        page.errors[.name] = WebFailure(error).sentence
      }
      return try await services.show(page, request, status: .unprocessableContent)
    }
  }
}

extension APIKey.Permission {
  /// What it allows.
  fileprivate var meaning: String {
    switch self {
    case .configRead: "read connections, repositories and mappings"
    case .configWrite: "change them"
    case .analysisRead: "read analyses"
    case .analysisCreate: "ask for new analyses"
    case .webhook: "be the secret token of a GitLab webhook"
    }
  }
}
