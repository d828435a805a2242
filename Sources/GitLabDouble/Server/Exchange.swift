import Foundation
import HTTPTypes

/// A request, taken apart.
struct Exchange: Sendable {
  let method: HTTPRequest.Method
  /// The path as received, with the prefix.
  let fullPath: String
  /// The path without the prefix; nil where the prefix is missing.
  let path: String?
  let rawQuery: String
  let query: Parameters
  let headers: HTTPFields

  init(_ head: HTTPRequest, prefix: String) {
    method = head.method
    headers = head.headerFields
    let target = head.path ?? "/"
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts.first.map { String($0) } ?? "/"
    fullPath = path
    rawQuery = parts.count > 1 ? String(parts[1]) : ""
    query = Parameters(rawQuery)
    if prefix.isEmpty {
      self.path = path
    } else if path == prefix || path.hasPrefix(prefix + "/") {
      self.path = String(path.dropFirst(prefix.count))
    } else {
      self.path = nil
    }
  }

  /// The path's parts below `root`, still encoded; nil where the path is not below it.
  func segments(below root: String) -> [Substring]? {
    guard let path, path == root || path.hasPrefix(root + "/") else { return nil }
    return path.dropFirst(root.count).split(separator: "/")
  }

  func header(_ name: String) -> String? {
    HTTPField.Name(name).flatMap { headers[$0] }
  }

  /// The Bearer token of the Authorization header.
  var bearer: String? {
    guard let value = header("Authorization"), value.lowercased().hasPrefix("bearer ") else {
      return nil
    }
    return String(value.dropFirst(7)).trimmingCharacters(in: .whitespaces)
  }

  /// The user and the password of HTTP Basic authentication.
  var basic: (user: String, password: String)? {
    guard let value = header("Authorization"), value.lowercased().hasPrefix("basic "),
      let data = Data(base64Encoded: String(value.dropFirst(6)))
    else { return nil }
    let text = String(decoding: data, as: UTF8.self)
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    return (String(parts[0]), String(parts[1]))
  }

  var kind: LoggedRequest.Kind {
    guard let path else { return .other }
    if path == "/api/graphql" { return .graphQL }
    if path.hasPrefix("/api/") { return .api }
    if path.hasPrefix("/oauth/") { return .oauth }
    if path.hasSuffix("/info/refs") { return .gitRefs }
    if path.hasSuffix("/git-upload-pack") { return .gitUploadPack }
    return .other
  }
}
