import HTTP
import Testing

@Suite struct SecretTests {
  private static let token = "glpat-0123456789"

  private func shown<Value>(_ value: Value) -> String {
    var text = "\(value) \(String(describing: value)) \(String(reflecting: value))"
    dump(value, to: &text)
    func walk(_ any: Any) {
      for child in Mirror(reflecting: any).children {
        text += "\(child.label ?? "") \(child.value)"
        walk(child.value)
      }
    }
    walk(value)
    return text
  }

  @Test func `a secret shows itself when asked, and otherwise bullets`() {
    let secret = Secret(Self.token)
    #expect(secret.reveal() == Self.token)
    #expect("\(secret)" == "•••")
    #expect(secret == Secret(Self.token))
    #expect(!shown(secret).contains("glpat"))
    #expect(!shown([secret]).contains("glpat"))
    #expect(!shown(secret as Secret?).contains("glpat"))
    #expect(!(secret is any Encodable))
  }

  @Test func `requests, answers and configurations show none`() {
    let token = Self.token
    let request = HTTPRequest(
      method: .post, url: "https://user:\(token)@example.com/a?private_token=\(token)",
      headers: ["Private-Token": token], authorization: .bearer(Secret(token)),
      body: Array(token.utf8))
    let basic = Authorization.basic(username: "oauth2", password: Secret(token))
    let answer = HTTPResponse(
      status: 200, headers: ["Location": "/?code=\(token)"], url: "https://a/?t=\(token)",
      body: Array(token.utf8))
    let configuration = HTTPConfiguration(
      userAgent: "sigsentry", environment: ["https_proxy": "http://u:\(token)@p", "TOKEN": token])
    let bytes = Array(token.utf8).map(String.init).joined(separator: ", ")
    for text in [
      shown(request), shown(request.headers), shown(basic), shown(answer), shown(configuration),
      shown([request]), shown(request.authorization), shown(request.headers.fields),
    ] {
      #expect(!text.contains("glpat"))
      #expect(!text.contains(bytes))
    }
    #expect(configuration.environment["TOKEN"] == nil)
  }

  @Test func `no error shows a token or a query`() throws {
    let token = Self.token
    let closing = try ScriptedServer { _, _ in false }
    let echoing = try ScriptedServer { connection, head in
      connection.write("HTTP/1.1 200 OK\r\n\(head.replacing("\r\n", with: "\r\n ").dropLast(5))")
      return false
    }
    let leading = try ScriptedServer(
      answering: "302 Found", ["Location: http://u:\(token)@127.0.0.1/"])
    let urls = [
      "http://127.0.0.1:1", closing.url, echoing.url, leading.url, "https://127.0.0.1:1",
      "ftp://example.com", "http://127.0.0.1:99999", "http://u:\(token)@example.com",
    ]
    for url in urls {
      let error = failure {
        _ = try client(silence: .seconds(1)).send(
          HTTPRequest(
            url: "\(url)/p?private_token=\(token)", headers: ["Private-Token": token],
            authorization: .bearer(Secret(token))))
      }
      let text = try shown(#require(error))
      #expect(!text.contains("glpat"))
      #expect(!text.contains("private_token"))
    }
  }
}
