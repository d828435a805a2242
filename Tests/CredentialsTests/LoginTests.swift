import Foundation
import GitLab
import Glibc
import HTTP
import Synchronization
import Testing

@testable import Credentials

@Suite struct LoginTests {
  private let login: BrowserLogin
  private let server: TokenServer
  private let port: Int
  private let state: String

  init() throws {
    server = try TokenServer()
    let cancellation = Cancellation()
    login = try BrowserLogin(
      client: OAuthClient(
        baseURL: server.url, application: OAuthApplication(clientID: "app id&1"),
        configuration: HTTPConfiguration(userAgent: "test"), cancellation: cancellation),
      cancellation: cancellation)
    let items = URLComponents(string: login.page)?.queryItems ?? []
    func item(_ name: String) -> String { items.first { $0.name == name }?.value ?? "" }
    state = item("state")
    port = URLComponents(string: item("redirect_uri"))?.port ?? 0
  }

  /// Sends what a browser would, and returns the answer.
  private func visit(_ request: String) -> String {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { return "" }
    let bytes = Array(request.utf8)
    send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    var answer: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(socket, &block, block.count, 0)
      guard count > 0 else { break }
      answer += block[..<count]
    }
    return String(decoding: answer, as: UTF8.self)
  }

  private func get(_ target: String, host: String? = nil) -> String {
    visit("GET \(target) HTTP/1.1\r\nHost: \(host ?? "127.0.0.1:\(port)")\r\n\r\n")
  }

  /// Waits for the login on a thread, while the test is the browser.
  private func wait(within limit: Duration = .seconds(10)) -> @Sendable () async -> LoginError? {
    nonisolated(unsafe) let login = login  // used by that thread alone until it ends
    let result = Running {
      _ = try login.tokens(within: limit)
      return .none
    }
    return {
      do {
        _ = try await result.value
        return nil
      } catch {
        return error as? LoginError
      }
    }
  }

  @Test func `the page asks for a code with PKCE and a state`() {
    #expect(login.page.hasPrefix("\(server.url)/oauth/authorize?client_id=app%20id%261&"))
    #expect(login.page.contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A\(port)%2Fcallback&"))
    #expect(login.page.contains("&response_type=code&"))
    #expect(login.page.contains("&scope=read_api%20read_repository&"))
    #expect(login.page.hasSuffix("&code_challenge_method=S256"))
    #expect(state.utf8.count == 43)
  }

  @Test func `the challenge is that of GitLab's example`() {
    #expect(
      LoginProof.challenge(of: Secret("ks02i3jdikdo2k0dkfodf3m39rjfjsdk0wk349rj3jrhf"))
        == "2i0WFA-0AerkjQm4X4oDEhqA17QIAKNjXpagHBXmO_U")
    #expect(LoginProof().state != LoginProof().state)
  }

  @Test func `a denied consent is told on both sides`() async {
    let result = wait()
    let page = get("/callback?error=access_denied&error_description=no+thanks&state=\(state)")
    #expect(page.hasPrefix("HTTP/1.1 400 "))
    #expect(page.contains("Access was denied on GitLab&#39;s page; nothing is stored."))
    #expect(!page.lowercased().contains("<script"))
    #expect(await result() == .oauth(.accessDenied))
  }

  @Test(arguments: ["&state=forged", "", "&state="])
  func `an answer with another state is not read any further`(end: String) async {
    let result = wait()
    let page = get("/callback?code=stolen\(end)")
    #expect(page.contains("is not connected"))
    #expect(!page.contains("stolen"))
    #expect(await result() == .wrongState)
    #expect(server.state.withLock { $0.forms.isEmpty })
  }

  @Test func `others are turned away, and the login waits on`() async {
    let result = wait()
    #expect(get("/favicon.ico").hasPrefix("HTTP/1.1 404 "))
    #expect(get("/callback").hasPrefix("HTTP/1.1 400 "))
    #expect(get("/callback?code=a&state=b", host: "evil.example").hasPrefix("HTTP/1.1 421 "))
    #expect(get("/callback?code=a&state=b", host: "localhost:\(port)").hasPrefix("HTTP/1.1 421 "))
    #expect(
      visit("POST /callback?code=a HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n").contains("405"))
    #expect(visit("nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
    #expect(
      get("/callback?x=\(String(repeating: "y", count: 20_000))").hasPrefix("HTTP/1.1 431 "))
    _ = get("/callback?error=access_denied&state=\(state)")
    #expect(await result() == .oauth(.accessDenied))
  }

  @Test func `the code goes to GitLab with the verifier, and a refusal is told`() async {
    server.state.withLock {
      $0.fault = .answer(status: 401, body: #"{"error":"invalid_client"}"#)
    }
    let result = wait()
    _ = get("/callback?code=abc%2Fdef&state=\(state)")
    #expect(await result() == .oauth(.invalidClient))
    let form = server.state.withLock { $0.forms.first ?? "" }
    #expect(
      form.hasPrefix(
        "grant_type=authorization_code&code=abc%2Fdef&redirect_uri=http%3A%2F%2F127.0.0.1%3A\(port)%2Fcallback&code_verifier="
      ))
    #expect(form.hasSuffix("&client_id=app%20id%261"))
  }

  @Test func `nobody comes`() async {
    let result = wait(within: .milliseconds(50))
    #expect(await result() == .timedOut(line: "http://127.0.0.1/callback"))
  }

  @Test func `text from outside is escaped on the page`() {
    let page = String(
      decoding: LoopbackPage(.connected("<script>alert('x')</script> & \"co\"")).bytes,
      as: UTF8.self)
    #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;co&quot;"))
    #expect(page.contains("Content-Security-Policy: default-src 'none'"))
  }

  @Test(arguments: [
    ("http://127.0.0.1/callback", "http://127.0.0.1/callback"),
    ("http://127.0.0.1:7000/a", "http://127.0.0.1/a"),
    ("http://localhost:7171/auth/redirect", "http://localhost:7171/auth/redirect"),
  ])
  func `a redirect URI of this machine is taken`(text: String, line: String) throws {
    #expect(try LoopbackAddress(text).registered == line)
  }

  @Test(arguments: [
    "https://127.0.0.1/callback", "http://localhost/callback", "http://example.com/callback",
    "http://127.0.0.1:0/x", "http://127.0.0.1:7/x?y", "http://u@127.0.0.1/", "",
    "http://127.0.0.1.evil.example/",
  ])
  func `a redirect URI elsewhere is not`(text: String) {
    #expect(throws: LoginError.invalidRedirectURI(text)) { try LoopbackAddress(text) }
  }
}

@Suite struct DevicePollingTests {
  private func polling(lifetime: Double = 300, interval: Double = 5) -> DevicePolling {
    DevicePolling(
      DeviceAuthorization(
        deviceCode: Secret("d"), userCode: "C", page: "p", completePage: nil, lifetime: lifetime,
        interval: interval))
  }

  @Test func `the interval grows by five seconds where GitLab asks for it, and doubles on trouble`()
  {
    var polling = polling()
    #expect(polling.start() == .wait(seconds: 5))
    #expect(polling.next(after: .pending) == .wait(seconds: 5))
    #expect(polling.next(after: .slowDown) == .wait(seconds: 10))
    #expect(polling.next(after: .trouble) == .wait(seconds: 20))
    #expect(polling.next(after: .pending) == .wait(seconds: 20))
  }

  @Test func `it gives up when the code is dead`() {
    var polling = polling(lifetime: 12)
    #expect(polling.start() == .wait(seconds: 5))
    #expect(polling.next(after: .pending) == .wait(seconds: 5))
    #expect(polling.next(after: .pending) == .giveUp)
  }
}
