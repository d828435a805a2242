import Foundation
import HTTP
import Testing

@Suite struct ProxyTests {
  /// A proxy that answers itself and records what it was asked.
  private func proxy(_ status: String = "200 OK") throws -> ScriptedServer {
    try ScriptedServer { connection, _ in
      connection.answer(status, body: "proxy")
      return true
    }
  }

  @Test(arguments: ["http_proxy", "all_proxy", "ALL_PROXY"])
  func `http goes through the proxy by its whole URL`(variable: String) throws {
    let proxy = try proxy()
    let answer = try client(environment: [variable: "http://user:pw@127.0.0.1:\(proxy.port)"])
      .send(HTTPRequest(url: "http://gitlab.example.com/a?b=c"))
    #expect(answer.body == Array("proxy".utf8))
    #expect(proxy.heads[0].hasPrefix("GET http://gitlab.example.com/a?b=c HTTP/1.1\r\n"))
    #expect(proxy.heads[0].contains("Proxy-Authorization: Basic dXNlcjpwdw==\r\n"))
  }

  @Test(arguments: ["https_proxy", "HTTPS_PROXY", "all_proxy"])
  func `https goes through a tunnel, and no credential to the proxy`(variable: String) throws {
    let fixture = try TLSFixture()
    let port = try fixture.serve(answers: [
      "a": "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nwell"
    ])
    let proxy = try ScriptedServer { connection, head in
      guard let target = head.split(separator: " ").dropFirst().first?.split(separator: ":").last,
        let port = Int(target)
      else { return false }
      connection.write("HTTP/1.1 200 Connection established\r\nX-Proxy: 1\r\n\r\n")
      connection.tunnel(toLoopbackPort: port)
      return false
    }
    let answer = try client(
      caFile: fixture.caFile, environment: [variable: "127.0.0.1:\(proxy.port)"]
    ).send(
      HTTPRequest(
        url: "https://localhost:\(port)/a", headers: ["Private-Token": "tok-2"],
        authorization: .bearer(Secret("tok-1"))))
    #expect(answer.body == Array("well".utf8))
    #expect(answer.headers["X-Proxy"] == nil)
    #expect(proxy.heads.count == 1)
    #expect(proxy.heads[0].hasPrefix("CONNECT localhost:\(port) HTTP/1.1\r\n"))
    #expect(!proxy.heads[0].contains("tok-"))
  }

  @Test(arguments: [403, 407, 502])
  func `a proxy that will not is named, and its password is not`(status: Int) throws {
    let proxy = try proxy("\(status) No")
    let error = failure {
      _ = try client(environment: ["https_proxy": "http://user:pw-1@127.0.0.1:\(proxy.port)"])
        .send(HTTPRequest(url: "https://gitlab.example.com/"))
    }
    #expect(
      error
        == .proxyFailed(
          HTTPEndpoint(host: "gitlab.example.com", port: 443),
          proxy: "127.0.0.1:\(proxy.port)", detail: "it answered \(status)"))
    #expect(error?.description.contains("pw-1") == false)
  }

  @Test func `a proxy that is not there, wants a password or is no address fails as a proxy`()
    throws
  {
    let proxy = try proxy("407 Who")
    let environments = [
      "http://127.0.0.1:1", "http://127.0.0.1:\(proxy.port)", "ftp://user:pw-1@127.0.0.1:1",
      "http://user:pw-1@127.0.0.1:port", "http://", "http://user:pw-1@",
    ]
    for address in environments {
      let error = failure {
        _ = try client(environment: ["http_proxy": address])
          .send(HTTPRequest(url: "http://gitlab.example.com/"))
      }
      guard case .proxyFailed = error else {
        Issue.record("\(address): \(String(describing: error))")
        continue
      }
      #expect(error?.description.contains("pw-1") == false)
    }
  }

  @Test func `the process's own environment does not count`() async {
    await #expect(processExitsWith: .success) {
      for name in ["http_proxy", "all_proxy", "ALL_PROXY"] {
        setenv(name, "http://127.0.0.1:1", 1)
      }
      let server = try ScriptedServer(answering: "200 OK")
      let answer = try client().send(HTTPRequest(url: server.url))
      #expect(answer.status == 200)
    }
  }

  @Test func `HTTP_PROXY in capitals, an empty variable and an excepted host take no proxy`() throws
  {
    let server = try ScriptedServer(answering: "200 OK")
    let dead = "http://127.0.0.1:1"
    let environments = [
      ["HTTP_PROXY": dead], ["https_proxy": dead], ["http_proxy": ""],
      ["http_proxy": dead, "no_proxy": "127.0.0.1"], ["all_proxy": dead, "NO_PROXY": "*"],
    ]
    for environment in environments {
      #expect(try client(environment: environment).send(HTTPRequest(url: server.url)).status == 200)
    }
  }
}
