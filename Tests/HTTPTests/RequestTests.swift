import HTTP
import Testing

@Suite struct RequestTests {
  @Test func `an answer comes whole, with its headers and URL`() throws {
    let server = try ScriptedServer(
      answering: "404 Not Found", ["X-A: 1", "x-a:  2 ", "X-Empty:"], body: "gone")
    let answer = try client().send(HTTPRequest(url: "\(server.url)/a%2Fb?q=1"))
    #expect(answer.status == 404)
    #expect(answer.body == Array("gone".utf8))
    #expect(answer.headers["X-A"] == "1")
    #expect(answer.headers.values("X-a") == ["1", "2"])
    #expect(answer.headers["x-empty"] == "")
    #expect(answer.url == "\(server.url)/a%2Fb?q=1")
    #expect(server.heads[0].hasPrefix("GET /a%2Fb?q=1 HTTP/1.1\r\n"))
    #expect(server.heads[0].contains("User-Agent: sigsentry-tests\r\n"))
    #expect(server.heads[0].contains("gzip"))
  }

  @Test func `one connection serves request after request`() throws {
    let server = try ScriptedServer { connection, _ in
      connection.answer(body: "\(connection.number)")
      return true
    }
    let client = client()
    for _ in 0..<3 {
      #expect(try client.send(HTTPRequest(url: server.url)).body == Array("0".utf8))
    }
    #expect(client.traffic.requests == 3)
    #expect(client.traffic.bytesReceived > 100)
    #expect(client.traffic.bytesSent > 100)
  }

  @Test(arguments: [HTTPRequest.Method.post, .put, .delete])
  func `a body is sent with its length and no guessed type`(method: HTTPRequest.Method) throws {
    let server = try ScriptedServer { connection, _ in
      connection.answer(body: String(decoding: connection.read(upTo: 5), as: UTF8.self))
      return true
    }
    let answer = try client().send(
      HTTPRequest(method: method, url: server.url, body: Array("a\0b\r\n".utf8)))
    #expect(answer.body == Array("a\0b\r\n".utf8))
    #expect(server.heads[0].hasPrefix("\(method.rawValue) / HTTP/1.1\r\n"))
    #expect(server.heads[0].contains("Content-Length: 5\r\n"))
    #expect(!server.heads[0].lowercased().contains("content-type"))
    #expect(!server.heads[0].contains("Expect"))
  }

  @Test func `a POST without a body has length 0, and a HEAD takes none`() throws {
    let server = try ScriptedServer { connection, head in
      head.hasPrefix("HEAD")
        ? connection.answer("200 OK", ["Content-Type: a/b"]) : connection.answer()
      return true
    }
    let client = client()
    _ = try client.send(HTTPRequest(method: .post, url: server.url))
    #expect(server.heads[0].contains("Content-Length: 0\r\n"))
    let head = try client.send(HTTPRequest(method: .head, url: server.url, maximumBodyBytes: 0))
    #expect(head.headers["content-type"] == "a/b")
  }

  @Test func `headers and authorization are sent as given`() throws {
    let server = try ScriptedServer(answering: "200 OK")
    let client = client()
    _ = try client.send(
      HTTPRequest(
        url: server.url, headers: ["Git-Protocol": "version=2", "X-Empty": ""],
        authorization: .bearer(Secret("glpat-1"))))
    _ = try client.send(
      HTTPRequest(
        url: server.url, authorization: .basic(username: "oauth2", password: Secret("p:w"))))
    _ = try client.send(HTTPRequest(url: server.url))
    #expect(server.heads[0].contains("Git-Protocol: version=2\r\n"))
    #expect(server.heads[0].contains("X-Empty:\r\n"))
    #expect(server.heads[0].contains("Authorization: Bearer glpat-1\r\n"))
    #expect(server.heads[1].contains("Authorization: Basic b2F1dGgyOnA6dw==\r\n"))
    #expect(!server.heads[1].contains("Git-Protocol"))
    #expect(!server.heads[2].contains("Authorization"))
  }

  @Test func `interim answers are passed over, and trailers dropped`() throws {
    let server = try ScriptedServer { connection, _ in
      connection.write("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
      connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Fold: a\r\n b\r\n\r\n")
      connection.write("2\r\nab\r\n1\r\nc\r\n0\r\nX-Trailer: 1\r\n\r\n")
      return true
    }
    let answer = try client().send(HTTPRequest(url: server.url))
    #expect(answer.body == Array("abc".utf8))
    #expect(answer.headers["X-Early"] == nil)
    #expect(answer.headers["X-Trailer"] == nil)
    #expect(answer.headers["X-Fold"] == "a b")
  }

  @Test(arguments: [
    "ftp://example.com/", "file:///etc/passwd", "example.com/a", "http://", "",
    "https://user:pw@example.com/", "https://user@example.com/", "http://a b/",
    "http://example.com/\r\nX: 1", "http://example.com:99999/", "http://exa\0mple.com/",
  ])
  func `a URL that is not plain http or https is refused`(url: String) {
    let error = failure { _ = try client().send(HTTPRequest(url: url)) }
    guard case .invalidURL = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [
    ("X-A", "1\r\nX-B: 2"), ("X A", "1"), ("", "1"), ("X-A", "1\0"), ("X:", "1"),
    ("Content-Length", "7"), ("Host", "example.com"), ("transfer-encoding", "chunked"),
  ])
  func `a header that breaks its line or frames the message is refused`(
    name: String, value: String
  ) {
    let error = failure {
      _ = try client().send(
        HTTPRequest(url: "http://127.0.0.1:1/", headers: HTTPHeaders([(name, value)])))
    }
    guard case .invalidRequest = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [
    Authorization.bearer(Secret("a\r\nb")), .bearer(Secret("")), .bearer(Secret("a b")),
    .basic(username: "a:b", password: Secret("c")),
    .basic(username: "a", password: Secret("c\n")),
  ])
  func `a credential that breaks its line is refused`(authorization: Authorization) {
    let error = failure {
      _ = try client().send(
        HTTPRequest(url: "http://127.0.0.1:1/", authorization: authorization))
    }
    guard case .invalidRequest = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
