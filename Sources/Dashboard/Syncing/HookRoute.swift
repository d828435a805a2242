import Foundation
import HTTPTypes
import Reports
import Settings

/// `POST /hooks/gitlab`: GitLab tells of a push or a merge request, and that repository is brought up to date.
///
/// Takes the payloads of project and group webhooks and of system hooks (GitLab's "Webhook events" and "System hooks").
struct HookRoute: Sendable {
  let services: Services

  static let path = "/hooks/gitlab"
  private static let maximumBytes = 8 << 20
  private static let kinds: Set = ["push", "tag_push", "merge_request", "repository_update"]

  var route: Endpoint {
    Endpoint(.post, Self.path, .webhook, .json(Self.maximumBytes)) { request in
      let event = try HookEvent(request.body)
      services.counters.countWebhook()
      guard Self.kinds.contains(event.kind) else {
        return Self.answer(false, "Events of this kind change nothing here.")
      }
      let store = services.store
      let found = try await services.workers.onDisk {
        event.repository(among: try store.repositories(activeOnly: true))
      }
      guard let found else { return Self.answer(false, "The repository is not synced here.") }
      guard !services.options.isOffline else {
        return Self.answer(false, "The dashboard is offline.")
      }
      await services.syncs.request(found, cause: .webhook)
      return Self.answer(true, nil)
    }
  }

  private static func answer(_ accepted: Bool, _ reason: String?) -> WebResponse {
    APIRoutes.success(
      .object([("accepted", .bool(accepted)), ("reason", .optional(reason))]), status: .accepted)
  }
}

/// What matters of a webhook's payload.
struct HookEvent: Sendable {
  var kind: String
  var projectID: Int64?
  var path: String?
  /// The project's page, which tells the instance.
  var webURL: String?

  /// - Throws: ``WebFailure`` where the body is no event.
  init(_ body: [UInt8]) throws {
    let json: JSONValue
    do {
      json = try JSONValue(parsing: body)
    } catch {
      throw WebFailure(.validation, "The body is no JSON: \(error.reason).")
    }
    guard let kind = json["object_kind"]?.text ?? json["event_name"]?.text else {
      throw WebFailure(.validation, "The body is no event of GitLab's.")
    }
    self.kind = kind
    let project = json["project"] ?? .null
    projectID = json["project_id"]?.integer ?? project["id"]?.integer
    path = project["path_with_namespace"]?.text
    webURL = project["web_url"]?.text
  }

  /// The repository that the event is about. One instance's numbers mean nothing on another.
  func repository(among all: [RepositorySetting]) -> RepositorySetting? {
    let matches = all.filter { setting in
      if let webURL, !webURL.lowercased().hasPrefix("\(setting.baseURL)/".lowercased()) {
        return false
      }
      if let known = setting.projectID, let projectID { return known == projectID }
      return path?.lowercased() == setting.path.lowercased()
    }
    return matches.count == 1 ? matches[0] : nil
  }
}
