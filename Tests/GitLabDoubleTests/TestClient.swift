import Foundation
import TestSupport

@testable import GitLabDouble

/// A client of a double.
struct TestClient: Sendable {
  let port: Int
  var headers: [(String, String)] = []
  var timeout = 20.0

  func get(_ path: String, _ headers: [(String, String)] = []) async throws -> SocketResponse {
    try await send("GET", path, headers: headers)
  }

  func send(
    _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil
  ) async throws -> SocketResponse {
    try await SocketRequest(
      method, path, port: port, headers: self.headers + headers, body: body, timeout: timeout
    ).send()
  }
}

extension SocketResponse {
  var json: JSON {
    get throws { try JSONDecoder().decode(JSON.self, from: Data(body)) }
  }
}
