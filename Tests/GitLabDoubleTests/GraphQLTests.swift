import Foundation
import TestSupport
import Testing

@testable import GitLabDouble

@Suite struct GraphQLTests {
  @Test func `merge requests come with their commits and stats`() async throws {
    let fixture = try await Fixture()
    try await fixture.double.openMergeRequest(
      in: fixture.project, title: "Speed up", source: "feature")
    let query = """
      query($path: ID!, $iids: [String!]) {
        project(fullPath: $path) {
          id fullPath
          requests: mergeRequests(iids: $iids, first: 10) {
            count
            pageInfo { hasNextPage endCursor }
            nodes {
              __typename iid title state diffHeadSha
              diffRefs { baseSha headSha startSha }
              diffStatsSummary { additions deletions changes fileCount }
              diffStats { path additions deletions }
              author { username }
            }
          }
        }
        currentUser { username }
        metadata { version }
      }
      """
    let answer = try await fixture.graphQL(
      query, variables: ["path": "acme/platform/widgets", "iids": ["1", "7"]])
    #expect(answer.status == 200)
    let json = try answer.json
    #expect(json["errors"] == nil)
    let project = json["data"]?["project"]
    #expect(project?["id"] == .string("gid://gitlab/Project/\(fixture.project)"))
    #expect(project?["requests"]?["count"] == 1)
    #expect(project?["requests"]?["pageInfo"]?["hasNextPage"] == false)
    guard case .array(let nodes) = project?["requests"]?["nodes"] ?? .null, let node = nodes.first
    else { throw SocketError.noAnswer }
    #expect(node["iid"] == "1" && node["__typename"] == "MergeRequest")
    #expect(
      node["diffStatsSummary"]
        == ["additions": 6, "changes": 11, "deletions": 5, "fileCount": 3])
    guard case .array(let stats) = node["diffStats"] ?? .null else {
      throw SocketError.noAnswer
    }
    #expect(stats.compactMap { $0["path"] } == ["doc/pool.md", "src/index.c", "src/pool.c"])
    #expect(json["data"]?["currentUser"]?["username"] == "mara-lind")
    #expect(json["data"]?["metadata"]?["version"] == "18.1.1-ee")
    await fixture.double.stop()
  }

  @Test func `pages end at a hundred and go on by cursor`() async throws {
    let fixture = try await Fixture()
    let requests = (1...130).map {
      MergeRequest(
        title: "Change \($0)", createdAt: Fixture.now.addingTimeInterval(Double($0)),
        sourceBranch: "b\($0)")
    }
    try await fixture.double.addMergeRequests(requests, in: fixture.project)
    var seen: [JSON] = []
    var cursor: JSON = nil
    for expected in [100, 30] {
      let json = try await fixture.graphQL(
        """
        query p($after: String) { project(fullPath: "acme/platform/widgets") {
          mergeRequests(first: 1000, after: $after, sort: UPDATED_ASC) {
            pageInfo { hasNextPage endCursor } nodes { iid } } } }
        """, variables: ["after": cursor]
      ).json
      let connection = json["data"]?["project"]?["mergeRequests"]
      guard case .array(let nodes) = connection?["nodes"] ?? .null else {
        throw SocketError.noAnswer
      }
      #expect(nodes.count == expected)
      seen += nodes.compactMap { $0["iid"] }
      cursor = connection?["pageInfo"]?["endCursor"] ?? .null
      #expect(connection?["pageInfo"]?["hasNextPage"] == .bool(expected == 100))
    }
    #expect(seen == (1...130).map { JSON.string(String($0)) })
    await fixture.double.stop()
  }

  @Test(arguments: [
    (
      "{ project(fullPath: \"a/b\") { nonsense } }",
      "Field 'nonsense' doesn't exist on type 'Project'"
    ),
    ("{ project(fullPath: \"a/b\") }", "Field must have selections"),
    ("{ metadata { version { x } } }", "Selections can't be made on scalars"),
    ("{ metadata(x: 1) { version } }", "doesn't accept argument 'x'"),
    ("{ metadata { version }", "Unexpected end of document"),
    ("{ metadata { ver-sion } }", "Parse error on"),
  ])
  func `errors come with status 200`(query: String, message: String) async throws {
    let fixture = try await Fixture()
    let answer = try await fixture.graphQL(query)
    #expect(answer.status == 200)
    #expect(answer.text.contains(message))
    #expect(try answer.json["data"] == nil)
    await fixture.double.stop()
  }

  @Test func `a bad token is 401 and a hidden project null`() async throws {
    let fixture = try await Fixture()
    let body: JSON = ["query": "{ project(fullPath: \"acme/platform/widgets\") { id } }"]
    let bad = try await fixture.anonymous.send(
      "POST", "/api/graphql", headers: [("Authorization", "Bearer x")], body: body.bytes)
    #expect(bad.status == 401)
    #expect(bad.text == #"{"errors":[{"message":"Invalid token"}]}"#)
    let none = try await fixture.anonymous.send("POST", "/api/graphql", body: body.bytes)
    #expect(none.text == #"{"data":{"project":null}}"#)
    fixture.double.settings.graphQL = false
    #expect(try await fixture.graphQL("{ metadata { version } }").status == 404)
    await fixture.double.stop()
  }

  @Test func `a query too complex is refused`() async throws {
    let fixture = try await Fixture()
    fixture.double.settings.graphQLComplexity = (anonymous: 5, authenticated: 10)
    let answer = try await fixture.graphQL(
      "{ project(fullPath: \"a/b\") { mergeRequests { nodes { iid title state draft } } } }")
    #expect(answer.text.contains("which exceeds max complexity of 10"))
    await fixture.double.stop()
  }
}
