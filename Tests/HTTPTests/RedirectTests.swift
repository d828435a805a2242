import HTTP
import Testing

@Suite struct RedirectTests {
  @Test(arguments: [301, 302, 303, 307, 308])
  func `a GET follows within its origin with its credentials`(status: Int) throws {
    let server = try ScriptedServer { connection, head in
      head.hasPrefix("GET /a/b")
        ? connection.answer("\(status) Moved", ["Location: ../c?d=e#f"], body: "moved")
        : connection.answer(body: "here")
      return true
    }
    let answer = try client().send(
      HTTPRequest(
        url: "\(server.url)/a/b", headers: ["Private-Token": "glpat-2"],
        authorization: .bearer(Secret("glpat-1"))))
    #expect(answer.status == 200)
    #expect(answer.body == Array("here".utf8))
    #expect(answer.url.hasPrefix("\(server.url)/c?d=e"))
    #expect(server.heads[1].hasPrefix("GET /c?d=e HTTP/1.1\r\n"))
    #expect(server.heads[1].contains("Authorization: Bearer glpat-1\r\n"))
    #expect(server.heads[1].contains("Private-Token: glpat-2\r\n"))
  }

  @Test func `no credential leaves its origin, nor comes back to it`() throws {
    let first = try ScriptedServer { connection, head in
      if head.hasPrefix("GET /back") { connection.answer(body: "back") }
      guard let target = head.firstValue(of: "X-Target") ?? head.firstValue(of: "User-Agent")
      else { return false }
      connection.answer("302 Found", ["Location: \(target)"])
      return true
    }
    let home = first.url
    let second = try ScriptedServer { connection, _ in
      connection.answer("302 Found", ["Location: \(home)/back"])
      return true
    }
    let authorizations = [
      Authorization.bearer(Secret("tok-1")),
      .basic(username: "oauth2", password: Secret("tok-1")),
    ]
    for authorization in authorizations {
      let answer = try client().send(
        HTTPRequest(
          url: first.url,
          headers: [
            "Private-Token": "tok-2", "JOB-TOKEN": "tok-3", "Cookie": "tok-4", "X-Api": "tok-5",
            "X-Target": "\(second.url)/x", "Accept": "a/b", "Git-Protocol": "version=2",
          ], authorization: authorization))
      #expect(answer.body == Array("back".utf8))
    }
    for head in second.heads + first.heads.filter({ $0.hasPrefix("GET /back") }) {
      #expect(!head.contains("tok-"))
      #expect(!head.lowercased().contains("authorization"))
      #expect(head.contains("Accept: a/b\r\n"))
      #expect(head.contains("Git-Protocol: version=2\r\n"))
    }
    #expect(second.heads.count == 2)
  }

  @Test func `another name for the same address is another origin`() throws {
    let server = try ScriptedServer { connection, head in
      guard let port = head.firstValue(of: "Host")?.split(separator: ":").last else { return false }
      head.contains("127.0.0.1")
        ? connection.answer("302 Found", ["Location: http://localhost:\(port)/"])
        : connection.answer(body: "there")
      return true
    }
    _ = try client().send(
      HTTPRequest(url: server.url, authorization: .bearer(Secret("tok-1"))))
    #expect(server.heads.count == 2)
    #expect(!server.heads[1].contains("tok-1"))
  }

  @Test func `five redirects are followed, a sixth is not`() throws {
    let server = try ScriptedServer { connection, head in
      let left = head.split(separator: " ").dropFirst().first.flatMap { Int($0.dropFirst()) } ?? 0
      left == 0
        ? connection.answer(body: "end")
        : connection.answer("302 Found", ["Location: /\(left - 1)"])
      return true
    }
    let client = client()
    #expect(try client.send(HTTPRequest(url: "\(server.url)/5")).body == Array("end".utf8))
    #expect(client.traffic.requests == 6)
    let error = failure { _ = try client.send(HTTPRequest(url: "\(server.url)/6")) }
    #expect(error == .tooManyRedirects(server.endpoint, limit: 5))
  }

  @Test func `a POST, or a request that says so, gets the redirect itself`() throws {
    let server = try ScriptedServer(answering: "307 Again", ["Location: /x"], body: "moved")
    let client = client()
    let post = try client.send(HTTPRequest(method: .post, url: server.url, body: [1]))
    #expect(post.status == 307)
    #expect(post.body == Array("moved".utf8))
    let get = try client.send(HTTPRequest(url: server.url, followsRedirects: false))
    #expect(get.headers["location"] == "/x")
    #expect(server.heads.count == 2)
  }

  @Test func `a 3xx without a place to go is an answer`() throws {
    let server = try ScriptedServer { connection, head in
      connection.write(
        head.hasPrefix("GET /304")
          ? "HTTP/1.1 304 Not Modified\r\nLocation: /x\r\n\r\n"
          : "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")
      return true
    }
    let client = client()
    #expect(try client.send(HTTPRequest(url: "\(server.url)/304")).status == 304)
    #expect(try client.send(HTTPRequest(url: "\(server.url)/302")).status == 302)
  }

  @Test(arguments: [
    "ftp://example.com/", "file:///etc/passwd", "https://user:pw@example.com/", "http://",
    "javascript:alert(1)", "gopher://127.0.0.1/",
  ])
  func `a redirect to what is no plain http URL is refused`(location: String) throws {
    let server = try ScriptedServer(answering: "302 Found", ["Location: \(location)"])
    let error = failure { _ = try client().send(HTTPRequest(url: server.url)) }
    guard case .redirectRefused(server.endpoint, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!"\(String(describing: error))".contains("pw"))
  }

  @Test func `a redirect's body is neither streamed nor read without end`() throws {
    let server = try ScriptedServer { connection, head in
      guard head.hasPrefix("GET /begin") else {
        connection.answer(body: "end")
        return true
      }
      connection.write("HTTP/1.1 302 Found\r\nLocation: /end\r\n\r\n")
      while connection.write(String(repeating: "x", count: 1000)) {}
      return false
    }
    var heads: [Int] = []
    var body: [UInt8] = []
    _ = try client().stream(
      HTTPRequest(url: "\(server.url)/begin"), onHead: { heads.append($0.status) },
      onChunk: { body += $0 })
    #expect(heads == [200])
    #expect(body == Array("end".utf8))
  }

  @Test func `the heads of all redirects share one bound`() throws {
    let server = try ScriptedServer { connection, _ in
      connection.answer(
        "302 Found",
        ["Location: /"] + (0..<90).map { "X-\($0): " + String(repeating: "x", count: 1000) })
      return true
    }
    let error = failure { _ = try client().send(HTTPRequest(url: server.url)) }
    guard case .malformedResponse(server.endpoint, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

extension String {
  /// The value of a header in a request's head.
  func firstValue(of name: String) -> String? {
    split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
      .map { $0.dropFirst(name.count + 1).drop { $0 == " " } }.map(String.init)
  }
}
