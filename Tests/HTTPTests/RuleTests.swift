import Testing

@testable import HTTP

@Suite struct RuleTests {
  @Test(arguments: [
    ("gitlab.example.com", "example.com", true),
    ("gitlab.example.com", ".example.com", true),
    ("example.com", ".example.com", true),
    ("badexample.com", "example.com", false),
    ("gitlab.example.com", "other.org, Gitlab.Example.COM.", true),
    ("gitlab.example.com", "", false),
    ("gitlab.example.com", ", ,.", false),
    ("gitlab.example.com", "com.example", false),
    ("anything", "a *", true),
    ("10.1.2.3", "10.0.0.0/8", true),
    ("11.1.2.3", "10.0.0.0/8", false),
    ("192.168.9.1", "192.168.8.0/23", true),
    ("192.168.10.1", "192.168.8.0/23", false),
    ("10.1.2.3", "0.0.0.0/0", true),
    ("10.1.2.3", "10.1.2.3/33", false),
    ("10.1.2.3", "2.3", false),
    ("[fe80::1]", "fe80::/10", true),
    ("[::1]", "[::1]", true),
    ("[::1]", "127.0.0.1", false),
  ])
  func `no_proxy names hosts, domains and ranges`(host: String, list: String, holds: Bool) {
    #expect(Proxies.isExcepted(host, by: list) == holds)
  }

  @Test(arguments: [
    ("proxy.example", "proxy.example:1080", false), ("http://p:3128/", "p:3128", false),
    ("HTTPS://u:p%40@p", "p:443", true), ("socks5h://[::1]:9050", "[::1]:9050", false),
  ])
  func `a proxy's name leaves its user out`(address: String, name: String, isSecure: Bool) throws {
    let proxy = try #require(Proxy(address))
    #expect(proxy.name == name)
    #expect(proxy.isSecure == isSecure)
  }

  @Test(arguments: [
    ("https://gitlab.example.com/a?private_token=x#y", "https://gitlab.example.com/a"),
    ("https://user:pw@host/a@b", "https://host/a@b"), ("user:pw@host", "host"), ("", ""),
    ("https://user:p?w@host", "https://user:p"),
  ])
  func `a URL for people has no user and no query`(url: String, shown: String) {
    #expect(HTTPURL.redacted(url) == shown)
  }

  @Test(arguments: [
    ("https://a/", "https://A:443/x", true), ("https://a/", "http://a:443/", false),
    ("https://a/", "https://a:444/", false), ("https://a/", "https://a./", false),
  ])
  func `an origin is scheme, host and port`(one: String, other: String, isSame: Bool) throws {
    #expect(try HTTPURL(one).hasOrigin(of: HTTPURL(other)) == isSame)
  }

  @Test func `credentials stay behind when the scheme changes, and do not return`() throws {
    var way = Redirects(from: try HTTPURL("http://a/"))
    let headers: HTTPHeaders = ["Accept": "x", "Accept-Token": "t", "Private-Token": "t"]
    #expect(way.headers(of: headers) == headers)
    try way.follow("/b")
    #expect(way.sendsCredentials)
    try way.follow("https://a/")
    #expect(!way.sendsCredentials)
    #expect(way.headers(of: headers) == ["Accept": "x"])
    try way.follow("//a/c")
    #expect(way.current.text == "https://a/c")
    #expect(!way.sendsCredentials)
    #expect(throws: HTTPError.self) { try way.follow("http://a/") }
  }

  @Test func `silence counts from the last sign`() {
    let begin = SuspendingClock.now
    var silence = Silence(limit: .seconds(2), now: begin)
    #expect(!silence.isOver(at: begin + .seconds(1.9)))
    #expect(silence.isOver(at: begin + .seconds(2)))
    silence.heard(at: begin + .seconds(1.5))
    #expect(!silence.isOver(at: begin + .seconds(3)))
    #expect(silence.wait(at: begin + .seconds(3), atMost: .seconds(9)) == .milliseconds(500))
    #expect(silence.wait(at: begin + .seconds(3), atMost: .milliseconds(100)) == .milliseconds(100))
    #expect(silence.wait(at: begin + .seconds(9), atMost: .seconds(1)) == .milliseconds(1))
  }

  @Test func `a duration in milliseconds is rounded up and bounded`() {
    #expect(Duration.seconds(60).milliseconds == 60_000)
    #expect(Duration.nanoseconds(1).milliseconds == 1)
    #expect(Duration.seconds(-1).milliseconds == 0)
    #expect(Duration.seconds(Int64.max).milliseconds == Int.max)
  }

  @Test func `a message is one clean line`() {
    let text = Failure.clean("a\r\n\u{1b}[1mtok-1 b tok-1. ", of: ["tok-1", ""])
    #expect(text == "a   [1m••• b •••")
    #expect(Failure.clean(String(repeating: "x", count: 9999), of: []).count == 300)
  }

  @Test func `headers are found in any case and keep their order`() {
    var headers: HTTPHeaders = ["A": "1", "b": "2", "a": "3"]
    #expect(headers["a"] == "1")
    #expect(headers.values("A") == ["1", "3"])
    headers["A"] = "4"
    #expect(headers.fields.map(\.value) == ["2", "4"])
    headers["B"] = nil
    #expect(headers == ["A": "4"])
  }
}
