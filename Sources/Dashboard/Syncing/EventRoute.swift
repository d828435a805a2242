import HTTPTypes
import HummingbirdCore
import NIOCore
import Reports

/// `GET /events`: how the syncs stand, as server-sent events (WHATWG HTML, 9.2).
///
/// First comes the state of every repository, then every change as an event `sync`, and `removed` with a repository's
/// number. Comments in between show that the line still holds.
struct EventRoute: Sendable {
  let board: SyncBoard

  var route: Route {
    Route(.get, "/events", .person) { _ in
      guard let news = board.listen() else {
        throw WebFailure(
          .rateLimited, "Too many pages follow the syncs.", hint: "Close some of them.")
      }
      var response = WebResponse(type: "text/event-stream", [])
      response.headers[.init("X-Accel-Buffering") ?? .via] = "no"
      response.body = .stream { writer in
        try await writer.write(ByteBuffer(string: "retry: 3000\n\n"))
        for await next in news { try await writer.write(ByteBuffer(bytes: Self.bytes(next))) }
      }
      return response
    }
  }

  static func bytes(_ news: SyncBoard.News) -> [UInt8] {
    switch news {
    case .state(let state): return Array("event: sync\ndata: ".utf8) + state.json.line + [0x0A]
    case .gone(let id): return Array("event: removed\ndata: \(id)\n\n".utf8)
    case .heartbeat: return Array(": heartbeat\n\n".utf8)
    }
  }
}
