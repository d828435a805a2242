import Foundation
import HTTP

extension GitLabClient {
  /// The most merge requests one query can name; GitLab's page size.
  public static let mergeRequestsPerQuery = 100

  /// Gets the diff refs of up to ``mergeRequestsPerQuery`` merge requests in one request.
  ///
  /// - Returns: By iid. A merge request that GitLab has not prepared yet has none of the three; one that it does not
  ///   show is absent.
  /// - Throws: ``GitLabError/graphQL(_:)`` where GraphQL is not to be had and REST should be asked; else ``GitLabError``.
  public func diffRefs(projectPath: String, iids: [Int64]) throws -> [Int64: DiffRefs] {
    struct Body: Encodable {
      struct Variables: Encodable {
        var path: String
        var iids: [String]
      }
      var query: String
      var variables: Variables
    }
    let query = """
      query($path: ID!, $iids: [String!]) { project(fullPath: $path) { mergeRequests(iids: $iids, first: 100) \
      { nodes { iid diffRefs { baseSha headSha startSha } } } } }
      """
    var request = HTTPRequest(url: baseURL + "/api/graphql")
    request.method = .post
    request.headers.add("Content-Type", "application/json")
    request.body = Array(
      try JSONEncoder().encode(
        Body(query: query, variables: .init(path: projectPath, iids: iids.map(String.init)))))
    let response = try send(request)
    switch response.status {
    case 200: break
    // Elsewhere these speak of the token; here also of a GraphQL that a proxy or an administrator closed.
    case 400, 403, 404, 405: throw GitLabError.graphQL("status \(response.status)")
    default: throw GitLabError(response)
    }
    let answer: Answer
    do {
      answer = try decode(Answer.self, response)
    } catch {
      throw GitLabError.graphQL("the answer is not GraphQL's")
    }
    if let message = answer.errors?.first?.message { throw GitLabError.graphQL(message) }
    guard let nodes = answer.data?.project?.mergeRequests?.nodes else {
      throw GitLabError.graphQL("the project is not shown")
    }
    return Dictionary(
      nodes.compactMap { node in
        Int64(node.iid).map { iid in
          let refs = node.diffRefs
          return (iid, DiffRefs(base: refs?.baseSha, head: refs?.headSha, start: refs?.startSha))
        }
      }, uniquingKeysWith: { _, last in last })
  }

  private struct Answer: Decodable {
    struct Problem: Decodable { var message: String }
    struct Content: Decodable { var project: QueriedProject? }
    struct QueriedProject: Decodable { var mergeRequests: Connection? }
    struct Connection: Decodable { var nodes: [Node] }
    struct Node: Decodable {
      var iid: String
      var diffRefs: Refs?
    }
    struct Refs: Decodable {
      var baseSha: String?
      var headSha: String?
      var startSha: String?
    }
    var data: Content?
    var errors: [Problem]?
  }
}
