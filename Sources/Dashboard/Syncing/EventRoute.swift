import HTTPTypes
import HummingbirdCore
import NIOCore
import Pages
import Reports

/// `GET /events`: how the syncs stand, as server-sent events (WHATWG HTML, 9.2).
///
/// `state` opens the stream and follows when a sync begins or ends; `progress` tells of one repository. Comments in between
/// show that the line still holds.
struct EventRoute: Sendable {
  let services: Services

  var route: Endpoint {
    Endpoint(.get, Route.events.path, .person) { _ in
      guard let news = services.syncs.board.listen() else {
        throw WebFailure(
          .rateLimited, "Too many pages follow the syncs.", hint: "Close some of them.")
      }
      var response = WebResponse(type: "text/event-stream", [])
      response.headers[.acceptBuffering] = "no"
      response.body = .stream { writer in
        try await writer.write(ByteBuffer(string: "retry: 3000\n\n"))
        for await next in news {
          try await writer.write(ByteBuffer(bytes: await bytes(next)))
        }
      }
      return response
    }
  }

  private func bytes(_ news: SyncBoard.News) async -> [UInt8] {
    let overview = SyncOverview(services: services)
    switch news {
    case .heartbeat: return Array(": heartbeat\n\n".utf8)
    case .progress(let state, let roundBegan):
      return Self.event("progress", overview.progress(state, roundBegan: roundBegan).json)
    case .changed:
      let page = try? await services.workers.onDisk { try overview.page(withHistory: false) }
      // Where the settings cannot be read just now, the next change tells.
      return page.map { Self.event("state", $0.json) } ?? Array(": unread\n\n".utf8)
    }
  }

  static func event(_ name: String, _ data: JSONValue) -> [UInt8] {
    Array("event: \(name)\ndata: ".utf8) + data.line + [0x0A]
  }
}
