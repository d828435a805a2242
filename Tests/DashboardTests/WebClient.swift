import Reports
import TestSupport

extension SocketResponse {
  var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
  /// The code of an error's envelope.
  var code: String? {
    json["success"] == .bool(false) ? json["error"]?["code"]?.text : nil
  }
  /// The fields that an error's envelope names.
  var fields: [String] {
    json["error"]?["details"]?["fields"]?.elements?.compactMap { $0["field"]?.text } ?? []
  }
  var data: JSONValue { json["success"] == .bool(true) ? json["data"] ?? .null : .null }
}

/// A client of a dashboard.
struct WebClient: Sendable {
  var port: Int
  var host: String?
  var headers: [(name: String, value: String)] = []

  /// - Parameter mark: Reads until this text has come, instead of to the end.
  func send(
    _ method: String, _ path: String, _ headers: [String: String] = [:], body: [UInt8]? = nil,
    until mark: String? = nil
  ) async throws -> SocketResponse {
    let own = self.headers.filter { headers[$0.name] == nil }
    return try await SocketRequest(
      method, path, port: port, host: host,
      headers: own + headers.map { (name: $0.key, value: $0.value) }, body: body, timeout: 60
    ).send(until: mark)
  }
}
